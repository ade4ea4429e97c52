// Ports of data channels: in PORT and PASV (RFC 959), in EPRT and EPSV (RFC 2428).

const NUMBERS = /^\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)/;

export interface DataAddress {
  /** Address in four numbers. */
  readonly address: readonly [number, number, number, number];
  readonly port: number;
}

/** `h1,h2,h3,h4,p1,p2`; null when a number is missing or no byte. */
export function parseHostPort(text: string): DataAddress | null {
  const numbers = NUMBERS.exec(text)?.slice(1).map(Number);
  if (numbers === undefined || numbers.some((n) => n > 255)) return null;
  const [a = 0, b = 0, c = 0, d = 0, high = 0, low = 0] = numbers;
  return { address: [a, b, c, d], port: (high << 8) | low };
}

/** Port in `227 Entering Passive Mode (h1,h2,h3,h4,p1,p2)`; 0 without. */
export function passivePort(reply: string): number {
  const open = reply.indexOf('(');
  return open < 0 ? 0 : (parseHostPort(reply.slice(open + 1))?.port ?? 0);
}

/** Port in `229 Entering Extended Passive Mode (|||port|)`; 0 without. */
export function extendedPassivePort(reply: string): number {
  return portOf(/\(\|\|\|(\d+)\|/.exec(reply)?.[1]);
}

/** Port in `EPRT |family|address|port|`; 0 without. */
export function extendedPort(argument: string): number {
  return portOf(/^\s*\|\d+\|[^|]*\|(\d+)\|/.exec(argument)?.[1]);
}

function portOf(text: string | undefined): number {
  const port = Number(text ?? 0);
  return port <= 65_535 ? port : 0;
}
