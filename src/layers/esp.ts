// Encapsulating security payload (RFC 4303): nothing but the security parameters is readable.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { ESP_HEADER_LENGTH, Esp } from '../wire/esp.ts';
import { IpProtocol } from '../wire/ipv4.ts';

const COUNTER = defineCounter('decoder.esp');
const ANOMALY = defineAnomalies('decode', 'esp', ['pkt_too_small']);

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < ESP_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.pkt_too_small);
    return LAYER_FAILED;
  }
  p.l4Offset = o;
  p.l4HeaderLength = ESP_HEADER_LENGTH;
  p.proto = IpProtocol.esp;
  p.espSpi = Esp.spi(p.data, o);
  p.payloadOffset = o + ESP_HEADER_LENGTH;
  p.payloadLength = end - o - ESP_HEADER_LENGTH;
  p.flags |= PacketFlag.wantsFlow;
  return LAYER_OK;
}

export default defineLayer({
  name: 'esp',
  summary: 'IPsec encapsulating security payload',
  link: 'https://www.rfc-editor.org/rfc/rfc4303',
  ipv4Protocols: [IpProtocol.esp],
  ipv6Protocols: [IpProtocol.esp],
  decode,
});
