// TFTP (RFC 1350).

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

/** The high byte of the opcode is 0, whatever the message. */
function probe(data: Uint8Array, start: number): number {
  return data[start] === 0 ? Probed.yes : Probed.no;
}

export default defineProtocol({
  name: 'tftp',
  summary: 'Small files over UDP.',
  transports: ['udp'],
  probes: ([0, 1] as const).map(
    (direction) => ({ transport: 'udp', direction, ports: '69', minimum: 4, probe }) as const,
  ),
});
