// UDP datagrams (RFC 768), and the encapsulations over them.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, markInvalid } from '../framework/layer.ts';
import type { LayerResult } from '../framework/layer.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { IpProtocol } from '../wire/ipv4.ts';
import { UDP_HEADER_LENGTH, Udp } from '../wire/udp.ts';
import type { IpContext } from './context.ts';

const COUNTER = defineCounter('decoder.udp');
const ANOMALY = defineAnomalies('decode', 'udp', ['pkt_too_small', 'hlen_too_small', 'hlen_invalid', 'len_invalid']);

export function decodeUdp(c: IpContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  const data = p.data;
  const available = end - o;
  if (available < UDP_HEADER_LENGTH) return failed(p, ANOMALY.hlen_too_small);
  const length = Udp.length(data, o);
  if (available < length) return failed(p, ANOMALY.pkt_too_small);
  if (length < UDP_HEADER_LENGTH) return failed(p, ANOMALY.len_invalid);
  p.l4Offset = o;
  p.l4HeaderLength = UDP_HEADER_LENGTH;
  p.proto = IpProtocol.udp;
  p.sp = Udp.sourcePort(data, o);
  p.dp = Udp.destinationPort(data, o);
  p.udpLength = length;
  p.payloadOffset = o + UDP_HEADER_LENGTH;
  p.payloadLength = length - UDP_HEADER_LENGTH;
  p.flags |= PacketFlag.wantsFlow;
  c.udpLayer(p, p.payloadOffset, p.payloadOffset + p.payloadLength);
  return LAYER_OK;
}

function failed(p: Packet, anomaly: number): LayerResult {
  markInvalid(p, anomaly);
  return LAYER_FAILED;
}
