// PPP frames, as a link layer and inside GRE; framing bytes and a short protocol number are optional.

import { defineCounter } from '../base/counters.ts';
import { decodePppPayload } from '../decode/ppp-payload.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { EtherType } from '../wire/ethernet.ts';
import { IPV4_HEADER_LENGTH } from '../wire/ipv4.ts';
import { Ppp, PppProtocol } from '../wire/ppp.ts';

const COUNTER = defineCounter('decoder.ppp');
const ANOMALY = defineAnomalies('decode', 'ppp', ['pkt_too_small', 'vju_pkt_too_small', 'unsup_proto']);
/** Address and control. */
const FRAMING_LENGTH = 2;

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < 1) return tooSmall(p);
  if (!c.enter(p)) return LAYER_FAILED;
  const data = p.data;
  if (Ppp.hasFraming(data, o)) o += FRAMING_LENGTH;
  if (end - o < 1) return tooSmall(p);
  if (Ppp.isShort(data, o)) return decodeShort(c, p, data[o]!, o + 1, end);
  if (end - o < 2) return tooSmall(p);
  return decodePppPayload(c, p, Ppp.protocol(data, o), o + 2, end);
}

/** With a short protocol number only IP is looked at. */
function decodeShort(c: LayerContext, p: Packet, protocol: number, o: number, end: number): LayerResult {
  if (protocol === PppProtocol.ipv4 && end - o < IPV4_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.vju_pkt_too_small);
    return LAYER_FAILED;
  }
  if (protocol === PppProtocol.ipv4 || protocol === PppProtocol.ipv6 || protocol === PppProtocol.vjUncompressed) {
    return decodePppPayload(c, p, protocol, o, end);
  }
  p.addAnomaly(ANOMALY.unsup_proto);
  return LAYER_OK;
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
