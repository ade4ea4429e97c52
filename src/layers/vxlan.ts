// VXLAN (RFC 7348): an Ethernet frame over UDP, with a network identifier.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_NOT_MINE, LAYER_OK, defineLayer } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import { PACKET_SOURCES } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { ETHERNET_HEADER_LENGTH, Ethernet, EtherType } from '../wire/ethernet.ts';
import { VXLAN_FLAG_VNI, VXLAN_HEADER_LENGTH, VXLAN_PORT, Vxlan } from '../wire/vxlan.ts';

const COUNTER = defineCounter('decoder.vxlan');
/** What is not known inside does not keep the datagram around it from being looked at. */
const INVALID = defineCounter('decoder.invalid');
const ANOMALY = defineAnomalies('decode', 'vxlan', ['unknown_payload_type']);
const SOURCE = PACKET_SOURCES.indexOf('vxlan encapsulation');

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  const data = p.data;
  if (end - o < VXLAN_HEADER_LENGTH + ETHERNET_HEADER_LENGTH) return LAYER_NOT_MINE;
  if ((Vxlan.flags(data, o) & VXLAN_FLAG_VNI) === 0) return LAYER_NOT_MINE;
  if (c.checksReservedBits && Vxlan.reserved(data, o) !== 0) return LAYER_NOT_MINE;
  c.count(COUNTER);
  const inner = o + VXLAN_HEADER_LENGTH;
  const type = Ethernet.type(data, inner);
  if (isCarried(type)) c.tunnel(p, type, inner + ETHERNET_HEADER_LENGTH, end, SOURCE, Vxlan.vni(data, o));
  else {
    p.addAnomaly(ANOMALY.unknown_payload_type);
    c.count(INVALID);
  }
  return LAYER_OK;
}

function isCarried(type: number): boolean {
  switch (type) {
    case EtherType.ipv4:
    case EtherType.ipv6:
    case EtherType.arp:
    case EtherType.vlan:
    case EtherType.qinq:
    case EtherType.qinqOld:
      return true;
    default:
      return false;
  }
}

export default defineLayer({
  name: 'vxlan',
  summary: 'VXLAN',
  link: 'https://www.rfc-editor.org/rfc/rfc7348',
  udpPorts: [VXLAN_PORT],
  udpOrder: 3,
  udpDestinationOnly: true,
  decode,
});
