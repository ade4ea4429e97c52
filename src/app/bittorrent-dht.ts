// BitTorrent's distributed hash table (BEP 5): bencoded dictionaries over UDP.

import { defineProtocol } from '../framework/app-protocol.ts';

/** How messages begin: the keys of a bencoded dictionary are sorted. */
const QUERY = 'd1:ad2:id20:';
const ANSWERS = ['d1:rd2:id20:', 'd2:ip6:', 'd1:el'];

/** A flow begins with a query, and both ends may ask. */
export default defineProtocol({
  name: 'bittorrent-dht',
  summary: "BitTorrent's distributed hash table.",
  transports: ['udp'],
  patterns: [
    { transport: 'udp', direction: 0, content: QUERY },
    ...[QUERY, ...ANSWERS].map((content) => ({ transport: 'udp', direction: 1, content }) as const),
  ],
});
