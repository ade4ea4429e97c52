// Cisco data center Ethernet (FabricPath): two bytes, then a whole Ethernet frame.

import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { ETHERNET_HEADER_LENGTH, EtherType } from '../wire/ethernet.ts';

const ANOMALY = defineAnomalies('decode', 'dce', ['pkt_too_small']);
const DCE_HEADER_LENGTH = 2;
/** With the Ethernet header that must follow. */
const MIN_LENGTH = DCE_HEADER_LENGTH + ETHERNET_HEADER_LENGTH;

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  if (end - o < MIN_LENGTH) {
    markInvalid(p, ANOMALY.pkt_too_small);
    return LAYER_FAILED;
  }
  return c.ethernet(p, o + DCE_HEADER_LENGTH, end);
}

export default defineLayer({
  name: 'dce',
  summary: 'Cisco data center Ethernet',
  link: 'https://www.cisco.com/c/en/us/support/docs/switches/nexus-7000-series-switches/116194-technote-fabricpath-00.html',
  etherTypes: [EtherType.dce],
  decode,
});
