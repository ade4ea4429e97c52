// NFS, versions 2 to 4, over ONC RPC (RFC 5531).

import { Probed, defineProtocol } from '../framework/app-protocol.ts';
import { i32 } from '../wire/read.ts';

const PROGRAM = 100003;
const RPC_VERSION = 2;
const CALL = 0;
const REPLY = 1;
/** A reply up to its state. */
const REPLY_LENGTH = 12;
/** A call up to its credential, which has a flavour and a length, as the verifier behind it. */
const CALL_LENGTH = 24;
const AUTH_HEAD = 8;
const AUTH_SYS = 1;
/** Of AUTH_SYS: stamp, an empty machine name, two ids and no more groups than none. */
const LEAST_SYS = 16;
const MOST_FLAVOUR = 6;
/** Procedures of version 3; version 4 has two of them. */
const MOST_PROCEDURE = 21;
/** What a record mark says at least: a call without credential. */
const LEAST_RECORD = 40;
/** Calls and replies in datagrams that tell the protocol. */
const LEAST_DATAGRAM = 48;
const LEAST_ANSWER = 32;

function probeReply(data: Uint8Array, at: number): number {
  return i32(data, at + 8) >>> 0 <= 1 ? Probed.yes : Probed.no;
}

/** A call whose credential and verifier are there. */
function probeCall(data: Uint8Array, at: number, end: number): number {
  if (end - at < CALL_LENGTH + AUTH_HEAD) return Probed.more;
  if (i32(data, at + 8) !== RPC_VERSION || i32(data, at + 12) !== PROGRAM) return Probed.no;
  const length = i32(data, at + CALL_LENGTH + 4) >>> 0;
  if (i32(data, at + CALL_LENGTH) === AUTH_SYS && length < LEAST_SYS) return Probed.no;
  return at + CALL_LENGTH + AUTH_HEAD + length + AUTH_HEAD <= end ? Probed.yes : Probed.more;
}

/** A record mark stands before each message (RFC 5531 section 11). */
function probeTcp(data: Uint8Array, start: number, end: number): number {
  const at = start + 4;
  if (end - at < REPLY_LENGTH) return Probed.more;
  const kind = i32(data, at + 4);
  if (kind === REPLY) return probeReply(data, at);
  if (kind !== CALL || (i32(data, start) & 0x7fffffff) < LEAST_RECORD) return Probed.no;
  if (end - at < CALL_LENGTH + AUTH_HEAD) return Probed.more;
  const version = i32(data, at + 16);
  if ((version !== 3 && version !== 4) || i32(data, at + 20) >>> 0 > MOST_PROCEDURE) return Probed.no;
  if (i32(data, at + CALL_LENGTH) >>> 0 > MOST_FLAVOUR) return Probed.no;
  return probeCall(data, at, end);
}

/** Version 4 needs a transport that avoids congestion (RFC 7530 section 3.1). */
function probeUdp(data: Uint8Array, start: number, end: number): number {
  if (end - start < LEAST_ANSWER) return Probed.no;
  const kind = i32(data, start + 4);
  if (kind === REPLY) return probeReply(data, start);
  if (kind !== CALL || end - start < LEAST_DATAGRAM) return Probed.no;
  const version = i32(data, start + 16);
  return version === 2 || version === 3 ? probeCall(data, start, end) : Probed.no;
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
