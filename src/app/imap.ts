// IMAP (RFC 9051), detected only.

import { defineProtocol } from '../framework/app-protocol.ts';

export default defineProtocol({
  name: 'imap',
  summary: 'Mailboxes on a server.',
  transports: ['tcp'],
  enabled: 'detection-only',
  patterns: [
    { transport: 'tcp', direction: 1, content: '* OK ' },
    { transport: 'tcp', direction: 1, content: '* PREAUTH ' },
    { transport: 'tcp', direction: 0, content: '1|20|capability', nocase: true },
  ],
});
