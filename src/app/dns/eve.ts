// EVE `dns`: one record for each message (version 3); version 2 has one for each question, and other names.

import { dnsHeader, dnsSections, writeDnsMessage } from '../../applayer/dns-record/message-json.ts';
import { readDnsEveOptions } from '../../applayer/dns-record/options.ts';
import type { DnsEveOptions } from '../../applayer/dns-record/options.ts';
import { nameMember } from '../../applayer/dns-record/rdata-json.ts';
import type { JsonText } from '../../base/json-writer.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { EveDeclaration, TxLogger } from '../../framework/app-protocol.ts';
import { TO_SERVER } from '../../framework/transaction.ts';
import { dnsRcodeName, dnsTypeName } from '../../wire/dns-names.ts';
import type { DnsTransaction } from './parser.ts';

const ALL: DnsEveOptions = {
  version: 3,
  requests: true,
  responses: true,
  types: null,
  isDetailed: true,
  isGrouped: true,
};

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
  // a message without a question asks for no type that is wanted
  return tx.message.questions.some(({ type }) => types === null || types.has(type));
}

function write(tx: DnsTransaction, json: JsonText, options: DnsEveOptions): boolean {
  const type = tx.direction === TO_SERVER ? 'request' : 'response';
  writeDnsMessage(json, tx.message, { type, txId: tx.id }, options);
  return true;
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
  dnsHeader(json, message);
  const question = message.questions[0];
  if (question !== undefined) {
    nameMember(json, 'rrname', question.name);
    json.string('rrtype', dnsTypeName(question.type));
  }
  json.string('rcode', dnsRcodeName(message.rcode));
  dnsSections(json, message, options);
  return true;
}
