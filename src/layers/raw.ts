// Captures without a link layer: the version nibble says which IP it is.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { IPV4_HEADER_LENGTH, Ipv4 } from '../wire/ipv4.ts';

const COUNTER = defineCounter('decoder.raw');
const IPV4 = defineAnomalies('decode', 'ipv4', ['pkt_too_small']);
const ANOMALY = defineAnomalies('decode', 'ipraw', ['invalid_ip_version']);

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < IPV4_HEADER_LENGTH) {
    markInvalid(p, IPV4.pkt_too_small);
    return LAYER_FAILED;
  }
  const version = Ipv4.version(p.data, o);
  if (version === 4) c.ipv4(p, o, end);
  else if (version === 6) c.ipv6(p, o, end);
  else p.addAnomaly(ANOMALY.invalid_ip_version);
  return LAYER_OK;
}

export default defineLayer({
  name: 'raw',
  summary: 'Raw IP',
  link: 'https://www.tcpdump.org/linktypes.html',
  linkTypes: [12, 14, 101, 228, 229],
  decode,
});
