// Provider backbone bridges (IEEE 802.1ah), MAC in MAC.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { EtherType } from '../wire/ethernet.ts';
import { IEEE8021AH_HEADER_LENGTH, Ieee8021ah } from '../wire/ieee8021ah.ts';

const COUNTER = defineCounter('decoder.ieee8021ah');
const ANOMALY = defineAnomalies('decode', 'ieee8021ah', ['header_too_small']);

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < IEEE8021AH_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.header_too_small);
    return LAYER_FAILED;
  }
  if (!c.enter(p)) return LAYER_FAILED;
  p.etherType = Ieee8021ah.type(p.data, o);
  c.network(p, p.etherType, o + IEEE8021AH_HEADER_LENGTH, end);
  return LAYER_OK;
}

export default defineLayer({
  name: 'ieee8021ah',
  summary: 'Provider backbone bridge',
  link: 'https://www.ieee802.org/1/pages/802.1ah.html',
  etherTypes: [EtherType.ieee8021ah],
  decode,
});
