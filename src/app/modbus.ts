// Modbus over TCP.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';
import { u16 } from '../wire/read.ts';

/** Transaction, protocol (0), length, unit, function. */
const HEADER = 8;

function probe(data: Uint8Array, start: number, end: number): number {
  if (end - start < HEADER) return Probed.more;
  return u16(data, start + 2) === 0 && u16(data, start + 4) >= 2 && u16(data, start + 4) <= 254
    ? Probed.yes
    : Probed.no;
}

export default defineProtocol({
  name: 'modbus',
  summary: 'Field devices of industry.',
  transports: ['tcp'],
  enabled: 'no',
  probes: [
    { transport: 'tcp', direction: 0, ports: '502', minimum: HEADER, probe },
    { transport: 'tcp', direction: 1, ports: '502', minimum: HEADER, probe },
  ],
});
