// HTTP/1 (RFC 9112), and what passes for it.

import { defineProtocol } from '../../framework/app-protocol.ts';
import type { ProtocolPattern } from '../../framework/app-protocol.ts';
import { HTTP_EVE } from './eve.ts';
import { HttpFollower } from './follower.ts';
import { namedValue } from './headers.ts';
import { HTTP_KEYWORDS } from './keywords.ts';
import { METHODS } from './methods.ts';
import { HttpParser } from './parser.ts';
import { settingsFor } from './servers.ts';
import { readSettings } from './settings.ts';
import type { HttpSettings } from './settings.ts';
import { STATES } from './transaction.ts';
import type { HttpTransaction } from './transaction.ts';

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
  states: STATES,
  readSettings,
  createParser: (flow, { value }) => new HttpParser(flow, settingsFor(flow, value as HttpSettings)),
  createFollower: (flow) => new HttpFollower(flow),
  handsOverTo: 'http2',
  keywords: HTTP_KEYWORDS,
  frames: ['request', 'response'],
  eve: [HTTP_EVE],
  hasUpperCaseEvents: true,
  requestHeader: ({ request }: HttpTransaction, name) => namedValue(request.headers, name),
});
