// The host of a request: from its URI or its Host header, in lower case, and the port beside it.

import { roomOf } from '../../base/kept-bytes.ts';
import { isAuthority } from './authority.ts';
import { HTTP_ANOMALY } from './events.ts';
import { HeaderId, headerOf, lower } from './headers.ts';
import { equalsText } from './scan.ts';
import type { HttpTransaction } from './transaction.ts';
import { hasScheme, splitUri } from './uri.ts';

const TAB = 9;
const SPACE = 32;
const NUMBER_SIGN = 35;
const PLUS = 43;
const DOT = 46;
const SLASH = 47;
const COLON = 58;
const QUESTION = 63;
const OPENING = 91;
const CLOSING = 93;

/** Sets host and port of the transaction; the anomalies found. */
export function takeHost(tx: HttpTransaction): readonly number[] {
  const anomalies: number[] = [];
  const header = headerOf(tx.request.headers, HeaderId.host);
  const isTunnel = equalsText(tx.method, 'CONNECT') && !hasScheme(tx.rawUri);
  const authority = isTunnel ? null : splitUri(tx.rawUri).authority;
  // CONNECT names an authority alone (RFC 9112 section 3.2.3); a path is none
  const inUri = authority ?? (isTunnel && tx.rawUri[0] !== SLASH ? tx.rawUri : null);
  const source = inUri !== null && inUri.length > 0 ? inUri : null;
  const value = source ?? header?.value;
  if (header === undefined && isModern(tx) && !isTunnel) anomalies.push(HTTP_ANOMALY.missing_host_header);
  if (value === undefined) return anomalies;
  const host = hostOf(value, source !== null);
  tx.host = host.length === 0 ? null : host;
  tx.rawHost = source === null ? value : tx.host;
  tx.port = portOf(value);
  if (source !== null && !isAuthority(source, { mayLackPort: true }))
    anomalies.push(HTTP_ANOMALY.request_uri_host_invalid);
  if (header !== undefined && isOddHeader(header.value)) anomalies.push(HTTP_ANOMALY.request_header_host_invalid);
  if (source !== null && host.length > 0 && header !== undefined && !same(hostOf(header.value, true), host))
    anomalies.push(HTTP_ANOMALY.host_header_ambiguous);
  return anomalies;
}

/** Nothing is wrong with no name, nor with what stands behind a port. */
function isOddHeader(value: Uint8Array): boolean {
  const end = endOfHost(value);
  if (end === 0) return false;
  return !isAuthority(portOf(value) > 0 ? value.subarray(0, end) : value, { mayLackPort: false });
}

/** An address in brackets ends with them, a name before what cannot be in one. */
function endOfHost(value: Uint8Array): number {
  if (value[0] === OPENING) {
    const closing = value.indexOf(CLOSING);
    return closing < 0 ? value.length : closing + 1;
  }
  let end = 0;
  while (end < value.length && !endsHost(value[end]!)) end++;
  return end;
}

function endsHost(byte: number): boolean {
  return byte === COLON || isEnd(byte);
}

/** Begins what follows an authority (RFC 3986 section 3.2). */
function isEnd(byte: number): boolean {
  return byte === SLASH || byte === QUESTION || byte === NUMBER_SIGN;
}

/** In lower case; of a URI without the dots at its end. */
function hostOf(value: Uint8Array, isUri: boolean): Uint8Array {
  let end = endOfHost(value);
  while (end > 0 && (value[end - 1] === SPACE || value[end - 1] === TAB)) end--;
  while (isUri && end > 0 && value[end - 1] === DOT) end--;
  if (end === value.length && isSmall(value)) return value;
  const host = roomOf(end);
  for (let i = 0; i < end; i++) host[i] = lower(value[i]!);
  return host;
}

/** The number behind the host, as leniently as Suricata reads it (measured beside 8.0.8); -1 without one from 1 to 65535. */
function portOf(value: Uint8Array): number {
  let at = endOfHost(value);
  if (value[at] !== COLON) return -1;
  at++;
  while (value[at] === SPACE || value[at] === TAB) at++;
  if (value[at] === PLUS) at++;
  const first = at;
  let port = 0;
  for (; at < value.length; at++) {
    const digit = value[at]! - 48;
    if (digit < 0 || digit > 9) break;
    port = Math.min(port * 10 + digit, 0x10000);
  }
  const isOver = at === value.length || value[at] === SPACE || isEnd(value[at]!);
  return isOver && at > first && port > 0 && port < 0x10000 ? port : -1;
}

/** Whether there is no large letter. */
function isSmall(data: Uint8Array): boolean {
  for (let i = 0; i < data.length; i++) if (lower(data[i]!) !== data[i]) return false;
  return true;
}

function isModern({ request }: HttpTransaction): boolean {
  const { protocol } = request;
  return protocol.length === 8 && protocol[5] === 49 && protocol[7] === 49;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
