// BitTorrent's distributed hash table (BEP 5): bencoded dictionaries over UDP.

import { defineProtocol } from '../framework/app-protocol.ts';

/** How queries, responses and errors begin: the keys of a bencoded dictionary are sorted. */
const BEGINNINGS = ['d1:ad2:id20:', 'd1:rd2:id20:', 'd2:ip6:', 'd1:el'];

export default defineProtocol({
  name: 'bittorrent-dht',
  summary: "BitTorrent's distributed hash table.",
  transports: ['udp'],
  patterns: BEGINNINGS.flatMap((content) => [
    { transport: 'udp', direction: 0, content },
    { transport: 'udp', direction: 1, content },
  ]),
});
