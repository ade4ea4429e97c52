// SNMP, versions 1 to 3 (RFC 1157, RFC 3416, RFC 3412).

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

const SEQUENCE = 0x30;
const INTEGER = 0x02;

function probe(data: Uint8Array, start: number, end: number): number {
  if (end - start < 7 || data[start] !== SEQUENCE) return Probed.no;
  const first = data[start + 1]!;
  const at = start + 2 + (first < 0x80 ? 0 : first & 0x7f);
  if (first < 0x80 && at + first > end) return Probed.no;
  if (at + 3 > end || data[at] !== INTEGER || data[at + 1] !== 1) return Probed.no;
  const version = data[at + 2]!;
  return version === 0 || version === 1 || version === 3 ? Probed.yes : Probed.no;
}

export default defineProtocol({
  name: 'snmp',
  summary: 'Management of network devices.',
  transports: ['udp'],
  probes: [
    { transport: 'udp', direction: 0, ports: '161,162', minimum: 4, probe },
    { transport: 'udp', direction: 1, ports: '161,162', minimum: 4, probe },
  ],
});
