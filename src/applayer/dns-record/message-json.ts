// A DNS message as EVE has it (version 3): what records of DNS, and of DNS over other carriers, share.

import type { JsonText } from '../../base/json-writer.ts';
import type { DnsMessage, DnsRecord } from '../../wire/dns.ts';
import { dnsRcodeName, dnsTypeName } from '../../wire/dns-names.ts';
import type { DnsEveOptions } from './options.ts';
import { isTelling, nameMember, rdataElements, rdataMember } from './rdata-json.ts';

const FLAGS = [
  ['qr', 0x8000],
  ['aa', 0x0400],
  ['tc', 0x0200],
  ['rd', 0x0100],
  ['ra', 0x0080],
  ['z', 0x0040],
] as const;

interface MessageKind {
  readonly type: 'request' | 'response';
  readonly txId: number;
}

export function writeDnsMessage(
  json: JsonText,
  message: DnsMessage,
  { type, txId }: MessageKind,
  options: DnsEveOptions,
): void {
  json.number('version', 3).string('type', type);
  json.number('tx_id', txId).number('id', message.id);
  dnsHeader(json, message);
  json.string('rcode', dnsRcodeName(message.rcode));
  if (message.questions.length > 0) {
    json.openArray('queries');
    for (const { name, type: asked } of message.questions) {
      json.openElement().bytes('rrname', name.bytes).string('rrtype', dnsTypeName(asked));
      if (name.isTruncated) json.bool('rrname_truncated', true);
      json.close();
    }
    json.closeArray();
  }
  dnsSections(json, message, options);
}

export function dnsHeader(json: JsonText, message: DnsMessage): void {
  json.string('flags', message.flags.toString(16));
  for (const [name, bit] of FLAGS) if ((message.flags & bit) !== 0) json.bool(name, true);
  json.number('opcode', message.opcode);
}

export function dnsSections(json: JsonText, message: DnsMessage, options: DnsEveOptions): void {
  if (message.answers.length > 0) {
    if (options.isDetailed) records(json, 'answers', message.answers);
    if (options.isGrouped) grouped(json, message.answers);
  }
  records(json, 'authorities', message.authorities.filter(isTelling));
  records(json, 'additionals', message.additionals.filter(isTelling));
}

function records(json: JsonText, key: string, list: readonly DnsRecord[]): void {
  if (list.length === 0) return;
  json.openArray(key);
  for (const record of list) {
    const { rdata } = record;
    if (rdata.kind === 'texts') {
      for (const text of rdata.texts) {
        head(json, record);
        json.bytes('rdata', text).close();
      }
      continue;
    }
    head(json, record);
    rdataMember(json, 'rdata', rdata);
    if (rdata.kind === 'name' && rdata.name.isTruncated) json.bool('rdata_truncated', true);
    json.close();
  }
  json.closeArray();
}

function head(json: JsonText, { name, type, ttl }: DnsRecord): void {
  json.openElement();
  nameMember(json, 'rrname', name);
  json.string('rrtype', dnsTypeName(type)).number('ttl', ttl);
}

/** `"grouped":{"A":[...]}`: the data by type, in the order in which types come up. */
function grouped(json: JsonText, list: readonly DnsRecord[]): void {
  json.open('grouped');
  for (let i = 0; i < list.length; i++) {
    const { type } = list[i]!;
    if (!hasGroup(list[i]!) || isTypeBefore(list, i, type)) continue;
    json.openArray(dnsTypeName(type));
    for (let k = i; k < list.length; k++) {
      const record = list[k]!;
      if (record.type === type && hasGroup(record)) rdataElements(json, record.rdata);
    }
    json.closeArray();
  }
  json.close();
}

function hasGroup({ rdata }: DnsRecord): boolean {
  return rdata.kind !== 'other' && rdata.kind !== 'options';
}

function isTypeBefore(list: readonly DnsRecord[], end: number, type: number): boolean {
  for (let i = 0; i < end; i++) if (list[i]!.type === type && hasGroup(list[i]!)) return true;
  return false;
}
