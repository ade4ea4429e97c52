// QUIC (RFC 9000, RFC 9369), its drafts and Google's forerunners.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

const LONG_HEADER = 0x80;
/** Flags, version and the lengths of two connection ids (RFC 8999 section 5.1). */
const LONG_MINIMUM = 7;
/** Flags and the longest connection id: without its length, a short header cannot be told from anything else. */
const SHORT_MINIMUM = 21;

/** On these ports nearly all that is sent to servers is QUIC, so that only what is too short is not. */
function probe(data: Uint8Array, start: number, end: number): number {
  if (end - start < LONG_MINIMUM) return Probed.no;
  const isLong = (data[start]! & LONG_HEADER) !== 0;
  if (!isLong) return end - start >= SHORT_MINIMUM ? Probed.yes : Probed.no;
  const scid = start + 6 + data[start + 5]!;
  return scid < end && scid + 1 + data[scid]! <= end ? Probed.yes : Probed.no;
}

export default defineProtocol({
  name: 'quic',
  summary: 'Encrypted transport of HTTP/3.',
  transports: ['udp'],
  probes: [{ transport: 'udp', direction: 0, ports: '443,80', minimum: LONG_MINIMUM, probe }],
});
