// BSD loopback: an address family, then IP.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { AddressFamily, NULL_HEADER_LENGTH, Null } from '../wire/null.ts';

const COUNTER = defineCounter('decoder.null');
const ANOMALY = defineAnomalies('decode', 'ltnull', ['pkt_too_small', 'unsupported_type']);

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < NULL_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.pkt_too_small);
    return LAYER_FAILED;
  }
  const family = Null.family(p.data, o);
  if (family === AddressFamily.ipv4) c.ipv4(p, o + NULL_HEADER_LENGTH, end);
  else if (isIpv6(family)) c.ipv6(p, o + NULL_HEADER_LENGTH, end);
  else p.addAnomaly(ANOMALY.unsupported_type);
  return LAYER_OK;
}

function isIpv6(family: number): boolean {
  for (let i = 0; i < AddressFamily.ipv6.length; i++) if (AddressFamily.ipv6[i] === family) return true;
  return false;
}

export default defineLayer({
  name: 'null',
  summary: 'BSD loopback',
  link: 'https://www.tcpdump.org/linktypes/LINKTYPE_NULL.html',
  linkTypes: [0],
  decode,
});
