// Names of WebSocket opcodes (RFC 6455 section 11.8).

const NAMES = new Map([
  [0, 'continuation'],
  [1, 'text'],
  [2, 'binary'],
  [8, 'close'],
  [9, 'ping'],
  [10, 'pong'],
]);
const NUMBERS = new Map([...NAMES].map(([number, name]) => [name, number]));

/** With the number in it where there is none. */
export function opcodeName(opcode: number): string {
  return NAMES.get(opcode) ?? `unknown-${String(opcode)}`;
}

export function opcodeOf(name: string): number | undefined {
  return NUMBERS.get(name.toLowerCase());
}
