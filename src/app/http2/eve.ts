// EVE `http` of HTTP/2: one record for each exchange, and for frames of the connection that tell something.

import { writeDnsMessage } from '../../applayer/dns-record/message-json.ts';
import { readDnsEveOptions } from '../../applayer/dns-record/options.ts';
import type { DnsEveOptions } from '../../applayer/dns-record/options.ts';
import { bytesText } from '../../base/json-writer.ts';
import type { JsonText } from '../../base/json-writer.ts';
import type { EveDeclaration } from '../../framework/app-protocol.ts';
import { errorText, settingText } from './frame-types.ts';
import { Progress } from './transaction.ts';
import type { Http2Message, Http2Transaction } from './transaction.ts';

/** Keys by the names of headers; others are not told by themselves. */
const KEYS = new Map<string, string>([
  [':authority', 'hostname'],
  [':path', 'url'],
  [':method', 'http_method'],
  ['user-agent', 'http_user_agent'],
]);
const NUMBERS = new Map<string, string>([
  [':status', 'status'],
  ['content-length', 'length'],
]);
const LONGEST_NAME = ':authority'.length + 'content-length'.length;

export const HTTP2_EVE: EveDeclaration = {
  type: 'http',
  configKey: 'http2',
  key: 'http',
  addresses: 'flow',
  due: [Progress.complete, Progress.complete],
  hasTxId: false,
  create: () => ({ log: (tx: Http2Transaction, json) => isTelling(tx) && write(tx, json) }),
  alert: write,
};

const DNS_IN_ALERTS: DnsEveOptions = {
  version: 3,
  requests: true,
  responses: true,
  types: null,
  isDetailed: true,
  isGrouped: false,
};

/** EVE `dns` of DNS over HTTP/2: the response, or the request where there is none, beside the exchange. */
export const DOH2_EVE: EveDeclaration = {
  type: 'dns',
  configKey: 'doh2',
  key: 'dns',
  addresses: 'flow',
  due: [Progress.complete, Progress.complete],
  hasTxId: false,
  create: (node) => {
    const options = { ...readDnsEveOptions(node), version: 3 as const };
    return { log: (tx: Http2Transaction, json) => writeDns(tx, json, options) };
  },
  alert: (tx: Http2Transaction, json) => writeDns(tx, json, DNS_IN_ALERTS),
  beside: { key: 'http', create: () => ({ log: write }) },
};

const hasDns = (tx: Http2Transaction): boolean => tx.request.dns !== null || tx.response.dns !== null;

/** EVE `http` of the exchanges that have no DNS in them. */
export const DOH2_HTTP_EVE: EveDeclaration = {
  ...HTTP2_EVE,
  create: () => ({ log: (tx: Http2Transaction, json) => !hasDns(tx) && isTelling(tx) && write(tx, json) }),
  alert: (tx: Http2Transaction, json) => !hasDns(tx) && write(tx, json),
};

function writeDns({ request, response }: Http2Transaction, json: JsonText, options: DnsEveOptions): boolean {
  const message = response.dns ?? request.dns;
  if (message === null) return false;
  const type = response.dns === null ? 'request' : 'response';
  if (!(type === 'request' ? options.requests : options.responses)) return false;
  if (options.types !== null && !message.questions.some((asked) => options.types!.has(asked.type))) return false;
  writeDnsMessage(json, message, { type, txId: 0 }, options);
  return true;
}

function write(tx: Http2Transaction, json: JsonText): boolean {
  const { request, response } = tx;
  json.string('version', '2');
  headers(json, 'request_headers', request);
  headers(json, 'response_headers', response);
  const found = new Map<string, Uint8Array>();
  collect(request, found);
  collect(response, found);
  for (const [name, key] of KEYS) {
    const value = found.get(name);
    if (value !== undefined) json.bytes(key, value);
  }
  for (const [name, key] of NUMBERS) number(json, key, found.get(name));
  json.open('http2').number('stream_id', tx.streamId);
  frames(json, 'request', request, request.priorities);
  frames(json, 'response', response, null);
  json.close();
  return true;
}

/** Whether a record of its own is worth while; only clients have priorities to tell. */
function isTelling({ request, response }: Http2Transaction): boolean {
  return hasSomething(request, request.priorities) || hasSomething(response, null);
}

function hasSomething(message: Http2Message, priorities: readonly number[] | null): boolean {
  return message.fields.length > 0 || message.sizeUpdates !== null || hasFrames(message, priorities);
}

function hasFrames({ settings, errors }: Http2Message, priorities: readonly number[] | null): boolean {
  return settings !== null || errors !== null || priorities !== null;
}

function headers(json: JsonText, key: string, { fields, sizeUpdates }: Http2Message): void {
  if (fields.length === 0 && sizeUpdates === null) return;
  json.openArray(key);
  let next = 0;
  for (let i = 0; i <= fields.length; i++) {
    for (; next < (sizeUpdates?.length ?? 0) && sizeUpdates![next]!.at === i; next++)
      json.openElement().number('table_size_update', sizeUpdates![next]!.size).close();
    const field = fields[i];
    if (field !== undefined) json.openElement().bytes('name', field.name).bytes('value', field.value).close();
  }
  json.closeArray();
}

/** The last value counts, whatever the case of the name. */
function collect({ fields }: Http2Message, found: Map<string, Uint8Array>): void {
  for (const { name, value } of fields) {
    if (name.length > LONGEST_NAME) continue;
    const text = bytesText(name).toLowerCase();
    if (KEYS.has(text) || NUMBERS.has(text)) found.set(text, value);
  }
}

function number(json: JsonText, key: string, value: Uint8Array | undefined): void {
  if (value === undefined) return;
  const text = bytesText(value);
  if (/^\d{1,15}$/.test(text)) json.number(key, Number(text));
}

/** What frames of a direction said; of several errors or priorities the first. */
function frames(json: JsonText, key: string, message: Http2Message, priorities: readonly number[] | null): void {
  if (!hasFrames(message, priorities)) return;
  const { settings, errors } = message;
  json.open(key);
  if (settings !== null) {
    json.openArray('settings');
    for (const { id, value } of settings)
      json.openElement().string('settings_id', settingText(id)).number('settings_value', value).close();
    json.closeArray();
  }
  if (errors !== null) json.string('error_code', errorText(errors[0]!.code, errors[0]!));
  if (priorities !== null) json.number('priority', priorities[0]!);
  if ((errors?.length ?? 0) > 1) json.string('has_multiple', 'error_code');
  else if ((priorities?.length ?? 0) > 1) json.string('has_multiple', 'priority');
  json.close();
}
