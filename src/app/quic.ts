// QUIC (RFC 9000, RFC 9369), its drafts and Google's forerunners.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

const LONG_HEADER = 0x80;
/** Google's public flags: a version is there, the packet number's size, an 8-byte connection id. */
const GQUIC_VERSION = 0x01;
const GQUIC_CONNECTION = 0x08;

function probe(data: Uint8Array, start: number, end: number): number {
  if (end - start < 6) return Probed.no;
  const first = data[start]!;
  if ((first & LONG_HEADER) !== 0) return isVersion(data, start + 1) ? Probed.yes : Probed.no;
  if ((first & (GQUIC_VERSION | GQUIC_CONNECTION)) !== (GQUIC_VERSION | GQUIC_CONNECTION)) return Probed.no;
  return end - start > 13 && data[start + 9] === 0x51 ? Probed.yes : Probed.no;
}

/** Negotiation, versions 1 and 2, drafts (ff0000xx), Google's (Q0xx, T0xx), Facebook's (face b0xx). */
function isVersion(data: Uint8Array, at: number): boolean {
  const value = ((data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!) >>> 0;
  if (value === 0 || value === 1 || value === 0x6b3343cf) return true;
  const high = value >>> 8;
  return high === 0xff0000 || high === 0xfaceb0 || value >>> 16 === 0x5130 || value >>> 16 === 0x5430;
}

export default defineProtocol({
  name: 'quic',
  summary: 'Encrypted transport of HTTP/3.',
  transports: ['udp'],
  probes: [
    { transport: 'udp', direction: 0, ports: '443,80', minimum: 6, probe },
    { transport: 'udp', direction: 1, ports: '443,80', minimum: 6, probe },
  ],
});
