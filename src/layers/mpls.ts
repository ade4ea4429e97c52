// MPLS label stacks (RFC 3032); what follows is told by the last label or guessed from the first nibble.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { EtherType } from '../wire/ethernet.ts';
import { MPLS_ENTRY_LENGTH, Mpls, MplsLabel } from '../wire/mpls.ts';

const COUNTER = defineCounter('decoder.mpls');
const ANOMALY = defineAnomalies('decode', 'mpls', [
  'header_too_small',
  'pkt_too_small',
  'bad_label_router_alert',
  'bad_label_implicit_null',
  'bad_label_reserved',
  'unknown_payload_type',
]);
/** Control word of an Ethernet pseudo wire (RFC 4448): its first nibble is 0. */
const CONTROL_WORD_LENGTH = 4;

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (!c.enter(p)) return LAYER_FAILED;
  const data = p.data;
  let label = 0;
  for (let isBottom = false; !isBottom; o += MPLS_ENTRY_LENGTH) {
    if (end - o < MPLS_ENTRY_LENGTH) {
      markInvalid(p, ANOMALY.header_too_small);
      return LAYER_FAILED;
    }
    label = Mpls.label(data, o);
    isBottom = Mpls.isBottom(data, o);
  }
  if (label > MplsLabel.lastReserved) return guess(c, p, o, end);
  return reserved(c, p, label, o, end);
}

function reserved(c: LayerContext, p: Packet, label: number, o: number, end: number): LayerResult {
  switch (label) {
    case MplsLabel.explicitNullIpv4:
      return c.ipv4(p, o, end);
    case MplsLabel.explicitNullIpv6:
      return c.ipv6(p, o, end);
    case MplsLabel.routerAlert:
      return bad(p, ANOMALY.bad_label_router_alert);
    case MplsLabel.implicitNull:
      return bad(p, ANOMALY.bad_label_implicit_null);
    default:
      p.addAnomaly(ANOMALY.bad_label_reserved);
      return LAYER_OK;
  }
}

function guess(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  if (end - o < MPLS_ENTRY_LENGTH) {
    markInvalid(p, ANOMALY.pkt_too_small);
    return LAYER_FAILED;
  }
  const nibble = p.data[o]! >> 4;
  if (nibble === 4) return c.ipv4(p, o, end);
  if (nibble === 6) return c.ipv6(p, o, end);
  if (nibble === 0) return c.ethernet(p, o + CONTROL_WORD_LENGTH, end);
  markInvalid(p, ANOMALY.unknown_payload_type);
  return LAYER_OK;
}

function bad(p: Packet, anomaly: number): LayerResult {
  p.addAnomaly(anomaly);
  return LAYER_OK;
}

export default defineLayer({
  name: 'mpls',
  summary: 'MPLS label stack',
  link: 'https://www.rfc-editor.org/rfc/rfc3032',
  etherTypes: [EtherType.mplsUnicast, EtherType.mplsMulticast],
  decode,
});
