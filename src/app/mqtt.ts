// MQTT 3.1, 3.1.1 and 5.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

const CONNECT = 1;
const CONNACK = 2;
const LAST_TYPE = 15;
/** Most bytes of the remaining length. */
const LENGTH_BYTES = 4;

function probe(data: Uint8Array, start: number, end: number, direction: 0 | 1): number {
  if (end - start < 2) return Probed.more;
  const type = data[start]! >>> 4;
  if (type === 0 || type > LAST_TYPE) return Probed.no;
  let at = start + 1;
  while (at < end && at - start <= LENGTH_BYTES && data[at]! >= 0x80) at++;
  if (at - start > LENGTH_BYTES) return Probed.no;
  if (at >= end) return Probed.more;
  return direction === 0 ? (type === CONNECT ? Probed.yes : Probed.no) : type === CONNACK ? Probed.yes : Probed.no;
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
