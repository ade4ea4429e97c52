// Does a flow begin as POP3 does: a command of the client, a status of the server, a line of its own (RFC 1939 section 3)?

import { Probed } from '../../framework/app-protocol.ts';

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const OK = [0x2b, 0x4f, 0x4b];
const ERROR = [0x2d, 0x45, 0x52, 0x52];
/** Letters of the shortest command. */
const SHORTEST = 3;

/** A word of letters and digits, whatever it is: extensions have commands of their own (RFC 2449). */
export function probeClient(data: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isWordByte(data[at]!)) at++;
  if (at < end && (at - start < SHORTEST || (data[at] !== SPACE && data[at] !== CR))) return Probed.no;
  return hasLine(data, at, end) ? Probed.yes : Probed.more;
}

export function probeServer(data: Uint8Array, start: number, end: number): number {
  if (end - start < 4) return Probed.more;
  const isStatus =
    OK.every((byte, i) => data[start + i] === byte) || ERROR.every((byte, i) => data[start + i] === byte);
  return isStatus && hasLine(data, start, end) ? Probed.yes : Probed.no;
}

function isWordByte(byte: number): boolean {
  const letter = byte & 0xdf;
  return (letter >= 0x41 && letter <= 0x5a) || (byte >= 0x30 && byte <= 0x39);
}

function hasLine(data: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at + 1 < end; at++) if (data[at] === CR && data[at + 1] === LF) return true;
  return false;
}
