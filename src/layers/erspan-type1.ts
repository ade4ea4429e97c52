// ERSPAN type I: GRE without a sequence number, no header of its own, then the mirrored Ethernet frame.

import { defineCounter } from '../base/counters.ts';
import { defineLayer } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { ERSPAN_TYPE_I } from '../wire/erspan.ts';

const COUNTER = defineCounter('decoder.erspan');

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  return c.ethernet(p, o, end);
}

export default defineLayer({
  name: 'erspan-type1',
  summary: 'ERSPAN type I',
  link: 'https://datatracker.ietf.org/doc/html/draft-foschiano-erspan',
  tunnelTypes: [ERSPAN_TYPE_I],
  decode,
});
