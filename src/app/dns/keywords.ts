// Keywords of DNS.

import { appBufferKeyword, appIntegerKeyword, toClient, toServer } from '../../framework/app-keyword.ts';
import type { KeywordDefinition } from '../../framework/keyword.ts';
import type { DnsTransaction } from './parser.ts';

const PAGE = 'rules/dns-keywords.html';
const BOTH = [toServer('dns', 1), toClient('dns', 1)];

export const DNS_KEYWORDS: readonly KeywordDefinition[] = [
  appBufferKeyword(
    {
      name: 'dns.query',
      aliases: ['dns_query'],
      summary: 'Name asked for, one at a time.',
      page: `${PAGE}#dns-query`,
      examples: ['alert dns any any -> any any (msg:"m"; dns.query; content:"example"; sid:1;)'],
    },
    {
      bufferName: 'dns_query',
      engines: [toServer('dns', 1)],
      isMulti: true,
      bytes: (tx: DnsTransaction, _direction, instance) => tx.message.questions[instance]?.name ?? null,
    },
  ),
  appIntegerKeyword({
    name: 'dns.opcode',
    summary: 'Operation code of the message.',
    page: `${PAGE}#dns-opcode`,
    examples: ['alert dns any any -> any any (msg:"m"; dns.opcode:4; sid:1;)'],
    width: 'u8',
    engines: BOTH,
    read: (tx: DnsTransaction) => tx.message.opcode,
  }),
];
