// `pkt_data`: what follows is about the packet payload and the stream again.

import { defineKeyword } from '../framework/keyword.ts';

export default defineKeyword({
  name: 'pkt_data',
  argument: 'none',
  kind: 'buffer',
  summary: 'What follows is about the packet payload and the stream again.',
  page: 'rules/payload-keywords.html#pkt-data',
  examples: ['alert tcp any any -> any any (msg:"x"; tcp.hdr; content:"a"; pkt_data; content:"b"; sid:1;)'],
  compile(builder) {
    builder.setBuffer(null);
  },
});
