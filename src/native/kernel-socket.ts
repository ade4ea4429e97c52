// Sockets of families and types that Node does not have, netlink and raw IP, and of UDP by many datagrams at a time
// (Linux). Nothing here waits but `wait`.

import { constants } from 'node:os';
import { addon, addonReason } from './index.ts';
import type { NativeAddon } from './index.ts';

// Numbers of the Linux headers.
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOL_SOCKET = 1;
export const SO_SNDBUFFORCE = 32;
export const SO_BINDTODEVICE = 25;
export const SO_TIMESTAMP = 29;
export const SO_RCVBUFFORCE = 33;
export const SO_RCVBUF = 8;

type Calls = Required<
  Pick<
    NativeAddon,
    | 'socketOpen'
    | 'socketOption'
    | 'socketOptionBytes'
    | 'socketBind'
    | 'socketReceive'
    | 'socketSend'
    | 'socketSendMany'
    | 'socketWait'
    | 'socketClose'
    | 'packetsReceive'
    | 'packetsStatistics'
  >
>;

const calls = addon?.socketOpen === undefined ? undefined : (addon as Calls);

/** Why there are no such sockets here; empty when there are. */
export const kernelSocketReason: string =
  calls !== undefined ? '' : addonReason === '' ? 'netlink and raw sockets are a part of Linux' : addonReason;

export const { EAGAIN, EPERM, EACCES, EINTR, EADDRINUSE, EADDRNOTAVAIL } = constants.errno;

/** The name of an error (`EPERM`) by its number. */
export function errorName(code: number): string {
  return Object.entries(constants.errno).find(([, value]) => value === code)?.[0] ?? `error ${String(code)}`;
}

/** Results below zero are numbers of errors (errno) with the sign turned. */
export class KernelSocket {
  private readonly calls: Calls;
  private descriptor: number;

  private constructor(native: Calls, descriptor: number) {
    this.calls = native;
    this.descriptor = descriptor;
  }

  /** @returns the socket, or the number of the error */
  static open(family: number, type: number, protocol: number): KernelSocket | number {
    if (calls === undefined) return constants.errno.ENOSYS;
    const descriptor = calls.socketOpen(family, type, protocol);
    return descriptor < 0 ? -descriptor : new KernelSocket(calls, descriptor);
  }

  option(level: number, option: number, value: number | Uint8Array): number {
    if (typeof value === 'number') return this.calls.socketOption(this.descriptor, level, option, value);
    return this.calls.socketOptionBytes(this.descriptor, level, option, value);
  }

  /** @param address the bytes of a `sockaddr` */
  bind(address: Uint8Array): number {
    return this.calls.socketBind(this.descriptor, address);
  }

  /**
   * Takes the datagrams that are there, one into each slot of a registered buffer.
   * @param lengths as many slots as it has elements; a length beyond `slotSize` is that of a datagram which was cut
   * @returns how many
   */
  receive(bufferId: number, offset: number, slotSize: number, lengths: Int32Array): number {
    return this.calls.socketReceive(this.descriptor, bufferId, offset, slotSize, lengths);
  }

  /** @param address the bytes of a `sockaddr`; without it the other end of the socket */
  send(bytes: Uint8Array, offset: number, length: number, address?: Uint8Array): number {
    return this.calls.socketSend(this.descriptor, bytes, offset, length, address);
  }

  /**
   * Sends datagrams that lie in a registered buffer, without waiting.
   * @returns how many of them; below zero when not even the first was taken
   */
  sendMany(bufferId: number, offsets: Int32Array, lengths: Int32Array, first: number, count: number): number {
    return this.calls.socketSendMany(this.descriptor, bufferId, offsets, lengths, first, count);
  }

  /**
   * As `receive`, of a packet socket with auxiliary data (packet(7)).
   * @param beside of each packet its status, VLAN tag control information and protocol
   */
  receivePackets(bufferId: number, offset: number, slotSize: number, lengths: Int32Array, beside: Int32Array): number {
    return this.calls.packetsReceive(this.descriptor, bufferId, offset, slotSize, lengths, beside);
  }

  /** Packets that came to a packet socket and those it had no room for, since the last call. */
  packetStatistics(out: Uint32Array): void {
    if (this.calls.packetsStatistics(this.descriptor, out) === 0) out.fill(0);
  }

  close(): void {
    if (this.descriptor >= 0) this.calls.socketClose(this.descriptor);
    this.descriptor = -1;
  }

  /** The sockets as `wait` takes them: made once, for the same sockets again and again. */
  static group(sockets: readonly KernelSocket[]): Int32Array {
    return Int32Array.from(sockets, (socket) => socket.descriptor);
  }

  /** Waits until one of them can be read from, at most so many milliseconds; a signal ends the wait. */
  static wait(group: Int32Array, timeout: number): number {
    return calls === undefined ? 0 : calls.socketWait(group, timeout);
  }
}
