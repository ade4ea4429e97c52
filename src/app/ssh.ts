// SSH (RFC 4253), known by its banner.

import { defineProtocol } from '../framework/app-protocol.ts';

export default defineProtocol({
  name: 'ssh',
  summary: 'Secure shell.',
  transports: ['tcp'],
  patterns: [
    { transport: 'tcp', direction: 0, content: 'SSH-' },
    { transport: 'tcp', direction: 1, content: 'SSH-' },
  ],
});
