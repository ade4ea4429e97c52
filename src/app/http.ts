// HTTP/0.9 to 1.1 (RFC 9112).

import { defineProtocol } from '../framework/app-protocol.ts';

/** Methods of RFC 9110, WebDAV (RFC 4918) and its versioning (RFC 3253). */
const METHODS =
  `GET POST PUT HEAD DELETE TRACE OPTIONS CONNECT PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK VERSION-CONTROL REPORT CHECKOUT CHECKIN UNCHECKOUT MKWORKSPACE UPDATE LABEL MERGE BASELINE-CONTROL MKACTIVITY ORDERPATCH ACL SEARCH`.split(
    ' ',
  );

export default defineProtocol({
  name: 'http',
  ruleNames: ['http', 'http1'],
  summary: 'The web, up to HTTP/1.1.',
  transports: ['tcp'],
  patterns: [
    ...METHODS.flatMap((method) =>
      [' ', '|09|'].map((end) => ({ transport: 'tcp', direction: 0, content: method + end, nocase: true }) as const),
    ),
    ...['HTTP/0.9', 'HTTP/1.0', 'HTTP/1.1'].map(
      (content) => ({ transport: 'tcp', direction: 1, content, nocase: true }) as const,
    ),
  ],
});
