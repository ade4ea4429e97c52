// TCP segments (RFC 9293): header checks and options.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { IpProtocol } from '../wire/ipv4.ts';
import { TCP_HEADER_LENGTH, Tcp } from '../wire/tcp.ts';
import { decodeTcpOptions } from './tcp-options.ts';

const COUNTER = defineCounter('decoder.tcp');
const INVALID = defineCounter('decoder.invalid');
const ANOMALY = defineAnomalies('decode', 'tcp', ['pkt_too_small', 'hlen_too_small', 'invalid_optlen']);

export function decodeTcp(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  const data = p.data;
  const available = end - o;
  if (available < TCP_HEADER_LENGTH) return failed(p, ANOMALY.pkt_too_small);
  const headerLength = Tcp.headerLength(data, o);
  if (available < headerLength) return failed(p, ANOMALY.hlen_too_small);
  if (headerLength < TCP_HEADER_LENGTH) return failed(p, ANOMALY.invalid_optlen);
  p.l4Offset = o;
  p.l4HeaderLength = headerLength;
  p.proto = IpProtocol.tcp;
  p.sp = Tcp.sourcePort(data, o);
  p.dp = Tcp.destinationPort(data, o);
  p.tcpSeq = Tcp.sequence(data, o);
  p.tcpAck = Tcp.acknowledgement(data, o);
  p.tcpReserved = Tcp.reserved(data, o);
  p.tcpFlags = Tcp.flags(data, o);
  p.tcpWindow = Tcp.window(data, o);
  p.tcpUrgentPointer = Tcp.urgentPointer(data, o);
  p.payloadOffset = o + headerLength;
  p.payloadLength = available - headerLength;
  p.flags |= PacketFlag.wantsFlow;
  const hasOptions = headerLength > TCP_HEADER_LENGTH;
  if (hasOptions && !decodeTcpOptions(p, o + TCP_HEADER_LENGTH, o + headerLength)) c.count(INVALID);
  return LAYER_OK;
}

function failed(p: Packet, anomaly: number): LayerResult {
  markInvalid(p, anomaly);
  return LAYER_FAILED;
}
