// DNP3 (IEEE 1815): control systems of utilities.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

/** Link-layer frame: 05 64, length from 5, control, destination, source, checksum. */
const HEADER = 10;
const FROM_MASTER = 0x80;

function probe(data: Uint8Array, start: number, end: number, direction: 0 | 1): number {
  if (end - start < HEADER) return Probed.more;
  if (data[start] !== 0x05 || data[start + 1] !== 0x64 || data[start + 2]! < 5) return Probed.no;
  const isFromMaster = (data[start + 3]! & FROM_MASTER) !== 0;
  return isFromMaster === (direction === 0) ? Probed.yes : Probed.reversed;
}

export default defineProtocol({
  name: 'dnp3',
  summary: 'Control systems of utilities.',
  transports: ['tcp'],
  enabled: 'no',
  probes: [
    { transport: 'tcp', direction: 0, ports: '20000', minimum: HEADER, probe },
    { transport: 'tcp', direction: 1, ports: '20000', minimum: HEADER, probe },
  ],
});
