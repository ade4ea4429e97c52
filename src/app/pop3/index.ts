// POP3 (RFC 1939).

import { defineProtocol } from '../../framework/app-protocol.ts';
import { POP3_EVE } from './eve.ts';
import { Pop3Parser, readSettings } from './parser.ts';
import type { Pop3Settings } from './parser.ts';
import { probeClient, probeServer } from './probe.ts';

export default defineProtocol({
  name: 'pop3',
  summary: 'Mail fetched from a server.',
  transports: ['tcp'],
  probes: [
    { transport: 'tcp', direction: 0, ports: '110', minimum: 4, probe: probeClient },
    { transport: 'tcp', direction: 1, ports: '110', minimum: 4, probe: probeServer },
  ],
  readSettings,
  createParser: (flow, setting) => new Pop3Parser(flow, setting.value as Pop3Settings),
  eve: [POP3_EVE],
});
