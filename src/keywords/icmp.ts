// Conditions on ICMP and IGMP: itype, icode, icmp_id, icmp_seq, icmpv6.mtu, igmp.type.

import { integerKeyword } from '../framework/header-keyword.ts';
import type { Packet } from '../framework/packet.ts';
import { parsePlainInteger } from '../rules/index.ts';
import type { IntegerMatch, Parsed } from '../rules/index.ts';
import { IgmpType } from '../wire/igmp.ts';

const PAGE = 'rules/header-keywords.html';
const rule = (options: string): string => `alert icmp any any -> any any (msg:"m"; ${options} sid:1;)`;

function isIcmp(p: Packet): boolean {
  return (p.proto === 1 || p.proto === 58) && p.l4Offset >= 0;
}

const plainNumber = (argument: string): Parsed<IntegerMatch> => parsePlainInteger(argument, { max: 0xffff });

const itype = integerKeyword({
  name: 'itype',
  width: 'u8',
  summary: 'ICMP type.',
  page: `${PAGE}#itype`,
  examples: [rule('itype:>10;')],
  detailKey: 'type',
  read: (p) => (isIcmp(p) ? p.icmpType : -1),
});

const icode = integerKeyword({
  name: 'icode',
  width: 'u8',
  summary: 'ICMP code.',
  page: `${PAGE}#icode`,
  examples: [rule('icode:>5;')],
  detailKey: 'code',
  read: (p) => (isIcmp(p) ? p.icmpCode : -1),
});

const icmpId = integerKeyword({
  name: 'icmp_id',
  width: 'u16',
  summary: 'Identifier of ICMP echo and its like.',
  page: `${PAGE}#icmp-id`,
  examples: [rule('icmp_id:0;')],
  detailKey: 'id',
  read: (p) => (isIcmp(p) && p.icmpHasId !== 0 ? p.icmpId : -1),
  parse: plainNumber,
});

const icmpSeq = integerKeyword({
  name: 'icmp_seq',
  width: 'u16',
  summary: 'Sequence number of ICMP echo and its like.',
  page: `${PAGE}#icmp-seq`,
  examples: [rule('icmp_seq:0;')],
  detailKey: 'seq',
  read: (p) => (isIcmp(p) && p.icmpHasId !== 0 ? p.icmpSeq : -1),
  parse: plainNumber,
});

const PACKET_TOO_BIG = 2;
const mtu = integerKeyword({
  name: 'icmpv6.mtu',
  width: 'u32',
  summary: 'MTU of an ICMPv6 packet-too-big message.',
  page: `${PAGE}#icmpv6-mtu`,
  examples: ['alert ip any any -> any any (msg:"m"; icmpv6.mtu:<1280; sid:1;)'],
  read: (p) => (p.proto === 58 && p.l4Offset >= 0 && p.icmpType === PACKET_TOO_BIG ? p.icmpMtu >>> 0 : -1),
});

const IGMP_NAMES: Readonly<Record<string, number>> = {
  query: IgmpType.query,
  report_v1: IgmpType.reportV1,
  report_v2: IgmpType.reportV2,
  leave: IgmpType.leave,
  report_v3: IgmpType.reportV3,
};

const igmpType = integerKeyword({
  name: 'igmp.type',
  width: 'u8',
  summary: 'IGMP message type.',
  page: PAGE,
  examples: ['alert igmp any any -> any any (msg:"m"; igmp.type:0x11; sid:1;)'],
  read: (p) => (p.proto === 2 && p.l4Offset >= 0 ? p.igmpType : -1),
  names: (name) => IGMP_NAMES[name.toLowerCase()],
});

export default [itype, icode, icmpId, icmpSeq, mtu, igmpType];
