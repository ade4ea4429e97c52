// SMTP (RFC 5321) and the messages it carries.

import { defineProtocol } from '../../framework/app-protocol.ts';
import { SMTP_EVE } from './eve.ts';
import { SMTP_KEYWORDS } from './keywords.ts';
import { SmtpParser } from './parser.ts';
import { probeGreeting, probeReady } from './probe.ts';
import { readSettings } from './settings.ts';
import type { SmtpSettings } from './settings.ts';

export default defineProtocol({
  name: 'smtp',
  summary: 'Mail from client to server and between servers.',
  transports: ['tcp'],
  patterns: ['ehlo', 'helo', 'quit'].map((content) => ({ transport: 'tcp', direction: 0, content, nocase: true })),
  probes: [
    { transport: 'tcp', direction: 1, ports: '25,465', minimum: 4, probe: probeGreeting },
    // where the client speaks SMTP, its server need not name itself
    { transport: 'tcp', direction: 1, ports: '', minimum: 4, probe: probeReady },
  ],
  states: {
    toServer: ['request_started', 'request_data', 'request_complete'],
    toClient: ['response_started', 'response_data', 'response_complete'],
  },
  hasUpperCaseEvents: true,
  readSettings,
  createParser: (flow, setting) => new SmtpParser(flow, setting.value as SmtpSettings),
  createFollower: (flow, { value }) => new SmtpParser(flow, value as SmtpSettings, { isFollower: true }),
  keywords: SMTP_KEYWORDS,
  frames: ['command_line', 'data', 'response_line'],
  eve: [SMTP_EVE],
});
