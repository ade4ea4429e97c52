// Rejects: sends resets and ICMP errors for packets that rules or policies reject, through raw IP sockets.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import type { Packet } from '../framework/packet.ts';
import {
  AF_INET,
  AF_INET6,
  KernelSocket,
  SOCK_RAW,
  SOL_SOCKET,
  SO_BINDTODEVICE,
  errorName,
} from '../native/kernel-socket.ts';
import { putHostU16 } from '../wire/netlink.ts';
import { putU32 } from '../wire/read.ts';
import { REFUSAL_MAX_LENGTH, isAsked, isRefusable, putRefusal } from './refusals.ts';
import type { Refused } from './refusals.ts';

/** Packets are written with their IP header. */
const IPPROTO_RAW = 255;
const SOCKADDR_IN = 16;
const SOCKADDR_IN6 = 28;
const ENDS: readonly Refused[] = ['source', 'destination'];

export interface RejectOptions {
  /** Rejected packets do not reach their receiver. */
  readonly isInline: boolean;
  /** The interface that they go out of; without it the routes decide. */
  readonly device?: string | undefined;
}

/** It declares counters: make it before `Counters`. */
export class Rejects {
  private readonly sent = defineCounter('reject.sent');
  private readonly errors = defineCounter('reject.errors');
  private readonly sockets: readonly [KernelSocket, KernelSocket];
  private readonly isInline: boolean;
  private readonly out = new Uint8Array(REFUSAL_MAX_LENGTH);
  private readonly address4 = new Uint8Array(SOCKADDR_IN);
  private readonly address6 = new Uint8Array(SOCKADDR_IN6);
  private counters: Counters | undefined;

  private constructor(sockets: readonly [KernelSocket, KernelSocket], isInline: boolean) {
    this.sockets = sockets;
    this.isInline = isInline;
    putHostU16(this.address4, 0, AF_INET);
    putHostU16(this.address6, 0, AF_INET6);
  }

  /** @returns why nothing can be sent as a text */
  static open({ device, isInline }: RejectOptions): Rejects | string {
    const four = KernelSocket.open(AF_INET, SOCK_RAW, IPPROTO_RAW);
    if (typeof four === 'number') return `raw sockets: ${errorName(four)} (CAP_NET_RAW is needed)`;
    const six = KernelSocket.open(AF_INET6, SOCK_RAW, IPPROTO_RAW);
    if (typeof six === 'number') {
      four.close();
      return `raw sockets for IPv6: ${errorName(six)}`;
    }
    const rejects = new Rejects([four, six], isInline);
    const problem = device === undefined ? 0 : rejects.bindTo(device);
    if (problem === 0) return rejects;
    rejects.close();
    return `${String(device)}: ${errorName(problem)}`;
  }

  attach(counters: Counters): void {
    this.counters = counters;
  }

  /** The packet is decided: both ends, one or none are told. */
  reject(p: Packet): void {
    if (!isRefusable(p)) return;
    for (const end of ENDS) if (isAsked(p, end)) this.tell(p, end);
  }

  close(): void {
    for (const socket of this.sockets) socket.close();
  }

  private bindTo(device: string): number {
    const name = new TextEncoder().encode(`${device}\0`);
    for (const socket of this.sockets) {
      const result = socket.option(SOL_SOCKET, SO_BINDTODEVICE, name);
      if (result < 0) return -result;
    }
    return 0;
  }

  private tell(p: Packet, end: Refused): void {
    const length = putRefusal(this.out, p, end, this.isInline);
    if (length === 0) return;
    const isBack = end === 'source';
    const counters = this.counters!;
    let result: number;
    if (p.ipVersion === 4) {
      putU32(this.address4, 4, isBack ? p.src0 : p.dst0);
      result = this.sockets[0].send(this.out, 0, length, this.address4);
    } else {
      putU32(this.address6, 8, isBack ? p.src0 : p.dst0);
      putU32(this.address6, 12, isBack ? p.src1 : p.dst1);
      putU32(this.address6, 16, isBack ? p.src2 : p.dst2);
      putU32(this.address6, 20, isBack ? p.src3 : p.dst3);
      result = this.sockets[1].send(this.out, 0, length, this.address6);
    }
    counters.add(result < 0 ? this.errors : this.sent);
  }
}
