// Sticky buffers over the headers of a packet: ether.hdr, ipv4.hdr, tcp.hdr, ip.src ...

import type { BufferView } from '../framework/buffer.ts';
import { headerBuffer, rangeAt } from '../framework/header-keyword.ts';
import type { KeywordDefinition } from '../framework/keyword.ts';
import type { Packet } from '../framework/packet.ts';

const PAGE = 'rules/header-keywords.html';
const ETHERNET_LENGTH = 14;
const UDP_LENGTH = 8;

function buffer(
  name: string,
  protocol: string,
  summary: string,
  range: (p: Packet, view: BufferView) => boolean,
): KeywordDefinition {
  const examples = [`alert ${protocol} any any -> any any (msg:"m"; ${name}; content:"|01|"; sid:1;)`];
  return headerBuffer({ name, summary, page: `${PAGE}#${name.replace('.', '-')}`, examples, range });
}

const isProtocol =
  (protocol: number, length = 0) =>
  (p: Packet, view: BufferView): boolean =>
    p.proto === protocol && rangeAt(view, p.l4Offset, length === 0 ? p.l4HeaderLength : length, p.end);

/** Address bytes: IPv4 at 12 and 16, IPv6 at 8 and 24 of their headers. */
const address =
  (offset4: number, offset6: number) =>
  (p: Packet, view: BufferView): boolean => {
    if (p.ipVersion === 4) return rangeAt(view, p.l3Offset + offset4, 4, p.end);
    return p.ipVersion === 6 && rangeAt(view, p.l3Offset + offset6, 16, p.end);
  };

export default [
  buffer('ether.hdr', 'ether', 'Ethernet header.', (p, view) => rangeAt(view, p.etherOffset, ETHERNET_LENGTH, p.end)),
  buffer(
    'ipv4.hdr',
    'ip',
    'IPv4 header with its options.',
    (p, view) => p.ipVersion === 4 && rangeAt(view, p.l3Offset, p.l3HeaderLength, p.end),
  ),
  buffer(
    'ipv6.hdr',
    'ip',
    'IPv6 header with its extension headers.',
    (p, view) => p.ipVersion === 6 && rangeAt(view, p.l3Offset, p.l3HeaderLength, p.end),
  ),
  buffer('ip.src', 'ip', 'Source address, as bytes.', address(12, 8)),
  buffer('ip.dst', 'ip', 'Destination address, as bytes.', address(16, 24)),
  buffer('tcp.hdr', 'tcp', 'TCP header with its options.', isProtocol(6)),
  buffer('udp.hdr', 'udp', 'UDP header.', isProtocol(17, UDP_LENGTH)),
  buffer('icmpv4.hdr', 'icmp', 'ICMPv4 header.', isProtocol(1)),
  buffer('icmpv6.hdr', 'icmp', 'ICMPv6 header.', isProtocol(58)),
  buffer('igmp.hdr', 'igmp', 'IGMP message.', isProtocol(2)),
  buffer(
    'sctp.hdr',
    'sctp',
    'SCTP common header with all chunks.',
    (p, view) => p.proto === 132 && rangeAt(view, p.l4Offset, p.l3End - p.l4Offset, p.end),
  ),
];
