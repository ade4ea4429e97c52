// LDAP (RFC 4511) over TCP and UDP.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

/** An unbind request: the shortest message. */
const MINIMUM = 7;
const SEQUENCE = 0x30;
const INTEGER = 0x02;
/** Application tags of operations that clients send, by number (RFC 4511 appendix B). */
const REQUESTS: readonly number[] = [0, 2, 3, 6, 8, 10, 12, 14, 16, 23];
const RESPONSES: readonly number[] = [1, 4, 5, 7, 9, 11, 13, 15, 19, 24, 25];

function probe(data: Uint8Array, start: number, end: number, direction: 0 | 1): number {
  if (end - start < MINIMUM) return Probed.more;
  if (data[start] !== SEQUENCE) return Probed.no;
  let at = afterLength(data, start + 1);
  if (lengthAt(data, start + 1) > end - at) return Probed.more;
  if (at + 3 >= end || data[at] !== INTEGER || data[at + 1]! > 4) return Probed.no;
  at += 2 + data[at + 1]!;
  if (at >= end) return Probed.more;
  const tag = data[at]!;
  if (tag >>> 6 !== 1) return Probed.no;
  const number = tag & 0x1f;
  const [own, other] = direction === 0 ? [REQUESTS, RESPONSES] : [RESPONSES, REQUESTS];
  if (own.includes(number)) return Probed.yes;
  return other.includes(number) ? Probed.reversed : Probed.no;
}

/** Behind a BER length. */
function afterLength(data: Uint8Array, at: number): number {
  const first = data[at]!;
  return first < 0x80 ? at + 1 : at + 1 + (first & 0x7f);
}

/** A BER length of up to four bytes. */
function lengthAt(data: Uint8Array, at: number): number {
  const first = data[at]!;
  if (first < 0x80) return first;
  let length = 0;
  for (let i = 1; i <= (first & 0x7f) && i <= 4; i++) length = length * 256 + data[at + i]!;
  return length;
}

export default defineProtocol({
  name: 'ldap',
  summary: 'Directories.',
  transports: ['tcp', 'udp'],
  probes: (['tcp', 'udp'] as const).flatMap((transport) => [
    { transport, direction: 0, ports: '389,3268', minimum: MINIMUM, probe },
    { transport, direction: 1, ports: '389,3268', minimum: MINIMUM, probe },
  ]),
});
