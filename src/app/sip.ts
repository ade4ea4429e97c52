// SIP (RFC 3261) over UDP and TCP.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

/** Methods of RFC 3261 and its extensions: those that no other protocol has, and the others. */
const METHODS = 'INVITE BYE CANCEL REGISTER REFER MESSAGE PRACK PUBLISH'.split(' ');
const SHARED_METHODS = 'ACK OPTIONS UPDATE SUBSCRIBE NOTIFY INFO'.split(' ');

const VERSION = [0x20, 0x53, 0x49, 0x50, 0x2f]; // " SIP/"
const LF = 0x0a;

/** The request line names the version at its end; HTTP and SSDP have methods of the same names. */
function probeRequest(data: Uint8Array, start: number, end: number): number {
  for (let at = start; at + VERSION.length <= end && data[at] !== LF; at++) {
    if (VERSION.every((byte, i) => data[at + i] === byte)) return Probed.yes;
  }
  return Probed.no;
}

export default defineProtocol({
  name: 'sip',
  summary: 'Calls over the Internet.',
  transports: ['tcp', 'udp'],
  patterns: (['tcp', 'udp'] as const).flatMap((transport) => [
    ...METHODS.map((content) => ({ transport, direction: 0, content }) as const),
    ...SHARED_METHODS.map(
      (method) => ({ transport, direction: 0, content: `${method} `, probe: probeRequest }) as const,
    ),
    { transport, direction: 1, content: 'SIP/2.0', depth: 8 },
  ]),
});
