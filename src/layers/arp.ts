// Address resolution (RFC 826): only IPv4 over Ethernet is in order.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { ARP_FIXED_LENGTH, ARP_IPV4_LENGTH, Arp } from '../wire/arp.ts';
import { EtherType, MAC_LENGTH } from '../wire/ethernet.ts';

const COUNTER = defineCounter('decoder.arp');
const ANOMALY = defineAnomalies('decode', 'arp', [
  'pkt_too_small',
  'unsupported_hardware',
  'unsupported_protocol',
  'invalid_pkt',
  'invalid_hardware_size',
  'invalid_protocol_size',
  'unsupported_opcode',
]);
const HARDWARE_ETHERNET = 1;
const IPV4_LENGTH = 4;

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  const problem = headerProblem(p.data, o, end);
  if (problem >= 0) {
    markInvalid(p, problem);
    return LAYER_FAILED;
  }
  if (!c.enter(p)) return LAYER_FAILED;
  p.arpOffset = o;
  return LAYER_OK;
}

function headerProblem(data: Uint8Array, o: number, end: number): number {
  if (end - o < ARP_FIXED_LENGTH) return ANOMALY.pkt_too_small;
  if (Arp.hardware(data, o) !== HARDWARE_ETHERNET) return ANOMALY.unsupported_hardware;
  if (Arp.protocol(data, o) !== EtherType.ipv4) return ANOMALY.unsupported_protocol;
  if (end - o < ARP_IPV4_LENGTH) return ANOMALY.invalid_pkt;
  if (Arp.hardwareSize(data, o) !== MAC_LENGTH) return ANOMALY.invalid_hardware_size;
  if (Arp.protocolSize(data, o) !== IPV4_LENGTH) return ANOMALY.invalid_protocol_size;
  return isKnownOpcode(Arp.opcode(data, o)) ? -1 : ANOMALY.unsupported_opcode;
}

/** Request and reply of ARP and RARP. */
function isKnownOpcode(opcode: number): boolean {
  return opcode >= 1 && opcode <= 4;
}

export default defineLayer({
  name: 'arp',
  summary: 'Address resolution protocol',
  link: 'https://www.rfc-editor.org/rfc/rfc826',
  etherTypes: [EtherType.arp],
  decode,
});
