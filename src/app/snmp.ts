// SNMP, versions 1 to 3 (RFC 1157, RFC 3416, RFC 3412).

import { Probed, defineProtocol } from '../framework/app-protocol.ts';
import { DerTag, ElementPlace } from '../wire/der.ts';

/** Version, community and PDU; version, header, parameters and PDU. */
const PARTS = 3;
const PARTS_OF_3 = 4;
const place = new ElementPlace();

function isA(tag: number, data: Uint8Array, at: number, end: number): boolean {
  return place.read(data, at, end) && place.tag === tag;
}

/** A sequence of as many elements as its version has, which fill it. */
function probe(data: Uint8Array, start: number, end: number): number {
  if (!isA(DerTag.sequence, data, start, end)) return Probed.no;
  const to = place.end;
  if (!isA(DerTag.integer, data, place.start, to) || place.end - place.start !== 1) return Probed.no;
  const version = data[place.start]!;
  if (version > 3 || version === 2) return Probed.no;
  let count = 1;
  while (place.end < to && place.read(data, place.end, to)) count++;
  return place.end === to && count === (version === 3 ? PARTS_OF_3 : PARTS) ? Probed.yes : Probed.no;
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
