// SMTP commands (RFC 5321 section 4.1, BDAT: RFC 3030, STARTTLS: RFC 3207): which one a line is, and its argument.

export const Command = {
  other: 0,
  hello: 1,
  mail: 2,
  recipient: 3,
  data: 4,
  bdat: 5,
  reset: 6,
  startTls: 7,
  quit: 8,
  /** No command: the line that ends a message, which has a reply of its own. */
  endOfData: 9,
} as const;

/** Names, and what they begin. Nothing needs to follow: servers differ in what they take. */
const NAMES: readonly (readonly [name: string, command: number])[] = [
  ['helo', Command.hello],
  ['ehlo', Command.hello],
  ['mail from', Command.mail],
  ['rcpt to', Command.recipient],
  ['data', Command.data],
  ['bdat', Command.bdat],
  ['rset', Command.reset],
  ['starttls', Command.startTls],
  ['quit', Command.quit],
];

const BY_FIRST = new Map<number, (readonly [bytes: Uint8Array, command: number])[]>();
for (const [name, command] of NAMES) {
  const bytes = Buffer.from(name);
  const list = BY_FIRST.get(bytes[0]!);
  if (list === undefined) BY_FIRST.set(bytes[0]!, [[bytes, command]]);
  else list.push([bytes, command]);
}

const SPACE = 0x20;

/** @returns a value of Command */
export function commandOf(data: Uint8Array, start: number, end: number): number {
  if (start >= end) return Command.other;
  const list = BY_FIRST.get(data[start]! | 0x20);
  if (list !== undefined) for (const [name, command] of list) if (begins(data, start, end, name)) return command;
  return Command.other;
}

function begins(data: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  if (end - start < name.length) return false;
  for (let i = 0; i < name.length; i++) {
    const byte = data[start + i]!;
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== name[i]) return false;
  }
  return true;
}

/** The word at a distance from the start of the line: spaces before it are skipped, it ends with the next. A copy. */
export function argumentOf(data: Uint8Array, start: number, end: number, distance: number): Uint8Array {
  let from = Math.min(start + distance, end);
  while (from < end && data[from] === SPACE) from++;
  let to = from;
  while (to < end && data[to] !== SPACE) to++;
  return data.slice(from, to);
}

export interface Chunk {
  readonly size: number;
  readonly isLast: boolean;
}

/** Most that a chunk may announce. */
const MOST = 0xffffffff;

/** Size and end mark of `BDAT size [LAST]` (RFC 3030 section 2); null when it is not one. */
export function chunkOf(data: Uint8Array, start: number, end: number): Chunk | null {
  let at = start + 4;
  if (data[at] !== SPACE) return null;
  while (at < end && data[at] === SPACE) at++;
  const digits = at;
  let size = 0;
  for (; at < end && data[at]! >= 0x30 && data[at]! <= 0x39; at++) {
    size = size * 10 + data[at]! - 0x30;
    if (size > MOST) return null;
  }
  if (at === digits) return null;
  const spaces = at;
  while (at < end && data[at] === SPACE) at++;
  if (at === end) return { size, isLast: false };
  const isLast =
    at > spaces && Buffer.from(data.subarray(at, end)).toString('latin1').trimEnd().toLowerCase() === 'last';
  return isLast ? { size, isLast } : null;
}
