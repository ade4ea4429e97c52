// The UDP socket that a mirror of a cloud sends to: how it is opened, bound, and what the kernel counts of it.

import { readFileSync } from 'node:fs';
import {
  EACCES,
  EADDRINUSE,
  EADDRNOTAVAIL,
  KernelSocket,
  SOCK_DGRAM,
  SOL_SOCKET,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_TIMESTAMP,
  errorName,
} from '../native/kernel-socket.ts';
import { AF_INET } from '../wire/sockaddr.ts';
import type { SocketAddress } from '../wire/sockaddr.ts';

export interface MirrorSettings {
  /** As it was asked for: `vxlan://0.0.0.0:4789`. */
  readonly name: string;
  readonly encapsulation: 'vxlan' | 'geneve';
  readonly address: SocketAddress;
  /** Given where several workers share the packets: what this one takes its part from. */
  readonly share?: SocketShare;
}

/** A socket that the first thread opened, and closes: it stays when the worker ends before its time. */
export interface SocketShare {
  readonly descriptor: number;
  readonly inode: string | undefined;
  /** A Float64: datagrams without room that were counted already. */
  readonly drops: SharedArrayBuffer;
}

const RECEIVE_BUFFER = 64 << 20;
/** Of the lines of /proc/net/udp: the inode, and datagrams that found no room. */
const INODE = 9;
const DROPS = 12;

/** @returns the socket, which nothing comes to yet, or the reason why there is none */
export function openMirror(
  { address, name }: MirrorSettings,
  onChange: (message: string) => void,
): KernelSocket | string {
  const socket = KernelSocket.open(address.family, SOCK_DGRAM, 0);
  if (typeof socket === 'number') return `${name}: ${errorName(socket)}`;
  socket.option(SOL_SOCKET, SO_TIMESTAMP, 1);
  const isLarge = socket.option(SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER) >= 0;
  if (!isLarge && socket.option(SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER) >= 0 && isLimited())
    onChange(`${name}: net.core.rmem_max keeps the receive buffer small; 67108864 is a good value`);
  return socket;
}

/** Packets come from now on. @returns the reason when they cannot */
export function bindMirror(socket: KernelSocket, { address, name }: MirrorSettings): string | undefined {
  const result = socket.bind(address.bytes);
  return result < 0 ? `${name}: ${describe(-result)}` : undefined;
}

/** Datagrams for which the socket had no room. */
export function dropsOf({ address }: MirrorSettings, inode: string | undefined): number {
  const table = address.family === AF_INET ? '/proc/self/net/udp' : '/proc/self/net/udp6';
  if (inode === undefined) return 0;
  for (const line of readFileSync(table, 'latin1').split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields[INODE] === inode) return Number(fields[DROPS]);
  }
  return 0;
}

function describe(code: number): string {
  if (code === EADDRINUSE) return 'EADDRINUSE: another program listens there (the VXLAN driver of the kernel, perhaps)';
  if (code === EADDRNOTAVAIL) return 'EADDRNOTAVAIL: no interface of this machine has the address';
  if (code === EACCES) return 'EACCES: ports below 1024 need CAP_NET_BIND_SERVICE';
  return errorName(code);
}

/** Whether the system allows less than is asked for. */
function isLimited(): boolean {
  try {
    return Number(readFileSync('/proc/sys/net/core/rmem_max', 'latin1')) < RECEIVE_BUFFER;
  } catch {
    return false; // hidden in some containers: nothing to advise
  }
}
