// IKE, versions 1 and 2 (RFC 2408, RFC 7296): key exchange of IPsec.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';
import { i32 } from '../wire/read.ts';

/** SPIs, next payload, version, exchange, flags, message id, length. */
const HEADER = 28;

function probe(data: Uint8Array, start: number, end: number): number {
  if (end - start < HEADER) return Probed.no;
  const version = data[start + 17]!;
  const exchange = data[start + 18]!;
  if (version >>> 4 === 1) return Probed.yes;
  if (i32(data, start + 24) >>> 0 !== end - start) return Probed.no;
  return version === 0x20 && exchange >= 34 && exchange <= 37 ? Probed.yes : Probed.no;
}

export default defineProtocol({
  name: 'ike',
  summary: 'Key exchange of IPsec.',
  transports: ['udp'],
  probes: [
    { transport: 'udp', direction: 0, ports: '500', clientPorts: '500', minimum: HEADER, probe },
    { transport: 'udp', direction: 1, ports: '500', clientPorts: '500', minimum: HEADER, probe },
  ],
});
