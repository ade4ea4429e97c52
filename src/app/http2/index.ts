// HTTP/2 (RFC 9113): known by the preface of the client, and by the settings that a server begins with.

import { DEFAULT_STATES, Probed, defineProtocol } from '../../framework/app-protocol.ts';
import { i32, u24 } from '../../wire/read.ts';
import { DOH2_EVE, DOH2_HTTP_EVE, HTTP2_EVE } from './eve.ts';
import { FRAME_HEADER, FrameFlag, FrameType } from './frame-types.ts';
import { HTTP2_KEYWORDS } from './keywords.ts';
import { Http2Parser } from './parser.ts';
import { readSettings } from './settings.ts';
import type { Http2Settings } from './settings.ts';
import { STATES, SubState, headerOf } from './transaction.ts';
import type { Http2Transaction } from './transaction.ts';

/** The least that SETTINGS_MAX_FRAME_SIZE can be, and is at first (RFC 9113 section 6.5.2). */
const MAX_FRAME_SIZE = 16_384;

/** What a server begins with: settings of a length that is allowed to anybody, with no flag but ACK (RFC 9113). */
function probeServer(data: Uint8Array, start: number, end: number): number {
  if (end - start < FRAME_HEADER) return Probed.more;
  if (data[start + 3] !== FrameType.settings || u24(data, start) > MAX_FRAME_SIZE) return Probed.no;
  return (data[start + 4]! & ~FrameFlag.ack) === 0 && i32(data, start + 5) >= 0 ? Probed.yes : Probed.no;
}

const HTTP2 = defineProtocol({
  name: 'http2',
  ruleNames: ['http2', 'http'],
  summary: 'The web, HTTP/2.',
  transports: ['tcp'],
  patterns: [{ transport: 'tcp', direction: 0, content: 'PRI * HTTP/2.0|0d 0a|' }],
  probes: [{ transport: 'tcp', direction: 1, ports: 'any', minimum: FRAME_HEADER, probe: probeServer }],
  states: STATES,
  subStates: { [SubState.stream]: STATES, [SubState.global]: DEFAULT_STATES },
  readSettings,
  createParser: (flow, { value }) => new Http2Parser(flow, value as Http2Settings),
  keywords: HTTP2_KEYWORDS,
  frames: ['hdr', 'data', 'pdu'],
  eve: [HTTP2_EVE],
  requestHeader: ({ request }: Http2Transaction, name) => headerOf(request, name),
});

/** DNS over HTTPS (RFC 8484) in HTTP/2: a connection becomes it with the first DNS message. */
const DOH2 = defineProtocol({
  name: 'doh2',
  ruleNames: ['doh2', 'http2', 'dns'],
  summary: 'DNS messages over HTTP/2.',
  transports: ['tcp'],
  states: STATES,
  subStates: HTTP2.subStates!,
  frames: HTTP2.frames!,
  eve: [DOH2_EVE, DOH2_HTTP_EVE],
  requestHeader: HTTP2.requestHeader!,
});

export default [HTTP2, DOH2] as const;
