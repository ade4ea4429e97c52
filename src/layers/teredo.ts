// Teredo (RFC 4380): an IPv6 packet as UDP payload, perhaps behind an origin indication.

import { defineCounter } from '../base/counters.ts';
import { LAYER_NOT_MINE, LAYER_OK, defineLayer } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import { PACKET_SOURCES } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { EtherType } from '../wire/ethernet.ts';
import { IPV6_HEADER_LENGTH, Ipv6 } from '../wire/ipv6.ts';
import { TEREDO_ORIGIN_LENGTH, TeredoIndication } from '../wire/teredo.ts';

const COUNTER = defineCounter('decoder.teredo');
const SOURCE = PACKET_SOURCES.indexOf('teredo tunnel');

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  const data = p.data;
  if (end - o < IPV6_HEADER_LENGTH) return LAYER_NOT_MINE;
  if (data[o] === 0) {
    if (data[o + 1] !== TeredoIndication.origin) return LAYER_NOT_MINE;
    o += TEREDO_ORIGIN_LENGTH;
    if (end - o < IPV6_HEADER_LENGTH) return LAYER_NOT_MINE;
  }
  if (Ipv6.version(data, o) !== 6 || Ipv6.hopLimit(data, o) === 0) return LAYER_NOT_MINE;
  if (Ipv6.payloadLength(data, o) !== end - o - IPV6_HEADER_LENGTH) return LAYER_NOT_MINE;
  if (c.tunnelIfValid(p, EtherType.ipv6, o, end, SOURCE) === null) return LAYER_NOT_MINE;
  c.count(COUNTER);
  return LAYER_OK;
}

export default defineLayer({
  name: 'teredo',
  summary: 'Teredo',
  link: 'https://www.rfc-editor.org/rfc/rfc4380',
  udpPorts: 'any', // a client's port is its own; what the payload looks like decides
  udpOrder: 1,
  decode,
});
