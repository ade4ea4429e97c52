// NFS, versions 2 to 4, over ONC RPC (RFC 5531).

import { Probed, defineProtocol } from '../framework/app-protocol.ts';
import { i32 } from '../wire/read.ts';

const PROGRAM = 100003;
const RPC_VERSION = 2;
const CALL = 0;
const REPLY = 1;
/** Call up to the procedure; reply up to its state. */
const CALL_LENGTH = 24;
const REPLY_LENGTH = 12;

function probeMessage(data: Uint8Array, at: number, end: number): number {
  if (end - at < REPLY_LENGTH) return Probed.more;
  const kind = i32(data, at + 4);
  if (kind === REPLY) return i32(data, at + 8) >>> 0 <= 1 ? Probed.yes : Probed.no;
  if (kind !== CALL) return Probed.no;
  if (end - at < CALL_LENGTH) return Probed.more;
  const version = i32(data, at + 16);
  const isNfs = i32(data, at + 8) === RPC_VERSION && i32(data, at + 12) === PROGRAM && version >= 2 && version <= 4;
  return isNfs ? Probed.yes : Probed.no;
}

/** A record mark stands before each message (RFC 5531 section 11). */
function probeTcp(data: Uint8Array, start: number, end: number): number {
  if (end - start < 4) return Probed.more;
  return (data[start]! & 0x80) === 0 ? Probed.no : probeMessage(data, start + 4, end);
}

function probeUdp(data: Uint8Array, start: number, end: number): number {
  return probeMessage(data, start, end);
}

export default defineProtocol({
  name: 'nfs',
  summary: 'Network file system.',
  transports: ['tcp', 'udp'],
  probes: [
    { transport: 'tcp', direction: 0, ports: '2049', minimum: 4, probe: probeTcp },
    { transport: 'tcp', direction: 1, ports: '2049', minimum: 4, probe: probeTcp },
    { transport: 'udp', direction: 0, ports: '2049', minimum: 4, probe: probeUdp },
    { transport: 'udp', direction: 1, ports: '2049', minimum: 4, probe: probeUdp },
  ],
});
