// Linux cooked capture, version 2.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { SLL2_HEADER_LENGTH, Sll2 } from '../wire/sll.ts';

const COUNTER = defineCounter('decoder.sll2');
const ANOMALY = defineAnomalies('decode', 'sll2', ['pkt_too_small']);

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < SLL2_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.pkt_too_small);
    return LAYER_FAILED;
  }
  if (!c.enter(p)) return LAYER_FAILED;
  p.etherType = Sll2.protocol(p.data, o);
  c.network(p, p.etherType, o + SLL2_HEADER_LENGTH, end);
  return LAYER_OK;
}

export default defineLayer({
  name: 'sll2',
  summary: 'Linux cooked capture, version 2',
  link: 'https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html',
  linkTypes: [276],
  decode,
});
