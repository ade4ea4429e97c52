// NTP, versions 1 to 4 (RFC 5905), with control messages (RFC 9327).

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

/** Time messages. */
const MESSAGE = 48;
const CONTROL = 12;
const CONTROL_MODE = 6;
const PRIVATE_MODE = 7;

function probe(data: Uint8Array, start: number, end: number): number {
  const first = data[start]!;
  const version = (first >>> 3) & 7;
  const mode = first & 7;
  if (version === 0 || version > 4 || mode === 0) return Probed.no;
  if (mode === CONTROL_MODE || mode === PRIVATE_MODE) return end - start >= CONTROL ? Probed.yes : Probed.no;
  return end - start >= MESSAGE ? Probed.yes : Probed.no;
}

export default defineProtocol({
  name: 'ntp',
  summary: 'Time of day.',
  transports: ['udp'],
  probes: [
    { transport: 'udp', direction: 0, ports: '123', minimum: 8, probe },
    { transport: 'udp', direction: 1, ports: '123', minimum: 8, probe },
  ],
});
