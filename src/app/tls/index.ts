// TLS (RFC 8446, RFC 5246) and SSL: hellos, certificates, fingerprints.

import { Probed, defineProtocol } from '../../framework/app-protocol.ts';
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

export default defineProtocol({
  name: 'tls',
  ruleNames: ['tls', 'ssl'],
  summary: 'Transport security.',
  transports: ['tcp'],
  firstSpeaker: 'client',
  patterns: (['|16 03 00|', '|16 03 01|', '|16 03 02|', '|16 03 03|'] as const).flatMap((content) => [
    { transport: 'tcp', direction: 0, content },
    { transport: 'tcp', direction: 1, content },
  ]),
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
