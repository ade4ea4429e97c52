// PPP frames, as a link layer and inside GRE; framing bytes and a short protocol number are optional.

import { defineCounter } from '../base/counters.ts';
import { decodePppPayload } from '../decode/ppp-payload.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { EtherType } from '../wire/ethernet.ts';
import { Ppp } from '../wire/ppp.ts';

const COUNTER = defineCounter('decoder.ppp');
const ANOMALY = defineAnomalies('decode', 'ppp', ['pkt_too_small']);

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < 1) return tooSmall(p);
  if (!c.enter(p)) return LAYER_FAILED;
  const data = p.data;
  if (end - o >= 2 && Ppp.hasFraming(data, o)) o += 2;
  if (end - o < 1) return tooSmall(p);
  if (Ppp.isShort(data, o)) return decodePppPayload(c, p, data[o]!, o + 1, end);
  if (end - o < 2) return tooSmall(p);
  return decodePppPayload(c, p, Ppp.protocol(data, o), o + 2, end);
}

function tooSmall(p: Packet): LayerResult {
  markInvalid(p, ANOMALY.pkt_too_small);
  return LAYER_FAILED;
}

export default defineLayer({
  name: 'ppp',
  summary: 'Point-to-point protocol',
  link: 'https://www.rfc-editor.org/rfc/rfc1661',
  linkTypes: [9, 50],
  tunnelTypes: [EtherType.ppp],
  decode,
});
