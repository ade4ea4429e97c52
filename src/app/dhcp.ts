// DHCP (RFC 2131), and BOOTP before it (RFC 951).

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

/** Fixed fields and the magic cookie (RFC 2131 section 3), whatever that is: BOOTP has others (RFC 951). */
const MINIMUM = 240;

function probe(_data: Uint8Array, start: number, end: number): number {
  return end - start < MINIMUM ? Probed.no : Probed.yes;
}

export default defineProtocol({
  name: 'dhcp',
  summary: 'Addresses handed out to hosts.',
  transports: ['udp'],
  probes: [
    { transport: 'udp', direction: 0, ports: '67,68', minimum: MINIMUM, probe },
    { transport: 'udp', direction: 1, ports: '67,68', minimum: MINIMUM, probe },
  ],
});
