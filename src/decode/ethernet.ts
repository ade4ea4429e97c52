// Ethernet II frames (IEEE 802.3).

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { ETHERNET_HEADER_LENGTH, Ethernet } from '../wire/ethernet.ts';

const COUNTER = defineCounter('decoder.ethernet');
const ANOMALY = defineAnomalies('decode', 'ethernet', ['pkt_too_small']);

export function decodeEthernet(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < ETHERNET_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.pkt_too_small);
    return LAYER_FAILED;
  }
  if (!c.enter(p)) return LAYER_FAILED;
  const type = Ethernet.type(p.data, o);
  p.etherOffset = o;
  p.etherType = type;
  c.network(p, type, o + ETHERNET_HEADER_LENGTH, end);
  return LAYER_OK;
}
