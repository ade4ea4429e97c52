// ICMPv6 (RFC 4443), neighbour discovery (RFC 4861), multicast listener discovery (RFC 2710).
import { i32, u16 } from './read.ts';

export const ICMPV6_HEADER_LENGTH = 8;

export const Icmpv6Type = {
  unreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  parameterProblem: 4,
  echoRequest: 128,
  echoReply: 129,
  listenerQuery: 130,
  listenerReport: 131,
  listenerDone: 132,
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighbourSolicitation: 135,
  neighbourAdvertisement: 136,
  redirect: 137,
  routerRenumbering: 138,
  nodeInformationQuery: 139,
  nodeInformationReply: 140,
  listenerReportV2: 143,
} as const;

export const Icmpv6 = {
  type: (data: Uint8Array, o: number): number => data[o]!,
  code: (data: Uint8Array, o: number): number => data[o + 1]!,
  checksum: (data: Uint8Array, o: number): number => u16(data, o + 2),
  id: (data: Uint8Array, o: number): number => u16(data, o + 4),
  sequence: (data: Uint8Array, o: number): number => u16(data, o + 6),
  mtu: (data: Uint8Array, o: number): number => i32(data, o + 4),
} as const;
