// RouteCarrier: raw IP sockets, whose packets go where the routes of this host lead.

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
import type { RefusalCarrier } from './rejects.ts';

/** Packets are written with their IP header. */
const IPPROTO_RAW = 255;
const SOCKADDR_IN = 16;
const SOCKADDR_IN6 = 28;

export class RouteCarrier implements RefusalCarrier {
  readonly headroom = 0;
  private readonly four: KernelSocket;
  private readonly six: KernelSocket;
  private readonly address4 = new Uint8Array(SOCKADDR_IN);
  private readonly address6 = new Uint8Array(SOCKADDR_IN6);

  private constructor(four: KernelSocket, six: KernelSocket) {
    this.four = four;
    this.six = six;
    putHostU16(this.address4, 0, AF_INET);
    putHostU16(this.address6, 0, AF_INET6);
  }

  /**
   * @param device the interface that packets go out of; without it the routes decide
   * @returns why nothing can be sent as a text
   */
  static open(device: string | undefined): RouteCarrier | string {
    const four = KernelSocket.open(AF_INET, SOCK_RAW, IPPROTO_RAW);
    if (typeof four === 'number') return `raw sockets: ${errorName(four)} (CAP_NET_RAW is needed)`;
    const six = KernelSocket.open(AF_INET6, SOCK_RAW, IPPROTO_RAW);
    if (typeof six === 'number') {
      four.close();
      return `raw sockets for IPv6: ${errorName(six)}`;
    }
    const carrier = new RouteCarrier(four, six);
    const problem = device === undefined ? 0 : carrier.bindTo(device);
    if (problem === 0) return carrier;
    carrier.close();
    return `${String(device)}: ${errorName(problem)}`;
  }

  carry(out: Uint8Array, length: number, p: Packet, isBack: boolean): number {
    if (p.ipVersion === 4) {
      putU32(this.address4, 4, isBack ? p.src0 : p.dst0);
      return this.four.send(out, 0, length, this.address4);
    }
    putU32(this.address6, 8, isBack ? p.src0 : p.dst0);
    putU32(this.address6, 12, isBack ? p.src1 : p.dst1);
    putU32(this.address6, 16, isBack ? p.src2 : p.dst2);
    putU32(this.address6, 20, isBack ? p.src3 : p.dst3);
    return this.six.send(out, 0, length, this.address6);
  }

  close(): void {
    this.four.close();
    this.six.close();
  }

  private bindTo(device: string): number {
    const name = new TextEncoder().encode(`${device}\0`);
    for (const socket of [this.four, this.six]) {
      const result = socket.option(SOL_SOCKET, SO_BINDTODEVICE, name);
      if (result < 0) return -result;
    }
    return 0;
  }
}
