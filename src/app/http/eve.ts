// EVE `http`: one record for each request with its response.

import { base64, printable } from '../../base/json-text.ts';
import type { JsonText } from '../../base/json-writer.ts';
import { bytesText } from '../../base/json-writer.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { EveDeclaration } from '../../framework/app-protocol.ts';
import { HeaderId, headerOf, nameOf, valueOf } from './headers.ts';
import type { Header } from './headers.ts';
import { Progress } from './transaction.ts';
import type { HttpMessage, HttpTransaction } from './transaction.ts';

/** `custom:` names these fields; they are headers of the request or of the response. */
const CUSTOM: Readonly<Record<string, [header: string, side: 'request' | 'response']>> = {
  accept: ['accept', 'request'],
  'accept-charset': ['accept-charset', 'request'],
  'accept-encoding': ['accept-encoding', 'request'],
  'accept-language': ['accept-language', 'request'],
  'accept-datetime': ['accept-datetime', 'request'],
  authorization: ['authorization', 'request'],
  'cache-control': ['cache-control', 'request'],
  cookie: ['cookie', 'request'],
  from: ['from', 'request'],
  'max-forwards': ['max-forwards', 'request'],
  origin: ['origin', 'request'],
  pragma: ['pragma', 'request'],
  'proxy-authorization': ['proxy-authorization', 'request'],
  range: ['range', 'request'],
  te: ['te', 'request'],
  via: ['via', 'request'],
  'x-requested-with': ['x-requested-with', 'request'],
  dnt: ['dnt', 'request'],
  'x-forwarded-proto': ['x-forwarded-proto', 'request'],
  'x-authenticated-user': ['x-authenticated-user', 'request'],
  'x-flash-version': ['x-flash-version', 'request'],
  'accept-range': ['accept-range', 'response'],
  age: ['age', 'response'],
  allow: ['allow', 'response'],
  connection: ['connection', 'response'],
  'content-encoding': ['content-encoding', 'response'],
  'content-language': ['content-language', 'response'],
  'content-length': ['content-length', 'response'],
  'content-location': ['content-location', 'response'],
  'content-md5': ['content-md5', 'response'],
  'content-range': ['content-range', 'response'],
  'content-type': ['content-type', 'response'],
  date: ['date', 'response'],
  etag: ['etags', 'response'],
  expires: ['expires', 'response'],
  'last-modified': ['last-modified', 'response'],
  link: ['link', 'response'],
  location: ['location', 'response'],
  'proxy-authenticate': ['proxy-authenticate', 'response'],
  referrer: ['referrer', 'response'],
  refresh: ['refresh', 'response'],
  'retry-after': ['retry-after', 'response'],
  server: ['server', 'response'],
  'set-cookie': ['set-cookie', 'response'],
  trailer: ['trailer', 'response'],
  'transfer-encoding': ['transfer-encoding', 'response'],
  upgrade: ['upgrade', 'response'],
  vary: ['vary', 'response'],
  warning: ['warning', 'response'],
  'www-authenticate': ['www-authenticate', 'response'],
};

interface Options {
  readonly isExtended: boolean;
  readonly custom: readonly string[];
  readonly dumps: 'no' | 'request' | 'response' | 'both';
}

function readOptions(node: ConfigNode | undefined): Options {
  const dump = node?.string('dump-all-headers', 'no') ?? 'no';
  return {
    isExtended: node?.bool('extended', false) ?? false,
    custom: node?.strings('custom') ?? [],
    dumps: dump === 'both' || dump === 'request' || dump === 'response' ? dump : 'no',
  };
}

export const HTTP_EVE: EveDeclaration = {
  type: 'http',
  addresses: 'flow',
  due: [Progress.complete, Progress.complete],
  create(node) {
    const options = readOptions(node);
    return { log: (tx: HttpTransaction, json) => write(tx, json, options) };
  },
  alertBy(node) {
    const bodies = readBodyOptions(node);
    return (tx: HttpTransaction, json) => {
      write(tx, json, IN_ALERTS);
      body(tx.request, 'http_request_body', json, bodies);
      body(tx.response, 'http_response_body', json, bodies);
      return true;
    };
  },
};

/** Which forms of bodies alerts have. */
interface BodyOptions {
  readonly isBase64: boolean;
  readonly isPrintable: boolean;
}

function readBodyOptions(node: ConfigNode | undefined): BodyOptions {
  return {
    isBase64: node?.bool('http-body', false) ?? false,
    isPrintable: node?.bool('http-body-printable', false) ?? false,
  };
}

/** What is there of a body. */
function body({ body: { held } }: HttpMessage, key: string, json: JsonText, options: BodyOptions): void {
  if (held.length === 0) return;
  if (options.isPrintable) json.raw(`${key}_printable`, `"${printable(held, 0, held.length)}"`);
  if (options.isBase64) json.raw(key, `"${base64(held, 0, held.length)}"`);
}

const IN_ALERTS: Options = { isExtended: true, custom: [], dumps: 'no' };

function write(tx: HttpTransaction, json: JsonText, options: Options): boolean {
  const { request, response } = tx;
  if (tx.host !== null && tx.host.length > 0) {
    json.bytes('hostname', tx.host);
    if (tx.port > 0) json.number('http_port', tx.port);
  }
  if (tx.rawUri.length > 0) json.bytes('url', tx.rawUri);
  header(json, 'http_user_agent', request.headers, HeaderId['user-agent']);
  const forwarded = valueOf(request.headers, HeaderId['x-forwarded-for']);
  if (forwarded !== null && forwarded.length > 0) json.bytes('xff', forwarded);
  contentType(tx, json);
  contentRange(tx, json);
  if (options.isExtended) extended(tx, json);
  for (const name of options.custom) customField(tx, json, name.toLowerCase());
  if (options.dumps === 'both' || options.dumps === 'request') dump(json, 'request_headers', request);
  if (options.dumps === 'both' || options.dumps === 'response') dump(json, 'response_headers', response);
  return true;
}

/** Nothing of a header without a value. */
function header(json: JsonText, key: string, headers: readonly Header[], id: number): void {
  const found = headerOf(headers, id);
  if (found !== undefined && found.valueStart < found.valueEnd)
    json.bytes(key, found.valueData, found.valueStart, found.valueEnd);
}

function contentType({ response }: HttpTransaction, json: JsonText): void {
  const found = headerOf(response.headers, HeaderId['content-type']);
  if (found === undefined) return;
  const { valueData, valueStart, valueEnd } = found;
  let end = valueStart;
  while (end < valueEnd && valueData[end] !== SEMICOLON) end++;
  if (end > valueStart) json.bytes('http_content_type', valueData, valueStart, end);
}

const SEMICOLON = 59;
const RANGE = /^bytes\s+(?:(\d+)-(\d+)|\*)\/(\d+|\*)/i;

function contentRange({ response }: HttpTransaction, json: JsonText): void {
  const value = valueOf(response.headers, HeaderId['content-range']);
  if (value === null) return;
  json.open('content_range');
  if (value.length > 0) json.bytes('raw', value);
  const match = RANGE.exec(bytesText(value));
  if (match?.[1] !== undefined) json.number('start', Number(match[1])).number('end', Number(match[2]));
  if (match !== null && match[3] !== '*') json.number('size', Number(match[3]));
  json.close();
}

function extended(tx: HttpTransaction, json: JsonText): void {
  header(json, 'http_refer', tx.request.headers, HeaderId.referer);
  if (tx.method.length > 0) json.bytes('http_method', tx.method);
  if (tx.request.protocol.length > 0) json.bytes('protocol', tx.request.protocol);
  if (tx.status.length > 0) {
    if (tx.statusNumber >= 0) json.number('status', tx.statusNumber);
    else json.bytes('status_string', tx.status);
    header(json, 'redirect', tx.response.headers, HeaderId.location);
  }
  json.number('length', tx.response.wireLength);
}

function customField(tx: HttpTransaction, json: JsonText, name: string): void {
  const known = Object.hasOwn(CUSTOM, name) ? CUSTOM[name] : undefined;
  if (known === undefined) return;
  const [wanted, side] = known;
  for (const one of tx[side].headers) {
    if (nameOf(one) === wanted && one.value.length > 0) json.bytes(name.replaceAll('-', '_'), one.value);
  }
}

function dump(json: JsonText, key: string, { headers }: HttpMessage): void {
  if (headers.length === 0) return;
  json.openArray(key);
  for (const { name, value } of headers) json.openElement().bytes('name', name).bytes('value', value).close();
  json.closeArray();
}
