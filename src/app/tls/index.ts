// TLS (RFC 8446, RFC 5246) and SSL: hellos, certificates, fingerprints.

import { Probed, defineProtocol } from '../../framework/app-protocol.ts';
import type { ProtocolPattern } from '../../framework/app-protocol.ts';
import type { Direction } from '../../framework/transaction.ts';
import { TLS_EVE } from './eve.ts';
import { TlsFollower } from './follower.ts';
import { TLS_KEYWORDS } from './keywords.ts';
import { TlsParser } from './parser.ts';
import { readSettings } from './settings.ts';
import type { TlsSettings } from './settings.ts';
import { STATES } from './transaction.ts';

/** Version 2 of SSL (1995): a two-byte header, then the client hello. */
function probeSsl2(data: Uint8Array, start: number, end: number): number {
  if (end - start < 5) return Probed.more;
  const isHello = (data[start]! & 0x80) !== 0 && data[start + 2] === 1;
  const version = (data[start + 3]! << 8) | data[start + 4]!;
  return isHello && (version === 0x0002 || (version >= 0x0300 && version <= 0x0303)) ? Probed.yes : Probed.no;
}

const HELLOS = ['|16 03 00|', '|16 03 01|', '|16 03 02|', '|16 03 03|'];
/** A server may begin with an alert (RFC 6066 section 3: a name that it does not know), or be seen from its data on. */
const OTHERS = [
  ...['|15 03 00|', '|15 03 01|', '|15 03 02|', '|15 03 03|'],
  ...['|17 03 00|', '|17 03 01|', '|17 03 02|', '|17 03 03|', '|17 03 04|'],
];
const pattern = (direction: Direction, content: string): ProtocolPattern => ({ transport: 'tcp', direction, content });

export default defineProtocol({
  name: 'tls',
  ruleNames: ['tls', 'ssl'],
  summary: 'Transport security.',
  transports: ['tcp'],
  firstSpeaker: 'client',
  patterns: [
    ...HELLOS.map((content) => pattern(0, content)),
    ...[...HELLOS, ...OTHERS].map((content) => pattern(1, content)),
  ],
  probes: [{ transport: 'tcp', direction: 0, ports: '443', minimum: 5, probe: probeSsl2 }],
  states: STATES,
  frames: ['pdu', 'hdr', 'data', 'alert', 'heartbeat'],
  readSettings,
  createParser: (flow, { value }) => new TlsParser(flow, value as TlsSettings),
  // what is encrypted may be bypassed: only the parser knows when that begins
  createFollower: (flow, { value }) => ((value as TlsSettings).handling === 'bypass' ? null : new TlsFollower(flow)),
  keywords: TLS_KEYWORDS,
  eve: [TLS_EVE],
  hasUpperCaseEvents: true,
});
