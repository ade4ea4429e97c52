// SMB 1 to 3 (MS-CIFS, MS-SMB, MS-SMB2), over NetBIOS sessions (RFC 1001) and directly over TCP.

import { defineProtocol } from '../../framework/app-protocol.ts';
import { SMB_EVE } from './eve.ts';
import { SMB_KEYWORDS } from './keywords.ts';
import { probe, probeMessage, probeReversed } from './nbss.ts';
import { SmbParser } from './parser.ts';
import { readSettings } from './settings.ts';
import type { SmbSettings } from './settings.ts';

const MAGICS = ['|ff|SMB', '|fe|SMB', '|fd|SMB'];
const CARRIERS = ['nbss', 'smb1', 'smb2', 'smb3'];

export default defineProtocol({
  name: 'smb',
  ruleNames: ['smb', 'dcerpc'],
  summary: 'Windows file sharing.',
  transports: ['tcp'],
  patterns: MAGICS.flatMap((content) => [
    { transport: 'tcp', direction: 0, content, offset: 4, depth: 8, probe: probeMessage },
    { transport: 'tcp', direction: 1, content, offset: 4, depth: 8, probe: probeMessage },
  ]),
  probes: [
    { transport: 'tcp', direction: 0, ports: '139,445', minimum: 4, probe },
    { transport: 'tcp', direction: 1, ports: '139,445', minimum: 4, probe },
    { transport: 'tcp', direction: 0, ports: 'any', minimum: 1, probe: probeReversed },
    { transport: 'tcp', direction: 1, ports: 'any', minimum: 1, probe: probeReversed },
  ],
  readSettings,
  createParser: (flow, { value }) => new SmbParser(flow, value as SmbSettings),
  keywords: SMB_KEYWORDS,
  frames: CARRIERS.flatMap((carrier) => [`${carrier}.pdu`, `${carrier}.hdr`, `${carrier}.data`]),
  eve: [SMB_EVE],
});
