// VLAN tags (IEEE 802.1Q, 802.1ad), up to three deep.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import { MAX_VLAN_LAYERS } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { VLAN_HEADER_LENGTH, Vlan } from '../wire/vlan.ts';

const COUNTERS = [
  defineCounter('decoder.vlan'),
  defineCounter('decoder.vlan_qinq'),
  defineCounter('decoder.vlan_qinqinq'),
] as const;
const ANOMALY = defineAnomalies('decode', 'vlan', ['header_too_small', 'unknown_type', 'too_many_layers']);

export function decodeVlan(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  const depth = p.vlanCount;
  if (depth >= MAX_VLAN_LAYERS) {
    p.addAnomaly(ANOMALY.too_many_layers);
    return LAYER_FAILED;
  }
  c.count(COUNTERS[depth]!);
  if (end - o < VLAN_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.header_too_small);
    return LAYER_FAILED;
  }
  if (!c.enter(p)) return LAYER_FAILED;
  pushVlan(p, Vlan.tci(p.data, o));
  const type = Vlan.type(p.data, o);
  p.etherType = type;
  if (c.network(p, type, o + VLAN_HEADER_LENGTH, end) === LAYER_OK) return LAYER_OK;
  markInvalid(p, ANOMALY.unknown_type);
  return LAYER_FAILED;
}

/** Appends a tag; the caller has checked that there is room. */
export function pushVlan(p: Packet, tci: number): void {
  const id = Vlan.id(tci);
  if (p.vlanCount === 0) {
    p.vlan0 = id;
    p.vlanTci0 = tci;
  } else if (p.vlanCount === 1) {
    p.vlan1 = id;
    p.vlanTci1 = tci;
  } else {
    p.vlan2 = id;
    p.vlanTci2 = tci;
  }
  p.vlanCount++;
}
