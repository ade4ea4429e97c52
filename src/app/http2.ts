// HTTP/2 (RFC 9113): known by the preface of the client, and by the settings that a server begins with.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';
import { i32, u24 } from '../wire/read.ts';

/** Frame header: length, type, flags, stream. */
const HEADER = 9;
const SETTINGS = 4;
const SETTING_LENGTH = 6;

function probeServer(data: Uint8Array, start: number, end: number): number {
  if (end - start < HEADER) return Probed.more;
  const isSettings = data[start + 3] === SETTINGS && u24(data, start) % SETTING_LENGTH === 0;
  return isSettings && i32(data, start + 5) === 0 ? Probed.yes : Probed.no;
}

export default defineProtocol({
  name: 'http2',
  ruleNames: ['http2', 'http'],
  summary: 'The web, HTTP/2.',
  transports: ['tcp'],
  patterns: [{ transport: 'tcp', direction: 0, content: 'PRI * HTTP/2.0|0d 0a|' }],
  probes: [{ transport: 'tcp', direction: 1, ports: 'any', minimum: HEADER, probe: probeServer }],
});
