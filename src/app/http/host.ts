// The host of a request: from its URI or its Host header, in lower case, and the port beside it.

import { roomOf } from '../../base/kept-bytes.ts';
import { isAuthority } from './authority.ts';
import { HTTP_ANOMALY } from './events.ts';
import { HeaderId, headerOf, lower } from './headers.ts';
import { equalsText } from './scan.ts';
import type { HttpTransaction } from './transaction.ts';
import { splitUri } from './uri.ts';

const SLASH = 47;
const COLON = 58;
const BRACKET = 93;

/** Sets host and port of the transaction; the anomalies found. */
export function takeHost(tx: HttpTransaction): readonly number[] {
  const anomalies: number[] = [];
  const header = headerOf(tx.request.headers, HeaderId.host);
  const { authority } = splitUri(tx.rawUri);
  const isTunnel = authority === null && equalsText(tx.method, 'CONNECT');
  // CONNECT names an authority alone (RFC 9112 section 3.2.3); a path is none
  const source = authority ?? (isTunnel && tx.rawUri[0] !== SLASH ? tx.rawUri : null);
  const value = source ?? header?.value;
  if (header === undefined && isModern(tx) && !isTunnel) anomalies.push(HTTP_ANOMALY.missing_host_header);
  if (value === undefined) return anomalies;
  const { host, port } = splitPort(value);
  tx.rawHost = header === undefined || source !== null ? value : header.value;
  tx.host = host;
  tx.port = port;
  if (port === BAD_PORT) tx.port = -1;
  if (source !== null && source.length > 0 && !isAuthority(source, { mayLackPort: true }))
    anomalies.push(HTTP_ANOMALY.request_uri_host_invalid);
  if (header !== undefined && header.value.length > 0 && !isAuthority(header.value, { mayLackPort: false }))
    anomalies.push(HTTP_ANOMALY.request_header_host_invalid);
  if (source !== null && host.length > 0 && header !== undefined && !same(splitPort(header.value).host, host))
    anomalies.push(HTTP_ANOMALY.host_header_ambiguous);
  return anomalies;
}

const BAD_PORT = -2;

function splitPort(value: Uint8Array): { host: Uint8Array; port: number } {
  let end = value.length;
  let port = -1;
  let colon = end - 1;
  while (colon >= 0 && value[colon] !== BRACKET && value[colon] !== COLON) colon--;
  if (colon >= 0 && value[colon] === COLON) {
    end = colon;
    port = 0;
    for (let i = colon + 1; i < value.length; i++) {
      const digit = value[i]! - 48;
      port = digit < 0 || digit > 9 || port < 0 ? BAD_PORT : port * 10 + digit;
    }
    if (port === 0 || port > 65535) port = BAD_PORT;
  }
  while (end > 0 && value[end - 1] === 46) end--;
  if (port === -1 && end === value.length && isSmall(value)) return { host: value, port };
  const host = roomOf(end);
  for (let i = 0; i < end; i++) host[i] = lower(value[i]!);
  return { host, port };
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
