// Ports of data channels: in PORT and PASV (RFC 959), in EPRT and EPSV (RFC 2428).

const NUMBERS = /^\s*(\d+),(\d+),(\d+),(\d+),(\d+),(\d+)/;
const PASSIVE = /^\(\d+,\d+,\d+,\d+,(\d+),(\d+)\s*\)/;
const EXTENDED_PASSIVE = /^\|\|\|\s*(\d+)\s*\|\)/;
const EXTENDED = /^[^|]*\|[^|]*\|[^|]*\|\s*(\d+)\s*\|/;

export interface DataAddress {
  /** Address in four numbers, of which none is checked. */
  readonly address: readonly [number, number, number, number];
  readonly port: number;
}

/** `h1,h2,h3,h4,p1,p2`; null when a number is missing or the port is none. */
export function parseHostPort(text: string): DataAddress | null {
  const found = NUMBERS.exec(text);
  if (found === null) return null;
  const [a = 0, b = 0, c = 0, d = 0] = found.slice(1).map(Number);
  const port = portOfBytes(found[5]!, found[6]!);
  return port < 0 ? null : { address: [a, b, c, d], port };
}

/** Port in `227 Entering Passive Mode (h1,h2,h3,h4,p1,p2)`; 0 without. */
export function passivePort(reply: string): number {
  const found = PASSIVE.exec(from(reply, '('));
  return found === null ? 0 : Math.max(0, portOfBytes(found[1]!, found[2]!));
}

/** Port in `229 Entering Extended Passive Mode (|||port|)`; 0 without. */
export function extendedPassivePort(reply: string): number {
  return portOf(EXTENDED_PASSIVE.exec(from(reply, '|||'))?.[1]);
}

/** Port in `EPRT |family|address|port|`; 0 without. */
export function extendedPort(argument: string): number {
  return portOf(EXTENDED.exec(argument)?.[1]);
}

/** The reply from the first mark on. */
function from(reply: string, mark: string): string {
  const at = reply.indexOf(mark);
  return at < 0 ? '' : reply.slice(at);
}

/** -1: one of them is no byte. */
function portOfBytes(high: string, low: string): number {
  return Number(high) > 255 || Number(low) > 255 ? -1 : (Number(high) << 8) | Number(low);
}

function portOf(text: string | undefined): number {
  const port = Number(text ?? 0);
  return port <= 65_535 ? port : 0;
}
