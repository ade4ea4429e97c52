// EVE `dns`: one record for each message (version 3); version 2 has one for each question, and other names.

import type { JsonText } from '../../base/json-writer.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { EveDeclaration, TxLogger } from '../../framework/app-protocol.ts';
import { TO_SERVER } from '../../framework/transaction.ts';
import type { DnsMessage, DnsRecord } from '../../wire/dns.ts';
import { dnsRcodeName, dnsTypeName } from '../../wire/dns-names.ts';
import type { DnsTransaction } from './parser.ts';
import { isTelling, nameMember, rdataElements, rdataMember } from './rdata-json.ts';
import { readDnsEveOptions } from './eve-options.ts';
import type { DnsEveOptions } from './eve-options.ts';

const ALL: DnsEveOptions = {
  version: 3,
  requests: true,
  responses: true,
  types: null,
  isDetailed: true,
  isGrouped: true,
};

const FLAGS = [
  ['qr', 0x8000],
  ['aa', 0x0400],
  ['tc', 0x0200],
  ['rd', 0x0100],
  ['ra', 0x0080],
  ['z', 0x0040],
] as const;

export const DNS_EVE: EveDeclaration = {
  type: 'dns',
  addresses: 'message',
  hasTxId: false,
  create: (node: ConfigNode | undefined): TxLogger => {
    const options = readDnsEveOptions(node);
    if (options.version === 3)
      return { log: (tx: DnsTransaction, json) => isWanted(tx, options) && write(tx, json, options) };
    return {
      addresses: 'flow',
      count: (tx: DnsTransaction) => (tx.direction === TO_SERVER ? tx.message.questions.length : 1),
      log: (tx: DnsTransaction, json, _app, i) =>
        isWanted(tx, options) &&
        (tx.direction === TO_SERVER ? writeQuery(tx, json, options, i) : writeAnswer(tx, json, options)),
    };
  },
  alert: (tx: DnsTransaction, json) => write(tx, json, ALL),
};

function isWanted(tx: DnsTransaction, { requests, responses, types }: DnsEveOptions): boolean {
  if (!(tx.direction === TO_SERVER ? requests : responses)) return false;
  return types === null || tx.message.questions.some(({ type }) => types.has(type));
}

function write(tx: DnsTransaction, json: JsonText, options: DnsEveOptions): boolean {
  const { message } = tx;
  json.number('version', 3).string('type', tx.direction === TO_SERVER ? 'request' : 'response');
  json.number('tx_id', tx.id).number('id', message.id);
  header(json, message);
  json.string('rcode', dnsRcodeName(message.rcode));
  if (message.questions.length > 0) {
    json.openArray('queries');
    for (const { name, type } of message.questions) {
      json.openElement().bytes('rrname', name.bytes).string('rrtype', dnsTypeName(type));
      if (name.isTruncated) json.bool('rrname_truncated', true);
      json.close();
    }
    json.closeArray();
  }
  sections(json, message, options);
  return true;
}

function header(json: JsonText, message: DnsMessage): void {
  json.string('flags', message.flags.toString(16));
  for (const [name, bit] of FLAGS) if ((message.flags & bit) !== 0) json.bool(name, true);
  json.number('opcode', message.opcode);
}

function sections(json: JsonText, message: DnsMessage, options: DnsEveOptions): void {
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

function writeQuery(tx: DnsTransaction, json: JsonText, { types }: DnsEveOptions, i: number): boolean {
  const { message } = tx;
  const question = message.questions[i]!;
  if (types !== null && !types.has(question.type)) return false;
  json.number('version', 2).string('type', 'query').number('id', message.id);
  nameMember(json, 'rrname', question.name);
  json.string('rrtype', dnsTypeName(question.type)).number('tx_id', tx.id);
  if ((message.flags & 0x40) !== 0) json.bool('z', true);
  json.number('opcode', message.opcode);
  return true;
}

function writeAnswer({ message }: DnsTransaction, json: JsonText, options: DnsEveOptions): boolean {
  json.number('version', 2).string('type', 'answer').number('id', message.id);
  header(json, message);
  const question = message.questions[0];
  if (question !== undefined) {
    nameMember(json, 'rrname', question.name);
    json.string('rrtype', dnsTypeName(question.type));
  }
  json.string('rcode', dnsRcodeName(message.rcode));
  sections(json, message, options);
  return true;
}
