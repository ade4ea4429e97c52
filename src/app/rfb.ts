// RFB (RFC 6143), the protocol of VNC.

import { defineProtocol } from '../framework/app-protocol.ts';

export default defineProtocol({
  name: 'rfb',
  summary: 'Remote screens (VNC).',
  transports: ['tcp'],
  patterns: [
    { transport: 'tcp', direction: 0, content: 'RFB ', nocase: true },
    { transport: 'tcp', direction: 1, content: 'RFB ', nocase: true },
  ],
});
