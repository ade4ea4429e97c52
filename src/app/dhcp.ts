// DHCP (RFC 2131), and BOOTP before it (RFC 951).

import { Probed, defineProtocol } from '../framework/app-protocol.ts';
import { i32 } from '../wire/read.ts';

/** Fixed fields and the magic cookie (RFC 2131 section 3). */
const MINIMUM = 240;
const COOKIE = 0x63825363;

function probe(data: Uint8Array, start: number, end: number): number {
  if (end - start < MINIMUM) return Probed.no;
  return i32(data, start + 236) === COOKIE ? Probed.yes : Probed.no;
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
