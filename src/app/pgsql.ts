// PostgreSQL, protocol version 3 ("Frontend/Backend Protocol" of its manual).

import { byteIndex } from '../base/bytes.ts';
import { Probed, defineProtocol } from '../framework/app-protocol.ts';
import { i32 } from '../wire/read.ts';

const VERSION = 3;
/** Codes in the place of a version, and the length of their messages: cancel with its key, TLS, GSSAPI. */
const REQUESTS = new Map([
  [80877102, 16],
  [80877103, 8],
  [80877104, 8],
]);
/** Longest of the messages that come first; what says to be longer is none. */
const MAX_LENGTH = 10_000;
/** Type, and the length that counts itself. */
const HEADER = 5;
const LENGTH = 4;

const USER = [0x75, 0x73, 0x65, 0x72, 0];
/** The single letters that answer a request for encryption: TLS, none, GSSAPI. */
const [TLS, NONE, GSSAPI] = [0x53, 0x4e, 0x47];
const [AUTHENTICATION, ERROR] = [0x52, 0x45];
const MIN_AUTHENTICATION = 8;

/** A message begins with its type, but the first one of a client, which has a length of less than 2^24. */
function probeClient(data: Uint8Array, start: number, end: number): number {
  if (data[start] !== 0) return probeMessage(data, start, end);
  if (end - start < 8) return Probed.more;
  const length = i32(data, start);
  const code = i32(data, start + 4);
  if (length < 8 || length > MAX_LENGTH) return Probed.no;
  const least = REQUESTS.get(code);
  if (least !== undefined) return length < least ? Probed.no : length > end - start ? Probed.more : Probed.yes;
  if (code >>> 16 !== VERSION) return Probed.no;
  if (length > end - start) return Probed.more;
  return hasUser(data, start + 8, start + length) ? Probed.yes : Probed.no;
}

/** Names and values, each ended by a zero byte, and another one; only the user must be among them. */
function hasUser(data: Uint8Array, start: number, end: number): boolean {
  let isUserThere = false;
  for (let at = start; at < end;) {
    if (data[at] === 0) return isUserThere;
    const value = byteIndex(data, 0, at, end) + 1;
    const next = value === 0 ? 0 : byteIndex(data, 0, value, end) + 1;
    if (next === 0) return false;
    if (next > value + 1 && startsWith(data, at, USER)) isUserThere = true;
    at = next;
  }
  return false;
}

function startsWith(data: Uint8Array, at: number, bytes: readonly number[]): boolean {
  return bytes.every((byte, i) => data[at + i] === byte);
}

function probeServer(data: Uint8Array, start: number, end: number): number {
  const first = data[start];
  if (first === TLS || first === NONE || (first === GSSAPI && end - start === 1)) return Probed.yes;
  return probeMessage(data, start, end);
}

/** A whole message, of whatever type: each version has new ones. */
function probeMessage(data: Uint8Array, start: number, end: number): number {
  if (end - start < HEADER) return Probed.more;
  const type = data[start];
  const length = i32(data, start + 1);
  if (length < LENGTH || (type === AUTHENTICATION && length < MIN_AUTHENTICATION)) return Probed.no;
  if (length > end - start - 1) return length > MAX_LENGTH ? Probed.no : Probed.more;
  return type !== ERROR || hasFields(data, start + HEADER, start + 1 + length) ? Probed.yes : Probed.no;
}

/** A code and a text ended by zero, at least once, and another zero. */
function hasFields(data: Uint8Array, start: number, end: number): boolean {
  return end - start > 2 && data[start] !== 0 && data[end - 1] === 0 && data[end - 2] === 0;
}

export default defineProtocol({
  name: 'pgsql',
  summary: 'PostgreSQL.',
  transports: ['tcp'],
  probes: [
    { transport: 'tcp', direction: 0, ports: '5432', minimum: HEADER, probe: probeClient },
    { transport: 'tcp', direction: 1, ports: '5432', minimum: 1, probe: probeServer },
  ],
});
