// Kerberos 5 (RFC 4120) over UDP, and over TCP with a length before each message.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';
import { i32 } from '../wire/read.ts';

/** ASN.1 application tags of AS-REQ to KRB-ERROR (RFC 4120 section 5.10). */
const FIRST_TAG = 10;
const LAST_TAG = 30;
const PVNO = 5;
/** Longest message over TCP that is looked for. */
const MAX_RECORD = 1 << 14;

function probeUdp(data: Uint8Array, start: number, end: number): number {
  if (end - start < 10) return Probed.no;
  const tag = data[start]!;
  const number = tag & 0x1f;
  if (tag >>> 5 !== 3 || number < FIRST_TAG || number > LAST_TAG) return Probed.no;
  let at = afterLength(data, start + 1);
  if (at >= end || data[at] !== 0x30) return Probed.no;
  at = afterLength(data, at + 1);
  // [1] (requests) or [0] INTEGER of one byte: the version
  if (at + 5 > end || (data[at]! & 0xe0) !== 0xa0) return Probed.no;
  return data[at + 2] === 0x02 && data[at + 4] === PVNO ? Probed.yes : Probed.no;
}

/** Behind a DER length. */
function afterLength(data: Uint8Array, at: number): number {
  const first = data[at]!;
  return first < 0x80 ? at + 1 : at + 1 + (first & 0x7f);
}

function probeTcp(data: Uint8Array, start: number, end: number): number {
  if (end - start < 14) return Probed.more;
  const length = i32(data, start) >>> 0;
  return length === 0 || length > MAX_RECORD ? Probed.no : probeUdp(data, start + 4, end);
}

export default defineProtocol({
  name: 'krb5',
  summary: 'Kerberos 5.',
  transports: ['tcp', 'udp'],
  probes: [
    { transport: 'udp', direction: 0, ports: '88', minimum: 10, probe: probeUdp },
    { transport: 'udp', direction: 1, ports: '88', minimum: 10, probe: probeUdp },
    { transport: 'tcp', direction: 0, ports: '88', minimum: 14, probe: probeTcp },
    { transport: 'tcp', direction: 1, ports: '88', minimum: 14, probe: probeTcp },
  ],
});
