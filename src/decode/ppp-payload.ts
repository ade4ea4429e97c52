// What PPP carries, by its protocol number: shared by PPP frames and PPPoE sessions.

import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { IPV4_HEADER_LENGTH, Ipv4 } from '../wire/ipv4.ts';
import { IPV6_HEADER_LENGTH } from '../wire/ipv6.ts';
import { PPP_CONTROL, PPP_UNSUPPORTED, PppProtocol } from '../wire/ppp.ts';

const ANOMALY = defineAnomalies('decode', 'ppp', [
  'vju_pkt_too_small',
  'ip4_pkt_too_small',
  'ip6_pkt_too_small',
  'wrong_type',
  'unsup_proto',
]);

const KIND_UNSUPPORTED = 1;
const KIND_CONTROL = 2;
const kinds = new Uint8Array(65_536);
for (const protocol of PPP_UNSUPPORTED) kinds[protocol] = KIND_UNSUPPORTED;
for (const protocol of PPP_CONTROL) kinds[protocol] = KIND_CONTROL;

/** Goes on at `o`, behind the protocol number. */
export function decodePppPayload(c: LayerContext, p: Packet, protocol: number, o: number, end: number): LayerResult {
  const available = end - o;
  switch (protocol) {
    case PppProtocol.ipv4:
      return available < IPV4_HEADER_LENGTH ? failed(p, ANOMALY.ip4_pkt_too_small) : c.ipv4(p, o, end);
    case PppProtocol.ipv6:
      return available < IPV6_HEADER_LENGTH ? failed(p, ANOMALY.ip6_pkt_too_small) : c.ipv6(p, o, end);
    case PppProtocol.vjUncompressed:
      if (available < IPV4_HEADER_LENGTH) return failed(p, ANOMALY.vju_pkt_too_small);
      return Ipv4.version(p.data, o) === 4 ? c.ipv4(p, o, end) : LAYER_FAILED;
    default:
      return decodeOther(p, protocol);
  }
}

function decodeOther(p: Packet, protocol: number): LayerResult {
  const kind = kinds[protocol]!;
  if (kind === KIND_CONTROL) return LAYER_OK;
  if (kind === KIND_UNSUPPORTED) p.addAnomaly(ANOMALY.unsup_proto);
  else markInvalid(p, ANOMALY.wrong_type);
  return LAYER_OK;
}

function failed(p: Packet, anomaly: number): LayerResult {
  markInvalid(p, anomaly);
  return LAYER_FAILED;
}
