// VN-Tag (IEEE 802.1Qbh): a tag between the addresses and the type.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { EtherType } from '../wire/ethernet.ts';
import { VNTAG_HEADER_LENGTH, VnTag } from '../wire/vntag.ts';

const COUNTER = defineCounter('decoder.vntag');
const ANOMALY = defineAnomalies('decode', 'vntag', ['header_too_small', 'unknown_type']);

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < VNTAG_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.header_too_small);
    return LAYER_FAILED;
  }
  if (!c.enter(p)) return LAYER_FAILED;
  p.etherType = VnTag.type(p.data, o);
  if (c.network(p, p.etherType, o + VNTAG_HEADER_LENGTH, end) === LAYER_OK) return LAYER_OK;
  markInvalid(p, ANOMALY.unknown_type);
  return LAYER_FAILED;
}

export default defineLayer({
  name: 'vntag',
  summary: 'VN-Tag',
  link: 'https://www.ieee802.org/1/pages/802.1bh.html',
  etherTypes: [EtherType.vntag],
  decode,
});
