// A DNS message as EVE has it (version 3): what records of DNS, and of DNS over other carriers, share.

import { part } from '../../base/byte-text.ts';
import type { JsonText } from '../../base/json-writer.ts';
import type { DnsMessage } from '../../wire/dns.ts';
import { dnsRcodeName, dnsTypeName } from '../../wire/dns-names.ts';
import { rdataKind } from '../../wire/dns-rdata.ts';
import { DnsRows } from '../../wire/dns-rows.ts';
import type { DnsEveOptions } from './options.ts';
import { isTelling, rdataElements, rdataMember, shownName, typeMember } from './rdata-json.ts';

const FLAGS = [
  ['qr', 0x8000],
  ['aa', 0x0400],
  ['tc', 0x0200],
  ['rd', 0x0100],
  ['ra', 0x0080],
  ['z', 0x0040],
] as const;
const REQUEST = part('"version":3,"type":"request"');
const RESPONSE = part('"version":3,"type":"response"');
/** Headers that are kept, made once; there are few that differ in real traffic. */
const MOST_HEADERS = 1024;

interface MessageKind {
  readonly type: 'request' | 'response';
  readonly txId: number;
}

/** Of the message that is written. */
const rows = new DnsRows();

export function writeDnsMessage(
  json: JsonText,
  message: DnsMessage,
  { type, txId }: MessageKind,
  options: DnsEveOptions,
): void {
  message.fill(rows);
  json.members(type === 'request' ? REQUEST : RESPONSE);
  json.number('tx_id', txId).number('id', message.id);
  dnsHeader(json, message);
  json.string('rcode', dnsRcodeName(message.rcode));
  if (rows.questions > 0) queries(json);
  sections(json, options);
}

function queries(json: JsonText): void {
  const { names } = rows;
  json.openArray('queries');
  for (let row = 0; row < rows.questions; row++) {
    rows.readName(row);
    json.openElement().bytes('rrname', names.out, 0, names.length);
    typeMember(json, rows.type(row));
    if (names.isTruncated) json.bool('rrname_truncated', true);
    json.close();
  }
  json.closeArray();
}

const headers = new Map<number, Uint8Array>();

export function dnsHeader(json: JsonText, { flags }: DnsMessage): void {
  json.members(headers.get(flags) ?? makeHeader(flags));
}

function makeHeader(flags: number): Uint8Array {
  const set = FLAGS.filter(([, bit]) => (flags & bit) !== 0).map(([name]) => `"${name}":true,`);
  const made = part(`"flags":"${flags.toString(16)}",${set.join('')}"opcode":${String((flags >> 11) & 15)}`);
  if (headers.size >= MOST_HEADERS) headers.clear();
  headers.set(flags, made);
  return made;
}

/** The records of the message. */
export function dnsSections(json: JsonText, message: DnsMessage, options: DnsEveOptions): void {
  message.fill(rows);
  sections(json, options);
}

function sections(json: JsonText, options: DnsEveOptions): void {
  const { questions, answers, authorities, additionals } = rows;
  if (answers > questions) {
    if (options.isDetailed) {
      json.openArray('answers');
      for (let row = questions; row < answers; row++) record(json, row);
      json.closeArray();
    }
    if (options.isGrouped) grouped(json, questions, answers);
  }
  telling(json, 'authorities', answers, authorities);
  telling(json, 'additionals', authorities, additionals);
}

/** Rows [from, to), of the additional ones those that say anything; nothing where there are none. */
function telling(json: JsonText, key: string, from: number, to: number): void {
  let isOpen = false;
  for (let row = from; row < to; row++) {
    if (key === 'additionals' && !isTelling(rows, row)) continue;
    if (!isOpen) json.openArray(key);
    isOpen = true;
    record(json, row);
  }
  if (isOpen) json.closeArray();
}

/** A text of several makes several records. */
function record(json: JsonText, row: number): void {
  const { data, names } = rows;
  const kind = rdataKind(rows.type(row));
  if (kind === 'texts') {
    for (let at = rows.start(row); at < rows.end(row); at += 1 + data[at]!) {
      head(json, row);
      json.bytes('rdata', data, at + 1, at + 1 + data[at]!).close();
    }
    return;
  }
  head(json, row);
  rdataMember(json, 'rdata', rows, row);
  if (kind === 'name' && names.isTruncated) json.bool('rdata_truncated', true);
  json.close();
}

function head(json: JsonText, row: number): void {
  rows.readName(row);
  shownName(json.openElement(), 'rrname', rows.names);
  typeMember(json, rows.type(row));
  json.number('ttl', rows.ttl(row));
}

/** `"grouped":{"A":[...]}`: the data by type, in the order in which types come up. */
function grouped(json: JsonText, from: number, to: number): void {
  json.open('grouped');
  let done = 0;
  for (let row = from; row < to; row++) {
    const type = rows.type(row);
    const bit = GROUPS[type] ?? 0;
    if (bit === 0 || (done & bit) !== 0) continue;
    done |= bit;
    json.openArray(dnsTypeName(type));
    for (let k = row; k < to; k++) if (rows.type(k) === type) rdataElements(json, rows, k);
    json.closeArray();
  }
  json.close();
}

/** By type, a bit for each whose data is shown in groups. */
const GROUPS: readonly number[] = Array.from({ length: 64 }, (_, type) => hasGroup(type)).map((is, type, all) =>
  is ? 1 << all.slice(0, type).filter(Boolean).length : 0,
);

function hasGroup(type: number): boolean {
  const kind = rdataKind(type);
  return kind !== 'other' && kind !== 'options';
}
