// Telnet (RFC 854): what comes on its port and is nothing else, since a session may begin with its text.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

function probe(data: Uint8Array, start: number, end: number): number {
  return end - start < 2 ? Probed.more : Probed.yes;
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
