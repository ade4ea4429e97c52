// Sockets of families and types that Node does not have, netlink and raw IP, and of UDP by many datagrams at a time
// (Linux). Nothing here waits but `wait`.

import { readlinkSync } from 'node:fs';
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
export const SO_REUSEPORT = 15;
export const SO_ATTACH_FILTER = 26;
export const SO_DETACH_FILTER = 27;
export const SO_ATTACH_REUSEPORT_CBPF = 51;

type Calls = Required<
  Pick<
    NativeAddon,
    | 'socketOpen'
    | 'socketOption'
    | 'socketOptionBytes'
    | 'socketProgram'
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
  private number: number;

  private constructor(native: Calls, descriptor: number) {
    this.calls = native;
    this.number = descriptor;
  }

  /** Below zero: it is closed. */
  get descriptor(): number {
    return this.number;
  }

  /** @returns the socket, or the number of the error */
  static open(family: number, type: number, protocol: number): KernelSocket | number {
    if (calls === undefined) return constants.errno.ENOSYS;
    const descriptor = calls.socketOpen(family, type, protocol);
    return descriptor < 0 ? -descriptor : new KernelSocket(calls, descriptor);
  }

  /** A socket that another thread opened, which alone closes it. */
  static ofThread(descriptor: number): KernelSocket {
    if (calls === undefined) throw new Error(kernelSocketReason);
    return new KernelSocket(calls, descriptor);
  }

  /** By which tables of /proc know it; undefined where that is not told. */
  inode(): string | undefined {
    try {
      return /\[(\d+)\]/.exec(readlinkSync(`/proc/self/fd/${String(this.number)}`))?.[1];
    } catch {
      return undefined; // /proc is not there
    }
  }

  option(level: number, option: number, value: number | Uint8Array): number {
    if (typeof value === 'number') return this.calls.socketOption(this.descriptor, level, option, value);
    return this.calls.socketOptionBytes(this.descriptor, level, option, value);
  }

  /** @param steps see `SocketProgram` */
  program(option: number, steps: Uint8Array): number {
    return this.calls.socketProgram(this.descriptor, option, steps);
  }

  /** @param address the bytes of a `sockaddr` */
  bind(address: Uint8Array): number {
    return this.calls.socketBind(this.descriptor, address);
  }

  /**
   * Takes the datagrams that are there, one into each slot of a registered buffer.
   * @param lengths as many slots as it has elements; a length beyond `slotSize` is that of a datagram which was cut
   * @param times when each came, microseconds; 0 unless SO_TIMESTAMP is set
   * @returns how many
   */
  receive(bufferId: number, offset: number, slotSize: number, lengths: Int32Array, times?: Float64Array): number {
    return this.calls.socketReceive(this.descriptor, bufferId, offset, slotSize, lengths, times);
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
    if (this.number >= 0) this.calls.socketClose(this.number);
    this.number = -1;
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
