// MQTT 3.1, 3.1.1 and 5.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

/** Both bits of the quality of service are never set (section 3.3.1.2 of MQTT 5). */
const QOS = 0x06;
/** Most bytes of the remaining length. */
const LENGTH_BYTES = 4;

/** Any packet: a session may be seen from its middle on. */
function probe(data: Uint8Array, start: number, end: number): number {
  if (end - start < 2) return Probed.more;
  const first = data[start]!;
  if (first >>> 4 === 0 || (first & QOS) === QOS) return Probed.no;
  let at = start + 1;
  while (at < end && at - start <= LENGTH_BYTES && data[at]! >= 0x80) at++;
  if (at - start > LENGTH_BYTES) return Probed.no;
  return at >= end ? Probed.more : Probed.yes;
}

export default defineProtocol({
  name: 'mqtt',
  summary: 'Messages of things.',
  transports: ['tcp'],
  probes: [
    { transport: 'tcp', direction: 0, ports: '1883', minimum: 2, probe },
    { transport: 'tcp', direction: 1, ports: '1883', minimum: 2, probe },
  ],
});
