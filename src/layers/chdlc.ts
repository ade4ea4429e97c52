// Cisco HDLC frames.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { CHDLC_HEADER_LENGTH, Chdlc } from '../wire/chdlc.ts';

const COUNTER = defineCounter('decoder.chdlc');
const ANOMALY = defineAnomalies('decode', 'chdlc', ['pkt_too_small']);

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < CHDLC_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.pkt_too_small);
    return LAYER_FAILED;
  }
  if (!c.enter(p)) return LAYER_FAILED;
  p.etherType = Chdlc.protocol(p.data, o);
  c.network(p, p.etherType, o + CHDLC_HEADER_LENGTH, end);
  return LAYER_OK;
}

export default defineLayer({
  name: 'chdlc',
  summary: 'Cisco HDLC',
  link: 'https://www.rfc-editor.org/rfc/rfc1547',
  linkTypes: [104],
  decode,
});
