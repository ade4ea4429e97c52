// Telnet (RFC 854), known by its negotiation.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

const IAC = 0xff;
/** End of subnegotiation, the lowest command. */
const LOWEST = 240;

function probe(data: Uint8Array, start: number, end: number): number {
  if (end - start < 2) return Probed.more;
  return data[start] === IAC && data[start + 1]! >= LOWEST ? Probed.yes : Probed.no;
}

export default defineProtocol({
  name: 'telnet',
  summary: 'Terminals of long ago.',
  transports: ['tcp'],
  probes: [
    { transport: 'tcp', direction: 0, ports: '23', minimum: 2, probe },
    { transport: 'tcp', direction: 1, ports: '23', minimum: 2, probe },
  ],
});
