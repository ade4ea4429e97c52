// FTP (RFC 959), the control channel.

import { Probed, defineProtocol } from '../../framework/app-protocol.ts';
import { FTP_EVE } from './eve.ts';
import { FTP_KEYWORDS } from './keywords.ts';
import { FtpParser } from './parser.ts';
import { readSettings } from './settings.ts';
import type { FtpSettings } from './settings.ts';
import type { FtpTransaction } from './transaction.ts';

/** Commands that sessions begin with, and the port command. */
const COMMANDS = ['FEAT', 'USER ', 'PASS ', 'PORT '];
const GREETING = Buffer.from('220');
const LF = 0x0a;
const AUTH = Buffer.from('AUTH ');
const STATES = ['in_progress', 'port_done', 'finished'];

/** A line of `220` with a space or a hyphen behind it. */
function probeGreeting(data: Uint8Array, start: number, end: number): number {
  if (end - start < GREETING.length + 2) return Probed.more;
  if (!data.subarray(start, end).includes(LF)) return Probed.more;
  const next = data[start + GREETING.length];
  const isGreeting = GREETING.every((byte, i) => data[start + i] === byte) && (next === 0x20 || next === 0x2d);
  return isGreeting ? Probed.yes : Probed.no;
}

/** A client that asks for TLS before anything else: what answers it must not wait for more of the client. */
function probeAuth(data: Uint8Array, start: number): number {
  return AUTH.every((byte, i) => byte === upper(data[start + i]!)) ? Probed.yes : Probed.no;
}

function upper(byte: number): number {
  return byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
}

export default defineProtocol({
  name: 'ftp',
  summary: 'File transfer.',
  transports: ['tcp'],
  patterns: [
    ...COMMANDS.map((content) => ({ transport: 'tcp', direction: 0, content, nocase: true, isWeak: true }) as const),
    { transport: 'tcp', direction: 0, content: 'QUIT', nocase: true, port: 21 },
    { transport: 'tcp', direction: 1, content: '220 (', nocase: true },
  ],
  probes: [
    { transport: 'tcp', direction: 1, ports: '21', minimum: 5, probe: probeGreeting },
    { transport: 'tcp', direction: 0, ports: '', minimum: AUTH.length, probe: probeAuth },
  ],
  states: { toServer: STATES, toClient: STATES },
  readSettings,
  createParser: (flow, { value }) => new FtpParser(flow, value as FtpSettings),
  keywords: FTP_KEYWORDS,
  eve: [FTP_EVE],
  memory: (tx: FtpTransaction) => tx.size,
});
