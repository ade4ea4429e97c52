// WebSocket (RFC 6455), with permessage-deflate (RFC 7692): an HTTP/1 flow becomes it.

import { defineProtocol } from '../../framework/app-protocol.ts';
import { WEBSOCKET_EVE } from './eve.ts';
import { WEBSOCKET_KEYWORDS } from './keywords.ts';
import { WebSocketParser, readSettings } from './parser.ts';
import type { WebSocketSettings } from './parser.ts';

export default defineProtocol({
  name: 'websocket',
  summary: 'Messages of web applications.',
  transports: ['tcp'],
  readSettings,
  createParser: (flow, setting) => new WebSocketParser(flow, setting.value as WebSocketSettings),
  keywords: WEBSOCKET_KEYWORDS,
  frames: ['header', 'pdu', 'data'],
  eve: [WEBSOCKET_EVE],
});
