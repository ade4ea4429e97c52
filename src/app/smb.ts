// SMB 1 to 3 (MS-CIFS, MS-SMB2), over NetBIOS sessions (RFC 1001) and directly over TCP.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';
import { u24 } from '../wire/read.ts';

/** NetBIOS session services: message, request, positive and negative response, retarget, keepalive. */
const SERVICES: readonly number[] = [0x00, 0x81, 0x82, 0x83, 0x84, 0x85];
const SMB: readonly number[] = [0x53, 0x4d, 0x42];
const MAX_LENGTH = 0x20000;

function probe(data: Uint8Array, start: number, end: number): number {
  if (end - start < 4) return Probed.more;
  if (!SERVICES.includes(data[start]!) || u24(data, start + 1) > MAX_LENGTH) return Probed.no;
  if (data[start] !== 0) return Probed.yes;
  if (end - start < 8) return Probed.more;
  return SMB.every((byte, i) => data[start + 5 + i] === byte) ? Probed.yes : Probed.no;
}

export default defineProtocol({
  name: 'smb',
  ruleNames: ['smb', 'dcerpc'],
  summary: 'Windows file sharing.',
  transports: ['tcp'],
  patterns: ['|ff|SMB', '|fe|SMB', '|fd|SMB'].flatMap((content) => [
    { transport: 'tcp', direction: 0, content, offset: 4, depth: 8 },
    { transport: 'tcp', direction: 1, content, offset: 4, depth: 8 },
  ]),
  probes: [
    { transport: 'tcp', direction: 0, ports: '139,445', minimum: 4, probe },
    { transport: 'tcp', direction: 1, ports: '139,445', minimum: 4, probe },
  ],
});
