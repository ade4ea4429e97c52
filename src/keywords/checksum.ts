// ipv4-csum, tcpv4-csum ...: whether the checksum of a header is valid.

import { unquoted } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { KeywordDefinition } from '../framework/keyword.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { checksum, transportChecksum } from '../wire/checksum.ts';
import { u16 } from '../wire/read.ts';

const PAGE = 'rules/header-keywords.html';
/** Pseudo packets have no checksum of their own. */
const NO_CHECKSUM = PacketFlag.pseudoStreamEnd | PacketFlag.reassembled;

function transport(p: Packet): number {
  const addresses = p.l3Offset + (p.ipVersion === 4 ? 12 : 8);
  return transportChecksum(p.data, addresses, p.ipVersion === 4 ? 4 : 16, p.proto, p.l4Offset, p.l3End);
}

// RFC 768: zero means that none was computed
function udp(p: Packet): number {
  return u16(p.data, p.l4Offset + 6) === 0 ? 0 : transport(p);
}

function plain(p: Packet): number {
  return checksum(p.data, p.l4Offset, p.l3End);
}

interface Kind {
  readonly name: string;
  readonly version: 4 | 6;
  /** IP protocol, -1 for the IP header itself. */
  readonly protocol: number;
  /** 0 when valid. */
  readonly sum: (p: Packet) => number;
}

const KINDS: readonly Kind[] = [
  {
    name: 'ipv4-csum',
    version: 4,
    protocol: -1,
    sum: (p) => checksum(p.data, p.l3Offset, p.l3Offset + p.l3HeaderLength),
  },
  { name: 'tcpv4-csum', version: 4, protocol: 6, sum: transport },
  { name: 'tcpv6-csum', version: 6, protocol: 6, sum: transport },
  { name: 'udpv4-csum', version: 4, protocol: 17, sum: udp },
  { name: 'udpv6-csum', version: 6, protocol: 17, sum: udp },
  { name: 'icmpv4-csum', version: 4, protocol: 1, sum: plain },
  { name: 'icmpv6-csum', version: 6, protocol: 58, sum: transport },
  { name: 'igmp-csum', version: 4, protocol: 2, sum: plain },
];

function applies({ version, protocol }: Kind, p: Packet): boolean {
  if (p.ipVersion !== version || (p.flags & NO_CHECKSUM) !== 0) return false;
  return protocol < 0 || (p.proto === protocol && p.l4Offset >= 0 && (p.flags & PacketFlag.truncated) === 0);
}

/** The checksum is set on the way out: nothing is wrong with it. */
function isPending({ protocol }: Kind, { flags }: Packet): boolean {
  return protocol >= 0 && (flags & PacketFlag.hasNoChecksum) !== 0;
}

function checksumKeyword(kind: Kind): KeywordDefinition {
  return defineKeyword({
    name: kind.name,
    argument: 'required',
    kind: 'match',
    summary: `Checksum is valid or invalid (${kind.name.replace('-csum', '')}).`,
    page: PAGE,
    examples: [`alert ip any any -> any any (msg:"m"; ${kind.name}:invalid; sid:1;)`],
    compile(builder, option) {
      const text = unquoted(option).toLowerCase();
      if (text !== 'valid' && text !== 'invalid') throw new RuleError(`${kind.name} is valid or invalid`);
      const isValid = text === 'valid';
      builder.addPacketMatch((p) => applies(kind, p) && (isPending(kind, p) || kind.sum(p) === 0) === isValid, {
        keyword: kind.name,
        keepsStream: true,
      });
    },
  });
}

export default KINDS.map(checksumKeyword);
