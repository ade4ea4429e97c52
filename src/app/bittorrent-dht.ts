// BitTorrent's distributed hash table (BEP 5): bencoded dictionaries over UDP.

import { defineProtocol } from '../framework/app-protocol.ts';

/** How queries begin: the keys of a bencoded dictionary are sorted. */
const QUERY = 'd1:ad2:id20:';

/** Of either end, since both may ask; an answer alone says too little. */
export default defineProtocol({
  name: 'bittorrent-dht',
  summary: "BitTorrent's distributed hash table.",
  transports: ['udp'],
  patterns: ([0, 1] as const).map((direction) => ({ transport: 'udp', direction, content: QUERY }) as const),
});
