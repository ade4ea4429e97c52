// ERSPAN types I and II: mirrored Ethernet frames, carried by GRE.

import { defineCounter } from '../base/counters.ts';
import { pushVlan } from '../decode/vlan.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import { MAX_VLAN_LAYERS } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { ERSPAN_II_HEADER_LENGTH, ERSPAN_II_VERSION, Erspan } from '../wire/erspan.ts';
import { EtherType } from '../wire/ethernet.ts';

const COUNTER = defineCounter('decoder.erspan');
const ANOMALY = defineAnomalies('decode', 'erspan', [
  'header_too_small',
  'unsupported_version',
  'too_many_vlan_layers',
]);

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < ERSPAN_II_HEADER_LENGTH) return failed(p, ANOMALY.header_too_small);
  if (!c.enter(p)) return LAYER_FAILED;
  const data = p.data;
  if (Erspan.version(data, o) !== ERSPAN_II_VERSION) return failed(p, ANOMALY.unsupported_version);
  const vlan = Erspan.vlan(data, o);
  if (vlan > 0) {
    if (p.vlanCount >= MAX_VLAN_LAYERS) return failed(p, ANOMALY.too_many_vlan_layers);
    pushVlan(p, vlan);
  }
  return c.ethernet(p, o + ERSPAN_II_HEADER_LENGTH, end);
}

function failed(p: Packet, anomaly: number): LayerResult {
  markInvalid(p, anomaly);
  return LAYER_FAILED;
}

export default defineLayer({
  name: 'erspan',
  summary: 'ERSPAN type II',
  link: 'https://datatracker.ietf.org/doc/html/draft-foschiano-erspan',
  tunnelTypes: [EtherType.erspan],
  decode,
});
