// Keywords of DNS: names and numbers of messages.

import { appBufferKeyword, appIntegerKeyword, toClient, toServer } from '../../framework/app-keyword.ts';
import type { BufferEngine } from '../../framework/buffer.ts';
import { describeInteger } from '../../framework/description.ts';
import { accept, integerTest, unquoted } from '../../framework/keyword-argument.ts';
import { defineKeyword } from '../../framework/keyword.ts';
import type { DnsCarrier } from '../../framework/dns-carrier.ts';
import type { KeywordDefinition } from '../../framework/keyword.ts';
import type { TxMatch } from '../../framework/signature.ts';
import type { Direction } from '../../framework/transaction.ts';
import { parseInteger } from '../../rules/index.ts';
import type { DnsMessage } from '../../wire/dns.ts';
import { dnsRcodeNumber, dnsTypeNumber } from '../../wire/dns-names.ts';
import { responseName } from './response-names.ts';
import { DnsTransaction } from './parser.ts';

/** No number: nothing compares with it. */
const NONE = -1;

/** A transaction that rules on DNS may look at. */
type AnyDns = DnsTransaction | DnsCarrier;

function messageOf(tx: AnyDns, direction: Direction): DnsMessage | null {
  return tx instanceof DnsTransaction ? tx.message : tx.dnsMessage(direction);
}

/** Over HTTP/2 a message is whole when its side of the stream is closed. */
const OVER_HTTP2 = [toServer('doh2', 3), toClient('doh2', 3)].map((engine) => ({ ...engine, subState: 'stream' }));
const BOTH: readonly BufferEngine[] = [...OVER_HTTP2, toServer('dns', 1), toClient('dns', 1)];
const REQUESTS = BOTH.filter(({ direction }) => direction === 'toserver');

type NameOf = (message: DnsMessage, instance: number) => Uint8Array | null;

/** The names of each section: those that DNS, mDNS and LLMNR have keywords for. */
const SECTIONS: readonly (readonly [suffix: string, summary: string, name: NameOf])[] = [
  ['queries.rrname', 'Name asked for, one at a time.', (m, i) => m.questions[i]?.name.bytes ?? null],
  ['answers.rrname', 'Name of an answer, one at a time.', (m, i) => m.answers[i]?.name.bytes ?? null],
  ['authorities.rrname', 'Name of an authority record, one at a time.', (m, i) => m.authorities[i]?.name.bytes ?? null],
  [
    'additionals.rrname',
    'Name of an additional record, one at a time.',
    (m, i) => m.additionals[i]?.name.bytes ?? null,
  ],
];

function nameKeyword(
  name: string,
  summary: string,
  protocol: string,
  engines: readonly BufferEngine[],
  of: NameOf,
  aliases: readonly string[] = [],
): KeywordDefinition {
  return appBufferKeyword(
    {
      name,
      aliases,
      summary,
      page: `rules/${protocol}-keywords.html#${name.replaceAll('.', '-')}`,
      examples: [`alert ${protocol} any any -> any any (msg:"m"; ${name}; content:"example"; sid:1;)`],
    },
    {
      engines,
      isMulti: true,
      bytes: (tx: AnyDns, direction, instance) => {
        const message = messageOf(tx, direction);
        return message === null ? null : of(message, instance);
      },
    },
  );
}

/** `<protocol>.queries.rrname` and its like. */
export function nameKeywords(protocol: string): KeywordDefinition[] {
  const both = protocol === 'dns' ? BOTH : [toServer(protocol, 1), toClient(protocol, 1)];
  return [
    ...SECTIONS.map(([suffix, summary, of]) => nameKeyword(`${protocol}.${suffix}`, summary, protocol, both, of)),
    // multicast answers are sent by whom the flow has as the client
    nameKeyword(
      `${protocol}.response.rrname`,
      'Any name of a response: of its records, and in their data.',
      protocol,
      both,
      (message, instance) => (message.isResponse ? responseName(message, instance) : null),
    ),
  ];
}

const PAGE = 'rules/dns-keywords.html';
const QUERY = SECTIONS[0]![2];
const ANSWER = SECTIONS[1]![2];

export const DNS_KEYWORDS: readonly KeywordDefinition[] = [
  appBufferKeyword(
    {
      name: 'dns.query',
      aliases: ['dns_query'],
      summary: 'Name asked for in a request, one at a time.',
      page: `${PAGE}#dns-query`,
      examples: ['alert dns any any -> any any (msg:"m"; dns.query; content:"example"; sid:1;)'],
    },
    {
      bufferName: 'dns_query',
      engines: REQUESTS,
      isMulti: true,
      bytes: (tx: AnyDns, direction, instance) => {
        const message = messageOf(tx, direction);
        return message === null ? null : QUERY(message, instance);
      },
    },
  ),
  nameKeyword('dns.query.name', 'Name asked for, in requests and responses.', 'dns', BOTH, QUERY),
  nameKeyword('dns.answer.name', 'Name of an answer, in requests and responses.', 'dns', BOTH, ANSWER),
  ...nameKeywords('dns'),
  appIntegerKeyword({
    name: 'dns.opcode',
    summary: 'Operation code of the message.',
    page: `${PAGE}#dns-opcode`,
    examples: ['alert dns any any -> any any (msg:"m"; dns.opcode:4; sid:1;)'],
    width: 'u8',
    engines: BOTH,
    read: (tx: AnyDns, direction) => messageOf(tx, direction)?.opcode ?? NONE,
  }),
  appIntegerKeyword({
    name: 'dns.rcode',
    summary: 'Response code, by number or name.',
    page: `${PAGE}#dns-rcode`,
    examples: [
      'alert dns any any -> any any (msg:"m"; dns.rcode:3; sid:1;)',
      'alert dns any any -> any any (msg:"m"; dns.rcode:nxdomain; sid:1;)',
    ],
    width: 'u8',
    names: dnsRcodeNumber,
    engines: BOTH,
    read: (tx: AnyDns, direction) => messageOf(tx, direction)?.rcode ?? NONE,
  }),
  defineKeyword({
    name: 'dns.rrtype',
    summary: 'Record type asked for, by number or name.',
    page: `${PAGE}#dns-rrtype`,
    examples: [
      'alert dns any any -> any any (msg:"m"; dns.rrtype:16; sid:1;)',
      'alert dns any any -> any any (msg:"m"; dns.rrtype:txt; sid:1;)',
    ],
    argument: 'required',
    kind: 'match',
    compile(builder, option) {
      const condition = accept(option, parseInteger(unquoted(option), 'u16', { names: dnsTypeNumber }));
      const test = integerTest(condition);
      const isAsked: TxMatch<AnyDns> = (tx, _p, { txDirection }) =>
        messageOf(tx, txDirection)?.questions.some(({ type }) => test(type)) === true;
      builder.addTxMatch(isAsked, {
        keyword: 'dns.rrtype',
        engines: BOTH,
        details: { dns_rrtype: describeInteger(condition) },
      });
    },
  }),
];
