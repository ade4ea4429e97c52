// QUIC (RFC 9000, RFC 9369), its drafts and Google's forerunners.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';
import { i32 } from '../wire/read.ts';

const LONG_HEADER = 0x80;
/** Flags, version and the lengths of two connection ids (RFC 8999 section 5.1). */
const LONG_MINIMUM = 7;
/** Flags and the longest connection id: without its length, a short header cannot be told from anything else. */
const SHORT_MINIMUM = 21;

/** Version negotiation (RFC 8999 section 6) has no more than the header. */
const NEGOTIATION = 0;
const VERSION_2 = 0x6b3343cf;
/** "Q0" and "46", the last of Google's own versions that has the lengths of both ids in one byte, each less by 3. */
const GOOGLE = 0x5130;
const LAST_SHORT_LENGTHS = 0x3436;

/** On these ports nearly all that is sent to servers is QUIC, so that only what is cut is not. */
function probe(data: Uint8Array, start: number, end: number): number {
  if (end - start < LONG_MINIMUM) return Probed.no;
  const first = data[start]!;
  if ((first & LONG_HEADER) === 0) return end - start >= SHORT_MINIMUM ? Probed.yes : Probed.no;
  const version = i32(data, start + 1);
  if (version >>> 16 === GOOGLE && (version & 0xffff) <= LAST_SHORT_LENGTHS) {
    const lengths = data[start + 5]!;
    return start + 6 + shortLength(lengths >>> 4) + shortLength(lengths & 0x0f) <= end ? Probed.yes : Probed.no;
  }
  const scid = start + 6 + data[start + 5]!;
  const at = scid + 1 + data[scid]!;
  if (scid >= end || at > end) return Probed.no;
  // the types have other numbers in version 2 (RFC 9369 section 3.2)
  const isInitial = ((first >>> 4) & 3) === (version === VERSION_2 ? 1 : 0);
  return version === NEGOTIATION || !isInitial || isInitialWhole(data, at, end) ? Probed.yes : Probed.no;
}

function shortLength(bits: number): number {
  return bits === 0 ? 0 : bits + 3;
}

/** A token, and as many bytes as the length behind it says (RFC 9000 section 17.2.2). */
function isInitialWhole(data: Uint8Array, start: number, end: number): boolean {
  const length = afterVariable(data, start) + variable(data, start);
  return length < end && afterVariable(data, length) + variable(data, length) <= end;
}

/** Behind an integer of variable length (RFC 9000 section 16). */
function afterVariable(data: Uint8Array, at: number): number {
  return at + (1 << (data[at]! >>> 6));
}

function variable(data: Uint8Array, at: number): number {
  let value = data[at]! & 0x3f;
  for (let i = at + 1; i < afterVariable(data, at); i++) value = value * 256 + data[i]!;
  return value;
}

export default defineProtocol({
  name: 'quic',
  summary: 'Encrypted transport of HTTP/3.',
  transports: ['udp'],
  probes: [{ transport: 'udp', direction: 0, ports: '443,80', minimum: LONG_MINIMUM, probe }],
});
