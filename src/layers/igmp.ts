// IGMP versions 1 to 3 (RFC 1112, 2236, 3376) and RGMP (RFC 3488).

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { IGMP_GROUP_RECORD_LENGTH, IGMP_HEADER_LENGTH, IGMP_V3_QUERY_LENGTH, Igmp, IgmpType } from '../wire/igmp.ts';
import { IpProtocol } from '../wire/ipv4.ts';

const COUNTER = defineCounter('decoder.igmp');
const ANOMALY = defineAnomalies('decode', 'igmp', ['pkt_too_small', 'v3_pkt_too_small', 'malformed']);
const ADDRESS_LENGTH = 4;

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < IGMP_HEADER_LENGTH) return failed(p, ANOMALY.pkt_too_small);
  const problem = bodyProblem(p.data, o, end);
  if (problem >= 0) return failed(p, problem);
  p.l4Offset = o;
  p.l4HeaderLength = end - o;
  p.proto = IpProtocol.igmp;
  p.igmpType = Igmp.type(p.data, o);
  p.payloadOffset = end;
  p.payloadLength = 0;
  return LAYER_OK;
}

function bodyProblem(data: Uint8Array, o: number, end: number): number {
  const type = Igmp.type(data, o);
  if (type === IgmpType.reportV3) return recordsProblem(data, o, end);
  if (type !== IgmpType.query || end - o === IGMP_HEADER_LENGTH) return -1;
  if (end - o < IGMP_V3_QUERY_LENGTH) return ANOMALY.v3_pkt_too_small;
  const sources = Igmp.sourceCount(data, o) * ADDRESS_LENGTH;
  return end - o < IGMP_V3_QUERY_LENGTH + sources ? ANOMALY.malformed : -1;
}

function recordsProblem(data: Uint8Array, o: number, end: number): number {
  let record = o + IGMP_HEADER_LENGTH;
  for (let left = Igmp.recordCount(data, o); left > 0; left--) {
    if (end - record < IGMP_GROUP_RECORD_LENGTH) return ANOMALY.malformed;
    const sources = Igmp.recordSourceCount(data, record) * ADDRESS_LENGTH;
    record += IGMP_GROUP_RECORD_LENGTH + sources + Igmp.recordAuxiliary(data, record);
    if (record > end) return ANOMALY.malformed;
  }
  return -1;
}

function failed(p: Packet, anomaly: number): LayerResult {
  markInvalid(p, anomaly);
  return LAYER_FAILED;
}

export default defineLayer({
  name: 'igmp',
  summary: 'Internet group management protocol',
  link: 'https://www.rfc-editor.org/rfc/rfc3376',
  ipv4Protocols: [IpProtocol.igmp],
  decode,
});
