// HTTP/1 (RFC 9112), and what passes for it.

import { defineProtocol } from '../../framework/app-protocol.ts';
import type { ProtocolPattern } from '../../framework/app-protocol.ts';
import { HTTP_EVE } from './eve.ts';
import { HTTP_KEYWORDS } from './keywords.ts';
import { HttpParser } from './parser.ts';
import { readSettings } from './settings.ts';
import type { HttpSettings } from './settings.ts';
import { STATES } from './transaction.ts';

/** Methods of RFC 9110, WebDAV (RFC 4918) and its versioning (RFC 3253). */
const METHODS = `GET POST PUT HEAD DELETE TRACE OPTIONS CONNECT PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK
  VERSION-CONTROL REPORT CHECKOUT CHECKIN UNCHECKOUT MKWORKSPACE UPDATE LABEL MERGE BASELINE-CONTROL MKACTIVITY ORDERPATCH
  ACL SEARCH`.split(/\s+/);

const PATTERNS: readonly ProtocolPattern[] = [
  ...METHODS.flatMap((method) =>
    [' ', '|09|'].map((end) => ({ transport: 'tcp', direction: 0, content: method + end, nocase: true }) as const),
  ),
  ...['HTTP/0.9', 'HTTP/1.0', 'HTTP/1.1'].map(
    (content) => ({ transport: 'tcp', direction: 1, content, nocase: true }) as const,
  ),
];

export default defineProtocol({
  name: 'http',
  ruleNames: ['http', 'http1'],
  summary: 'Hypertext transfer, version 1 and older.',
  transports: ['tcp'],
  patterns: PATTERNS,
  firstSpeaker: 'client',
  states: STATES,
  readSettings,
  createParser: (flow, { value }) => new HttpParser(flow, value as HttpSettings),
  keywords: HTTP_KEYWORDS,
  frames: ['request', 'response'],
  eve: [HTTP_EVE],
  hasUpperCaseEvents: true,
});
