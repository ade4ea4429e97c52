// DNS over HTTP/2 (RFC 8484): an HTTP/2 flow whose requests turn out to carry DNS messages becomes it.

import { defineProtocol } from '../framework/app-protocol.ts';

export default defineProtocol({
  name: 'doh2',
  ruleNames: ['doh2', 'http2', 'http', 'dns'],
  summary: 'DNS messages over HTTP/2.',
  transports: ['tcp'],
});
