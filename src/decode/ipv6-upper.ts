// What follows the last IPv6 header: a transport, or something that nobody decodes.

import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_NOT_MINE } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { IpProtocol } from '../wire/ipv4.ts';
import type { IpContext } from './context.ts';

const ANOMALY = defineAnomalies('decode', 'ipv6', ['unknown_next_header', 'icmpv4']);

export function decodeUpper(c: IpContext, p: Packet, protocol: number, o: number, end: number): void {
  if (c.transport(p, protocol, o, end) === LAYER_NOT_MINE) unknownNextHeader(p, protocol);
}

export function unknownNextHeader(p: Packet, protocol: number): void {
  p.proto = protocol;
  p.addAnomaly(protocol === IpProtocol.icmp ? ANOMALY.icmpv4 : ANOMALY.unknown_next_header);
}
