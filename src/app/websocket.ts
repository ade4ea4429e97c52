// WebSocket (RFC 6455): an HTTP/1 flow becomes it.

import { defineProtocol } from '../framework/app-protocol.ts';

export default defineProtocol({
  name: 'websocket',
  summary: 'Messages of web applications.',
  transports: ['tcp'],
});
