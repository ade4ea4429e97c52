// Does a flow begin as POP3 does: a command of the client, a status of the server (RFC 1939 section 3)?

import { Probed } from '../../framework/app-protocol.ts';

const OK = [0x2b, 0x4f, 0x4b];
const ERROR = [0x2d, 0x45, 0x52, 0x52];
const COMMANDS = 'USER PASS STAT LIST RETR DELE NOOP RSET QUIT TOP UIDL APOP CAPA AUTH STLS'.split(' ');

export function probeClient(data: Uint8Array, start: number, end: number): number {
  if (end - start < 4) return Probed.more;
  for (const command of COMMANDS) if (begins(data, start, end, command)) return Probed.yes;
  return Probed.no;
}

function begins(data: Uint8Array, start: number, end: number, command: string): boolean {
  if (end - start < command.length) return false;
  for (let i = 0; i < command.length; i++) if ((data[start + i]! & 0xdf) !== command.charCodeAt(i)) return false;
  const after = data[start + command.length];
  return start + command.length === end || after === 0x20 || after === 0x0d || after === 0x0a;
}

export function probeServer(data: Uint8Array, start: number, end: number): number {
  if (end - start < 4) return Probed.more;
  const isAnswer =
    OK.every((byte, i) => data[start + i] === byte) || ERROR.every((byte, i) => data[start + i] === byte);
  return isAnswer ? Probed.yes : Probed.no;
}
