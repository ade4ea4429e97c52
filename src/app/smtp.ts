// SMTP (RFC 5321).

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

/** Servers greet with 220, their name and what they speak: SMTP or ESMTP (RFC 5321 section 4.2). */
const SMTP = [0x53, 0x4d, 0x54, 0x50];
const LF = 0x0a;

function probeGreeting(data: Uint8Array, start: number, end: number): number {
  for (let at = start + 4; at < end && data[at] !== LF; at++) {
    if (at + 4 <= end && SMTP.every((byte, i) => (data[at + i]! & 0xdf) === byte)) return Probed.yes;
  }
  return Probed.no;
}

export default defineProtocol({
  name: 'smtp',
  summary: 'Mail between servers.',
  transports: ['tcp'],
  patterns: [
    { transport: 'tcp', direction: 0, content: 'EHLO', nocase: true },
    { transport: 'tcp', direction: 0, content: 'HELO', nocase: true },
    { transport: 'tcp', direction: 0, content: 'QUIT', nocase: true },
    { transport: 'tcp', direction: 1, content: '220', probe: probeGreeting },
  ],
});
