// RDP (MS-RDPBCGR): X.224 over TPKT, then TLS or its own.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';
import { u16 } from '../wire/read.ts';

/** TPKT (RFC 1006) of four bytes, X.224 length, type, references, class. */
const MINIMUM = 7;
const TPKT_VERSION = 3;
const CONNECTION_REQUEST = 0xe0;
const CONNECTION_CONFIRM = 0xd0;
const DATA = 0xf0;

function probe(data: Uint8Array, start: number, end: number, direction: 0 | 1): number {
  if (end - start < MINIMUM) return Probed.more;
  if (data[start] !== TPKT_VERSION || data[start + 1] !== 0 || u16(data, start + 2) < MINIMUM) return Probed.no;
  const type = data[start + 5]! & 0xf0;
  return type === (direction === 0 ? CONNECTION_REQUEST : CONNECTION_CONFIRM) || type === DATA ? Probed.yes : Probed.no;
}

export default defineProtocol({
  name: 'rdp',
  summary: 'Remote desktops.',
  transports: ['tcp'],
  probes: [
    { transport: 'tcp', direction: 0, ports: '3389', minimum: MINIMUM, probe },
    { transport: 'tcp', direction: 1, ports: '3389', minimum: MINIMUM, probe },
  ],
});
