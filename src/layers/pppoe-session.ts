// PPPoE sessions (RFC 2516 section 6): a session number, then PPP.

import { defineCounter } from '../base/counters.ts';
import { decodePppPayload } from '../decode/ppp-payload.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { EtherType } from '../wire/ethernet.ts';
import { Ppp } from '../wire/ppp.ts';
import { PPPOE_HEADER_LENGTH, Pppoe } from '../wire/pppoe.ts';

const COUNTER = defineCounter('decoder.pppoe');
const ANOMALY = defineAnomalies('decode', 'pppoe', ['pkt_too_small']);

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < PPPOE_HEADER_LENGTH + 1) return failed(p, ANOMALY.pkt_too_small);
  const data = p.data;
  p.pppoeSession = Pppoe.session(data, o);
  if (Pppoe.length(data, o) === 0) return LAYER_OK; // what follows is padding of the frame
  o += PPPOE_HEADER_LENGTH;
  if (Ppp.isShort(data, o)) return decodePppPayload(c, p, data[o]!, o + 1, end);
  if (end - o < 2) return failed(p, ANOMALY.pkt_too_small);
  return decodePppPayload(c, p, Ppp.protocol(data, o), o + 2, end);
}

function failed(p: Packet, anomaly: number): LayerResult {
  markInvalid(p, anomaly);
  return LAYER_FAILED;
}

export default defineLayer({
  name: 'pppoe-session',
  summary: 'PPP over Ethernet, session',
  link: 'https://www.rfc-editor.org/rfc/rfc2516',
  etherTypes: [EtherType.pppoeSession],
  decode,
});
