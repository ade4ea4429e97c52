// Conditions on the IP header: ttl, tos, id, fragoffset, fragbits, ipopts, ip_proto, l3_proto, sameip.

import { integerKeyword } from '../framework/header-keyword.ts';
import { acceptUnsigned, unquoted } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { failed, parseLeadingNumber, parsePlainInteger, parsed } from '../rules/index.ts';
import type { IntegerMatch, Parsed } from '../rules/index.ts';
import type { Packet } from '../framework/packet.ts';
import type { PacketMatch } from '../framework/signature.ts';

const PAGE = 'rules/header-keywords.html';
const rule = (options: string): string => `alert ip any any -> any any (msg:"m"; ${options} sid:1;)`;

const ttl = integerKeyword({
  name: 'ttl',
  width: 'u8',
  summary: 'Time to live, or hop limit.',
  page: `${PAGE}#ttl`,
  examples: [rule('ttl:10;')],
  read: (p) => (p.ipVersion === 0 ? -1 : p.ttl),
});

const tos = integerKeyword({
  name: 'tos',
  width: 'u8',
  summary: 'Type of service of IPv4.',
  page: `${PAGE}#tos`,
  examples: [rule('tos:!4;'), rule('tos:x88;')],
  supportsPrefilter: true,
  read: (p) => (p.ipVersion === 4 ? p.tos : -1),
  quotes: 'optional',
  parse: typeOfService,
});

/** `x88` is hexadecimal; quotes may stand after the "!" too. */
function typeOfService(argument: string): Parsed<IntegerMatch> {
  const text = argument
    .replace(/^(\s*!?\s*)"([^"]*)"$/, '$1$2')
    .replace(/^(\s*!?\s*)x([0-9a-f]{1,2})\s*$/i, (_all, not: string, hex: string) => not + String(parseInt(hex, 16)));
  return parsePlainInteger(text, { max: 255, canNegate: true });
}

const id = integerKeyword({
  name: 'id',
  width: 'u16',
  summary: 'Identification of IPv4.',
  page: `${PAGE}#id`,
  examples: [rule('id:1;')],
  read: (p) => (p.ipVersion === 4 ? p.ipId : -1),
  parse: (argument) => parsePlainInteger(argument, { max: 65535 }),
});

const fragoffset = integerKeyword({
  name: 'fragoffset',
  width: 'u16',
  summary: 'Fragment offset, for IPv4 in units of eight bytes.',
  page: `${PAGE}#fragoffset`,
  examples: [rule('fragoffset:>0;')],
  read: fragmentOffset,
  parse: fragmentCondition,
});

/** What follows the number means nothing. */
function fragmentCondition(argument: string): Parsed<IntegerMatch> {
  const [, operator, rest] = /^\s*([<>]?)\s*(.*)$/s.exec(argument)!;
  const a = /^\d/.test(rest!) ? parseLeadingNumber(rest!, 65535) : undefined;
  if (a === undefined) return failed('a fragment offset is needed', 0, argument.length, 'write 5, <5 or >5');
  return parsed({ op: operator === '<' ? 'lt' : operator === '>' ? 'gt' : 'eq', a });
}

function fragmentOffset(p: Packet): number {
  if (p.ipVersion === 4) return p.fragOffset >> 3;
  return p.ipVersion === 6 && p.ip6FragmentOffset >= 0 ? p.fragOffset : -1;
}

const FRAGMENT_BITS: Readonly<Record<string, number>> = { M: 1, D: 2, R: 4 };

function fragmentBits(p: Packet): number {
  return (p.moreFragments === 0 ? 0 : 1) | (p.dontFragment === 0 ? 0 : 2) | (p.reservedFragBit === 0 ? 0 : 4);
}

const fragbits = defineKeyword({
  name: 'fragbits',
  argument: 'required',
  kind: 'match',
  supportsPrefilter: true,
  summary: 'Fragment bits of IPv4: more, do not, reserved.',
  page: `${PAGE}#fragbits`,
  examples: [rule('fragbits:MD;')],
  compile(builder, option) {
    const text = unquoted(option);
    const match = /^\s*([+*!]?)\s*([MDR][MDR,\s-]*?)\s*([+*!]?)\s*$/.exec(text);
    if (match === null || (match[1] !== '' && match[3] !== ''))
      throw new RuleError(`"${text}" are no fragment bits`, 'M, D and R, with + * or ! before them');
    let wanted = 0;
    for (const letter of match[2]!) wanted |= FRAGMENT_BITS[letter] ?? 0;
    builder.addPacketMatch(bitsMatch(match[1] || match[3]!, wanted), { keyword: 'fragbits' });
  },
});

function bitsMatch(modifier: string, wanted: number): PacketMatch {
  if (modifier === '+') return (p) => p.ipVersion === 4 && (fragmentBits(p) & wanted) === wanted;
  if (modifier === '*') return (p) => p.ipVersion === 4 && (fragmentBits(p) & wanted) !== 0;
  if (modifier === '!') return (p) => p.ipVersion === 4 && (fragmentBits(p) & wanted) !== wanted;
  return (p) => p.ipVersion === 4 && fragmentBits(p) === wanted;
}

/** Option numbers: low five bits of the type (RFC 791 section 3.1). */
const IP_OPTIONS: Readonly<Record<string, number>> = {
  eol: 0,
  nop: 1,
  sec: 2,
  lsrr: 3,
  ts: 4,
  esec: 5,
  cipso: 6,
  rr: 7,
  satid: 8,
  ssrr: 9,
  rtralt: 20,
  qs: 25,
};

const ipopts = defineKeyword({
  name: 'ipopts',
  argument: 'required',
  kind: 'match',
  summary: 'An option of the IPv4 header is there.',
  page: `${PAGE}#ipopts`,
  examples: [rule('ipopts:lsrr;'), rule('ipopts:any;')],
  compile(builder, option) {
    const name = unquoted(option).toLowerCase();
    const number = IP_OPTIONS[name];
    if (number === undefined && name !== 'any')
      throw new RuleError(`unknown IP option "${name}"`, `one of any, ${Object.keys(IP_OPTIONS).join(', ')}`);
    const bits = number === undefined ? -1 : 1 << number;
    builder.addPacketMatch((p) => (p.ip4Options & bits) !== 0, {
      keyword: 'ipopts',
      details: { ipopts: { option: name } },
    });
  },
});

const PROTOCOLS: Readonly<Record<string, number>> = {
  ip: 0,
  hopopt: 0,
  icmp: 1,
  igmp: 2,
  ggp: 3,
  ipencap: 4,
  st: 5,
  tcp: 6,
  egp: 8,
  igp: 9,
  pup: 12,
  udp: 17,
  hmp: 20,
  'xns-idp': 22,
  rdp: 27,
  'iso-tp4': 29,
  dccp: 33,
  xtp: 36,
  ddp: 37,
  'idpr-cmtp': 38,
  ipv6: 41,
  'ipv6-route': 43,
  'ipv6-frag': 44,
  idrp: 45,
  rsvp: 46,
  gre: 47,
  esp: 50,
  ah: 51,
  skip: 57,
  'ipv6-icmp': 58,
  icmpv6: 58,
  'ipv6-nonxt': 59,
  'ipv6-opts': 60,
  rspf: 73,
  vmtp: 81,
  eigrp: 88,
  ospf: 89,
  'ax.25': 93,
  ipip: 94,
  etherip: 97,
  encap: 98,
  pim: 103,
  ipcomp: 108,
  vrrp: 112,
  l2tp: 115,
  isis: 124,
  sctp: 132,
  fc: 133,
  udplite: 136,
  hip: 139,
  shim6: 140,
};

const ipProto = defineKeyword({
  name: 'ip_proto',
  quotes: 'optional',
  argument: 'required',
  kind: 'match',
  summary: 'Protocol number or name of the IP header.',
  page: `${PAGE}#ip-proto`,
  examples: [rule('ip_proto:pim;'), rule('ip_proto:!6;')],
  compile(builder, option) {
    const protocol = builder.ast.protocol.text.toLowerCase();
    if (!/^(?:ip|any|ipv4|ip4|ipv6|ip6)$/.test(protocol))
      throw new RuleError('ip_proto works in rules of protocol ip only', 'ip, ipv4 or ipv6');
    const match = /^\s*([!<>]?)\s*([\w.-]+)\s*$/.exec(unquoted(option));
    if (match === null) throw new RuleError('ip_proto needs a protocol name or number', 'ip_proto:!tcp');
    const given = match[2]!;
    const name = given.toLowerCase();
    // as the system's list of protocols has them: all small, or all capital
    if (given !== name && given !== given.toUpperCase()) throw new RuleError(`unknown protocol "${given}"`, name);
    const wanted = /^\d+$/.test(name) ? acceptUnsigned(option, name, { max: 255 }) : PROTOCOLS[name];
    if (wanted === undefined) throw new RuleError(`unknown protocol "${name}"`);
    // unnamed: it counts as a part of the rule's header
    builder.addPacketMatch(protocolMatch(match[1]!, wanted), match[1] === '' ? { ipProtocol: wanted } : {});
  },
});

function protocolMatch(operator: string, wanted: number): PacketMatch {
  if (operator === '!') return (p) => p.ipVersion !== 0 && p.proto !== wanted;
  if (operator === '<') return (p) => p.ipVersion !== 0 && p.proto < wanted;
  if (operator === '>') return (p) => p.ipVersion !== 0 && p.proto > wanted;
  return (p) => p.ipVersion !== 0 && p.proto === wanted;
}

const l3Proto = defineKeyword({
  name: 'l3_proto',
  argument: 'required',
  kind: 'match',
  summary: 'IPv4 or IPv6.',
  page: PAGE,
  examples: [rule('l3_proto:ipv6;')],
  compile(builder, option) {
    const match = /^(?:ipv|ip)([46])$/i.exec(unquoted(option));
    if (match === null) throw new RuleError('l3_proto is ipv4 or ipv6');
    const version = Number(match[1]);
    // unnamed like ip_proto
    builder.addPacketMatch((p) => p.ipVersion === version, { keepsStream: true });
  },
});

const sameip = defineKeyword({
  name: 'sameip',
  argument: 'none',
  kind: 'match',
  summary: 'Source and destination address are the same.',
  page: `${PAGE}#sameip`,
  examples: [rule('sameip;')],
  compile(builder) {
    builder.addPacketMatch(
      (p) => p.ipVersion !== 0 && p.src0 === p.dst0 && p.src1 === p.dst1 && p.src2 === p.dst2 && p.src3 === p.dst3,
      { keyword: 'sameip' },
    );
  },
});

export default [ttl, tos, id, fragoffset, fragbits, ipopts, ipProto, l3Proto, sameip];
