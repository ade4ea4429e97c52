// The request of HTTP/1 that asked for HTTP/2 (RFC 7540 section 3.2), as the first stream has it.

import type { UpgradedRequest } from '../../framework/http-parts.ts';
import { SETTING_LENGTH } from './frame-types.ts';
import type { HeaderField } from './hpack.ts';

const HOST = 'host';
const SETTINGS = 'http2-settings';

const named = (name: string, value: Uint8Array): HeaderField => ({ name: Buffer.from(name), value, sizeUpdate: -1 });

function lowerName(name: Uint8Array): string {
  return Buffer.from(name).toString('latin1').toLowerCase();
}

function valueOf({ headers }: UpgradedRequest, wanted: string): Uint8Array | undefined {
  return headers.find(([name]) => lowerName(name) === wanted)?.[1];
}

/** Method, path and authority as HTTP/2 has them, the other headers as they came. */
export function fieldsOfUpgrade(request: UpgradedRequest): HeaderField[] {
  const fields = [named(':method', request.method), named(':path', request.target)];
  const host = valueOf(request, HOST);
  if (host !== undefined) fields.push(named(':authority', host));
  for (const [name, value] of request.headers) {
    const lower = lowerName(name);
    if (lower !== HOST && lower !== SETTINGS) fields.push({ name, value, sizeUpdate: -1 });
  }
  return fields;
}

/** The payload of a SETTINGS frame in HTTP2-Settings; null: it is none; undefined: there is no such header. */
export function decodeSettingsHeader(request: UpgradedRequest): Uint8Array | null | undefined {
  const value = valueOf(request, SETTINGS);
  if (value === undefined) return undefined;
  const text = Buffer.from(value).toString('latin1').trim();
  if (!/^[A-Za-z0-9_-]*={0,2}$/.test(text)) return null;
  const payload = Buffer.from(text, 'base64url');
  return payload.length % SETTING_LENGTH === 0 ? payload : null;
}
