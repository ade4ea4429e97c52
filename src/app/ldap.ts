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
const SET = 0x31;
/** Application tags of operations that clients send, by number (RFC 4511 appendix B). */
const REQUESTS: readonly number[] = [0, 2, 3, 6, 8, 10, 12, 14, 16, 23];
const RESPONSES: readonly number[] = [1, 4, 5, 7, 9, 11, 13, 15, 19, 24, 25];
const APPLICATION = 1;
/** The tag of what may follow an operation (section 4.1.11). */
const CONTROLS = 0xa0;

interface Element {
  /** Its tag is one of these. */
  readonly tags: readonly number[];
  /** UTF-8 (RFC 4511 section 4.1.2). */
  readonly isText?: boolean;
  /** What it consists of, and nothing else. */
  readonly parts?: readonly Element[];
  /** It consists of any number of these. */
  readonly each?: Element;
}

const one = (...tags: readonly number[]): Element => ({ tags });
const list = (each: Element): Element => ({ tags: [SEQUENCE], each });
const group = (...parts: readonly Element[]): Element => ({ tags: [SEQUENCE], parts });
const TEXT: Element = { tags: [OCTETS], isText: true };
/** All but "present" are constructed (RFC 4511 section 4.5.1.7). */
const FILTER = one(...Array.from({ length: 10 }, (_, i) => 0xa0 + i), 0x87);
/** Code, name, message (section 4.1.9). */
const RESULT = [one(ENUMERATED), TEXT, TEXT];
/** Its description and values (section 4.1.7). */
const ATTRIBUTE = group(TEXT, one(SET));

/** Bytes of those that are one plain value: the end of a session, the id of what is abandoned. */
const LONGEST: Readonly<Record<number, number>> = { 2: 0, 16: 4 };

/** How operations begin, by number. */
const SHAPES = new Map<number, readonly Element[]>([
  [0, [one(INTEGER), TEXT, one(0x80, 0xa3)]], // simple or SASL (section 4.2)
  [3, [TEXT, one(ENUMERATED), one(ENUMERATED), one(INTEGER), one(INTEGER), one(BOOLEAN), FILTER, list(TEXT)]],
  [4, [TEXT, list(ATTRIBUTE)]],
  [6, [TEXT, list(group(one(ENUMERATED), ATTRIBUTE))]],
  [8, [TEXT, list(ATTRIBUTE)]],
  [12, [TEXT, TEXT, one(BOOLEAN)]],
  [14, [TEXT, group(TEXT, one(OCTETS))]],
  [19, [TEXT]],
  [23, [one(0x80)]],
  ...[1, 5, 7, 9, 11, 13, 15, 24].map((number) => [number, RESULT] as const),
]);

function probe(data: Uint8Array, start: number, end: number, direction: 0 | 1): number {
  if (end - start < MINIMUM) return Probed.more;
  if (data[start] !== SEQUENCE) return Probed.no;
  let at = afterLength(data, start + 1);
  const messageEnd = at + lengthAt(data, start + 1);
  if (messageEnd > end) return Probed.more;
  // an id of 0 to 2^31 - 1 (section 4.1.1)
  if (at + 3 >= end || data[at] !== INTEGER || data[at + 1]! > 4 || data[at + 2]! >= 0x80) return Probed.no;
  at += 2 + data[at + 1]!;
  if (at >= end) return Probed.more;
  const tag = data[at]!;
  if (tag >>> 6 !== APPLICATION) return Probed.no;
  const number = tag & 0x1f;
  const [own, other] = direction === 0 ? [REQUESTS, RESPONSES] : [RESPONSES, REQUESTS];
  const answer = own.includes(number) ? Probed.yes : other.includes(number) ? Probed.reversed : Probed.no;
  return isOperation(data, at, messageEnd, number) ? answer : Probed.no;
}

/** Whether the element at `start` is the last but for controls, and begins as its number asks. */
function isOperation(data: Uint8Array, start: number, end: number, number: number): boolean {
  const inside = afterLength(data, start + 1);
  const operationEnd = inside + lengthAt(data, start + 1);
  if (operationEnd - inside > (LONGEST[number] ?? Infinity)) return false;
  if (operationEnd > end || (operationEnd < end && data[operationEnd] !== CONTROLS)) return false;
  return afterShape(data, inside, operationEnd, SHAPES.get(number) ?? []) >= 0;
}

/** Behind such elements, which stand from `start` on; -1: they do not. */
function afterShape(data: Uint8Array, start: number, end: number, shape: readonly Element[]): number {
  let at = start;
  for (const element of shape) {
    at = afterElement(data, at, end, element);
    if (at < 0) return -1;
  }
  return at;
}

/** Behind an element at `start`; -1: it is not there. */
function afterElement(data: Uint8Array, start: number, end: number, element: Element): number {
  if (start + 2 > end || !element.tags.includes(data[start]!)) return -1;
  const inside = afterLength(data, start + 1);
  const after = inside + lengthAt(data, start + 1);
  if (after > end || (element.isText === true && !isUtf8(data.subarray(inside, after)))) return -1;
  if (element.parts !== undefined && afterShape(data, inside, after, element.parts) !== after) return -1;
  if (element.each === undefined) return after;
  let at = inside;
  while (at >= 0 && at < after) at = afterElement(data, at, after, element.each);
  return at === after ? after : -1;
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
