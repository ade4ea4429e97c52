// PostgreSQL, protocol version 3.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';
import { i32 } from '../wire/read.ts';

const STARTUP_3_0 = 0x30000;
const CANCEL = 80877102;
const SSL = 80877103;
const GSS = 80877104;
/** Longest of the messages that come first. */
const MAX_STARTUP = 10_000;

function probeClient(data: Uint8Array, start: number, end: number): number {
  if (end - start < 8) return Probed.more;
  const length = i32(data, start);
  const code = i32(data, start + 4);
  if (length < 8 || length > MAX_STARTUP) return Probed.no;
  return [STARTUP_3_0, CANCEL, SSL, GSS].includes(code) ? Probed.yes : Probed.no;
}

/** Authentication, error, notice, or the single letter that answers a request for encryption. */
function probeServer(data: Uint8Array, start: number, end: number): number {
  const isLetter = end - start === 1 && 'SNG'.includes(String.fromCharCode(data[start]!));
  if (isLetter) return Probed.yes;
  if (end - start < 5) return Probed.more;
  return 'REN'.includes(String.fromCharCode(data[start]!)) && i32(data, start + 1) >= 4 ? Probed.yes : Probed.no;
}

export default defineProtocol({
  name: 'pgsql',
  summary: 'PostgreSQL.',
  transports: ['tcp'],
  probes: [
    { transport: 'tcp', direction: 0, ports: '5432', minimum: 5, probe: probeClient },
    { transport: 'tcp', direction: 1, ports: '5432', minimum: 1, probe: probeServer },
  ],
});
