// Geneve (RFC 8926): an Ethernet frame over UDP, with a network identifier and options.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_NOT_MINE, LAYER_OK, defineLayer } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import { PACKET_SOURCES } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { EtherType } from '../wire/ethernet.ts';
import { GENEVE_HEADER_LENGTH, GENEVE_PORT, Geneve, isGeneve } from '../wire/geneve.ts';

const COUNTER = defineCounter('decoder.geneve');
/** What is not known inside does not keep the datagram around it from being looked at. */
const INVALID = defineCounter('decoder.invalid');
const ANOMALY = defineAnomalies('decode', 'geneve', ['unknown_payload_type']);
const SOURCE = PACKET_SOURCES.indexOf('geneve encapsulation');

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  const data = p.data;
  if (end - o < GENEVE_HEADER_LENGTH) return LAYER_NOT_MINE;
  const inner = o + GENEVE_HEADER_LENGTH + Geneve.optionsLength(data, o);
  if (inner > end || !isGeneve(data, o, inner)) return LAYER_NOT_MINE;
  c.count(COUNTER);
  const type = Geneve.protocol(data, o);
  if (isCarried(type)) c.tunnel(p, type, inner, end, SOURCE, Geneve.vni(data, o));
  else {
    p.addAnomaly(ANOMALY.unknown_payload_type);
    c.count(INVALID);
  }
  return LAYER_OK;
}

function isCarried(type: number): boolean {
  switch (type) {
    case EtherType.transparentBridging:
    case EtherType.ipv4:
    case EtherType.ipv6:
    case EtherType.arp:
      return true;
    default:
      return false;
  }
}

export default defineLayer({
  name: 'geneve',
  summary: 'Geneve',
  link: 'https://www.rfc-editor.org/rfc/rfc8926',
  udpPorts: [GENEVE_PORT],
  udpOrder: 2,
  decode,
});
