// LDAP (RFC 4511) over TCP and UDP.

import { isUtf8 } from 'node:buffer';
import { Probed, defineProtocol } from '../framework/app-protocol.ts';

/** An unbind request: the shortest message. */
const MINIMUM = 7;
const SEQUENCE = 0x30;
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const OCTETS = 0x04;
const ENUMERATED = 0x0a;
/** Application tags of operations that clients send, by number (RFC 4511 appendix B). */
const REQUESTS: readonly number[] = [0, 2, 3, 6, 8, 10, 12, 14, 16, 23];
const RESPONSES: readonly number[] = [1, 4, 5, 7, 9, 11, 13, 15, 19, 24, 25];
const APPLICATION = 1;

interface Element {
  /** Its tag is one of these. */
  readonly tags: readonly number[];
  /** UTF-8 (RFC 4511 section 4.1.2). */
  readonly isText: boolean;
}

const one = (...tags: readonly number[]): Element => ({ tags, isText: false });
const TEXT: Element = { tags: [OCTETS], isText: true };
/** All but "present" are constructed (RFC 4511 section 4.5.1.7). */
const FILTER = one(...Array.from({ length: 10 }, (_, i) => 0xa0 + i), 0x87);
/** Code, name, message (section 4.1.9). */
const RESULT = [one(ENUMERATED), TEXT, TEXT];

/** How operations begin, by number. */
const SHAPES = new Map<number, readonly Element[]>([
  [0, [one(INTEGER), TEXT, one(0x80, 0xa3)]], // simple or SASL (section 4.2)
  [3, [TEXT, one(ENUMERATED), one(ENUMERATED), one(INTEGER), one(INTEGER), one(BOOLEAN), FILTER]],
  ...[1, 5, 7, 9, 11, 13, 15, 24].map((number) => [number, RESULT] as const),
]);

function probe(data: Uint8Array, start: number, end: number, direction: 0 | 1): number {
  if (end - start < MINIMUM) return Probed.more;
  if (data[start] !== SEQUENCE) return Probed.no;
  let at = afterLength(data, start + 1);
  if (lengthAt(data, start + 1) > end - at) return Probed.more;
  if (at + 3 >= end || data[at] !== INTEGER || data[at + 1]! > 4) return Probed.no;
  at += 2 + data[at + 1]!;
  if (at >= end) return Probed.more;
  const tag = data[at]!;
  if (tag >>> 6 !== APPLICATION) return Probed.no;
  const number = tag & 0x1f;
  const [own, other] = direction === 0 ? [REQUESTS, RESPONSES] : [RESPONSES, REQUESTS];
  const answer = own.includes(number) ? Probed.yes : other.includes(number) ? Probed.reversed : Probed.no;
  return hasShape(data, afterLength(data, at + 1), end, SHAPES.get(number) ?? []) ? answer : Probed.no;
}

/** Whether such elements stand from `start` on. */
function hasShape(data: Uint8Array, start: number, end: number, shape: readonly Element[]): boolean {
  let at = start;
  for (const { tags, isText } of shape) {
    if (at + 2 > end || !tags.includes(data[at]!)) return false;
    const inside = afterLength(data, at + 1);
    at = inside + lengthAt(data, at + 1);
    if (at > end || (isText && !isUtf8(data.subarray(inside, at)))) return false;
  }
  return true;
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
