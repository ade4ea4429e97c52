// Does a flow begin with a DNS message?

import { Probed } from '../../framework/app-protocol.ts';
import { DNS_HEADER_LENGTH, isDnsExchange, isDnsResponse } from '../../wire/dns.ts';
import { u16 } from '../../wire/read.ts';

const RESPONSE = 0x80;

export function probeUdp(data: Uint8Array, start: number, end: number, direction: 0 | 1): number {
  if (!isDnsExchange(data, start, end)) return Probed.no;
  return isDnsResponse(data, start) === (direction === 1) ? Probed.yes : Probed.reversed;
}

/** RFC 6762 section 6: answers go to the group as questions do, asked for or not. */
export function probeMutual(data: Uint8Array, start: number, end: number): number {
  return isDnsExchange(data, start, end) ? Probed.yes : Probed.no;
}

/** Bytes of a record, at least, as far as a header is judged by its length. */
const LEAST_OF_RECORD = 2;

/** Questions, answers, and what comes with them, as the header announces them. */
function recordsOf(data: Uint8Array, start: number): number {
  return u16(data, start + 4) + u16(data, start + 6) + u16(data, start + 8) + u16(data, start + 10);
}

/** The length of the message stands before it (RFC 1035 section 4.2.2). */
export function probeTcp(data: Uint8Array, start: number, end: number, direction: 0 | 1): number {
  if (end - start < DNS_HEADER_LENGTH + 2) return Probed.more;
  const length = u16(data, start);
  if (length < DNS_HEADER_LENGTH) return Probed.no;
  const records = recordsOf(data, start + 2);
  if (records === 0 || records * LEAST_OF_RECORD > length - DNS_HEADER_LENGTH) return Probed.no;
  const last = start + 2 + length;
  if (last <= end) return probeUdp(data, start + 2, last, direction);
  return ((data[start + 4]! & RESPONSE) !== 0) === (direction === 1) ? Probed.yes : Probed.reversed;
}
