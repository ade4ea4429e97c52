// SMTP (RFC 5321).

import { defineProtocol } from '../framework/app-protocol.ts';

export default defineProtocol({
  name: 'smtp',
  summary: 'Mail between servers.',
  transports: ['tcp'],
  patterns: [
    { transport: 'tcp', direction: 0, content: 'EHLO', nocase: true },
    { transport: 'tcp', direction: 0, content: 'HELO', nocase: true },
    { transport: 'tcp', direction: 0, content: 'QUIT', nocase: true },
  ],
});
