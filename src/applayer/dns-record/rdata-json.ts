// Parts of EVE records that DNS and its relatives share: data of resource records as JSON, straight from the message.

import { part } from '../../base/byte-text.ts';
import type { JsonText } from '../../base/json-writer.ts';
import { beforeName, rdataKind } from '../../wire/dns-rdata.ts';
import { dnsTypeName } from '../../wire/dns-names.ts';
import type { DnsName, NameReader } from '../../wire/dns-name.ts';
import type { DnsRows } from '../../wire/dns-rows.ts';
import { i32, u16 } from '../../wire/read.ts';

/** A name, and whether it was cut. */
export function nameMember(json: JsonText, key: string, { bytes, isTruncated }: DnsName): void {
  json.bytes(key, bytes);
  if (isTruncated) json.bool(`${key}_truncated`, true);
}

/** The same of the name that was read last. */
export function shownName(json: JsonText, key: string, { out, length, isTruncated }: NameReader): void {
  json.bytes(key, out, 0, length);
  if (isTruncated) json.bool(`${key}_truncated`, true);
}

const typeMembers: Uint8Array[] = [];
/** Types that have names are below. */
const NAMED_TYPES = 257;

/** `"rrtype":"A"` */
export function typeMember(json: JsonText, type: number): void {
  if (type < NAMED_TYPES) json.members((typeMembers[type] ??= part(`"rrtype":"${dnsTypeName(type)}"`)));
  else json.string('rrtype', dnsTypeName(type));
}

/** Whether an additional record says anything: an OPT without options does not. */
export function isTelling(rows: DnsRows, row: number): boolean {
  return rows.end(row) > rows.start(row) || rdataKind(rows.type(row)) !== 'options';
}

/** The data of a row under `key` where it is one text, else under names of its own. */
export function rdataMember(json: JsonText, key: string, rows: DnsRows, row: number): void {
  const { data, names } = rows;
  const start = rows.start(row);
  const end = rows.end(row);
  const type = rows.type(row);
  const kind = rdataKind(type);
  switch (kind) {
    case 'address':
      json.address(key, data, start, end);
      break;
    case 'name':
      names.show(start + beforeName(type), end);
      json.bytes(key, names.out, 0, names.length);
      break;
    case 'bytes':
      json.bytes(key, data, start, end);
      break;
    case 'soa':
    case 'srv':
    case 'sshfp':
      OBJECTS[kind](json.open(kind), rows, row);
      json.close();
      break;
    case 'options':
      if (end > start) optionsMember(json, rows, row);
      break;
    default: // texts have no place here, other data none at all
  }
}

/** The data as elements of a list. */
export function rdataElements(json: JsonText, rows: DnsRows, row: number): void {
  const { data, names } = rows;
  const start = rows.start(row);
  const end = rows.end(row);
  const type = rows.type(row);
  const kind = rdataKind(type);
  switch (kind) {
    case 'address':
      json.addressElement(data, start, end);
      break;
    case 'name':
      names.show(start + beforeName(type), end);
      json.bytesElement(names.out, 0, names.length);
      break;
    case 'bytes':
      json.bytesElement(data, start, end);
      break;
    case 'texts':
      for (let at = start; at < end; at += 1 + data[at]!) json.bytesElement(data, at + 1, at + 1 + data[at]!);
      break;
    case 'soa':
    case 'srv':
    case 'sshfp':
      OBJECTS[kind](json.openElement(), rows, row);
      json.close();
      break;
    default: // the rest is in no list
  }
}

/** Data that is an object of its own. */
const OBJECTS = { soa: soaMembers, srv: srvMembers, sshfp: sshfpMembers } as const;

function soaMembers(json: JsonText, rows: DnsRows, row: number): void {
  const { data, names } = rows;
  const end = rows.end(row);
  names.show(rows.start(row), end);
  const second = names.next;
  shownName(json, 'mname', names);
  names.show(second, end);
  const at = names.next;
  shownName(json, 'rname', names);
  json.number('serial', i32(data, at) >>> 0).number('refresh', i32(data, at + 4) >>> 0);
  json.number('retry', i32(data, at + 8) >>> 0).number('expire', i32(data, at + 12) >>> 0);
  json.number('minimum', i32(data, at + 16) >>> 0);
}

function srvMembers(json: JsonText, rows: DnsRows, row: number): void {
  const { data, names } = rows;
  const at = rows.start(row);
  json
    .number('priority', u16(data, at))
    .number('weight', u16(data, at + 2))
    .number('port', u16(data, at + 4));
  names.show(at + 6, rows.end(row));
  shownName(json, 'name', names);
}

function sshfpMembers(json: JsonText, rows: DnsRows, row: number): void {
  const { data } = rows;
  const at = rows.start(row);
  const digits = Buffer.from(data.buffer, data.byteOffset + at + 2, rows.end(row) - at - 2).toString('hex');
  json.string('fingerprint', digits.match(/../g)?.join(':') ?? '');
  json.number('algo', data[at]!).number('type', data[at + 1]!);
}

function optionsMember(json: JsonText, rows: DnsRows, row: number): void {
  const { data } = rows;
  json.openArray('opt');
  for (let at = rows.start(row), next; at < rows.end(row); at = next) {
    next = at + 4 + u16(data, at + 2);
    const bytes = Buffer.from(data.buffer, data.byteOffset + at + 4, next - at - 4);
    json.openElement().number('code', u16(data, at)).string('data', bytes.toString('hex')).close();
  }
  json.closeArray();
}
