// ICMP in flows: which types answer each other (RFC 792, RFC 4443, RFC 2710) and which packets report on another flow.

import type { Packet } from '../framework/packet.ts';

const PROTO_ICMP = 1;
const PROTO_ICMPV6 = 58;
const DESTINATION_UNREACHABLE = 3;

const V4_COUNTERPARTS: readonly (readonly [number, number])[] = [
  [8, 0], // echo
  [13, 14], // timestamp
  [15, 16], // information
  [17, 18], // address mask
  [10, 9], // router solicitation
];
const V6_COUNTERPARTS: readonly (readonly [number, number])[] = [
  [128, 129], // echo
  [133, 134], // router solicitation
  [135, 136], // neighbour solicitation
  [130, 131], // multicast listener query and report
  [139, 140], // node information
  [144, 145], // home agent address discovery
  [146, 147], // mobile prefix solicitation
];

function table(pairs: readonly (readonly [number, number])[]): Int16Array {
  const result = new Int16Array(256);
  for (const [request, response] of pairs) {
    result[request] = response;
    result[response] = request;
  }
  return result;
}

const V4 = table(V4_COUNTERPARTS);
const V6 = table(V6_COUNTERPARTS);

/**
 * The type that answers p's ICMP type, 0 when none does: it stands in the flow key where ports stand. Messages of ICMPv6
 * with a code are answered by none, and those of each code are a flow of their own (measured beside Suricata 8.0.8).
 */
export function icmpCounterpart(p: Packet): number {
  if (p.proto === PROTO_ICMP) return V4[p.icmpType]!;
  return p.icmpCode === 0 ? V6[p.icmpType]! : p.icmpCode;
}

export function isIcmp(proto: number): boolean {
  return proto === PROTO_ICMP || proto === PROTO_ICMPV6;
}

/** ICMPv4 errors never begin a flow. */
export function isIcmp4Error(p: Packet): boolean {
  if (p.proto !== PROTO_ICMP) return false;
  const type = p.icmpType;
  return type === 3 || type === 4 || type === 5 || type === 11 || type === 12;
}

/** True when p reports on the flow of the packet it quotes; errors of ICMPv6 are flows of their own. */
export function quotesFlow(p: Packet): boolean {
  return p.proto === PROTO_ICMP && p.icmpType === DESTINATION_UNREACHABLE && p.embeddedVersion === 4;
}
