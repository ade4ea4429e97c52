// PPPoE discovery (RFC 2516 section 5): a code, and tags whose announced length has to be there.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { EtherType } from '../wire/ethernet.ts';
import { PPPOE_HEADER_LENGTH, Pppoe, PppoeCode } from '../wire/pppoe.ts';

const COUNTER = defineCounter('decoder.pppoe');
const ANOMALY = defineAnomalies('decode', 'pppoe', ['pkt_too_small', 'wrong_code', 'malformed_tags']);

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < PPPOE_HEADER_LENGTH) return failed(p, ANOMALY.pkt_too_small);
  const data = p.data;
  if (!isDiscoveryCode(Pppoe.code(data, o))) return failed(p, ANOMALY.wrong_code);
  if (Pppoe.length(data, o) > end - o - PPPOE_HEADER_LENGTH) return failed(p, ANOMALY.malformed_tags);
  return LAYER_OK;
}

function isDiscoveryCode(code: number): boolean {
  return (
    code === PppoeCode.padi ||
    code === PppoeCode.pado ||
    code === PppoeCode.padr ||
    code === PppoeCode.pads ||
    code === PppoeCode.padt
  );
}

function failed(p: Packet, anomaly: number): LayerResult {
  markInvalid(p, anomaly);
  return LAYER_FAILED;
}

export default defineLayer({
  name: 'pppoe-discovery',
  summary: 'PPP over Ethernet, discovery',
  link: 'https://www.rfc-editor.org/rfc/rfc2516',
  etherTypes: [EtherType.pppoeDiscovery],
  decode,
});
