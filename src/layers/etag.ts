// E-Tag (IEEE 802.1BR): a tag of port extenders.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { EtherType } from '../wire/ethernet.ts';
import { ETAG_HEADER_LENGTH, ETag } from '../wire/etag.ts';

const COUNTER = defineCounter('decoder.etag');
const ANOMALY = defineAnomalies('decode', 'etag', ['header_too_small', 'unknown_type']);

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < ETAG_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.header_too_small);
    return LAYER_FAILED;
  }
  if (!c.enter(p)) return LAYER_FAILED;
  p.etherType = ETag.type(p.data, o);
  if (c.network(p, p.etherType, o + ETAG_HEADER_LENGTH, end) === LAYER_OK) return LAYER_OK;
  markInvalid(p, ANOMALY.unknown_type);
  return LAYER_FAILED;
}

export default defineLayer({
  name: 'etag',
  summary: 'E-Tag',
  link: 'https://www.ieee802.org/1/pages/802.1br.html',
  etherTypes: [EtherType.etag],
  decode,
});
