// NTP, versions 3 and 4 (RFC 5905).

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

/** Shortest message. */
const MESSAGE = 48;

function probe(data: Uint8Array, start: number, end: number): number {
  const version = (data[start]! >>> 3) & 7;
  return end - start >= MESSAGE && (version === 3 || version === 4) ? Probed.yes : Probed.no;
}

export default defineProtocol({
  name: 'ntp',
  summary: 'Time of day.',
  transports: ['udp'],
  probes: [
    { transport: 'udp', direction: 0, ports: '123', minimum: MESSAGE, probe },
    { transport: 'udp', direction: 1, ports: '123', minimum: MESSAGE, probe },
  ],
});
