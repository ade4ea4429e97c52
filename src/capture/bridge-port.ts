// BridgePort: one interface of a bridge: a packet socket that hands over large packets as they are, and sends them on so.

import { interfaceShape } from '../native/af-packet.ts';
import {
  AF_PACKET,
  EACCES,
  EPERM,
  KernelSocket,
  SOCK_RAW,
  SOL_SOCKET,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_SNDBUFFORCE,
  errorName,
} from '../native/kernel-socket.ts';
import { putHostU16, putHostU32 } from '../wire/netlink.ts';
import { putU16 } from '../wire/read.ts';

// Numbers of linux/if_packet.h and if_ether.h.
const SOL_PACKET = 263;
const PACKET_ADD_MEMBERSHIP = 1;
const PACKET_AUXDATA = 8;
const PACKET_VNET_HDR = 15;
const PACKET_IGNORE_OUTGOING = 23;
const PACKET_MR_PROMISC = 1;
const ETH_P_ALL = 3;
const SOCKADDR_LL = 20;
const PACKET_MREQ = 16;
const ETHERNET = 1;
const BUFFER = 32 << 20;

export class BridgePort {
  readonly name: string;
  /** Number within the bridge. */
  readonly device: number;
  socket: KernelSocket | undefined;
  /** The port that packets go out of. */
  peer: BridgePort | undefined;
  /** What the kernel handed over, those included that it had no room for, and those alone. */
  packets = 0;
  drops = 0;
  private readonly isPromiscuous: boolean;

  constructor(name: string, device: number, isPromiscuous: boolean) {
    this.name = name;
    this.device = device;
    this.isPromiscuous = isPromiscuous;
  }

  get isOpen(): boolean {
    return this.socket !== undefined;
  }

  open(): string | undefined {
    const shape = interfaceShape(this.name);
    if (!('type' in shape)) return `${this.name}: ${shape.message}`;
    if (shape.type !== ETHERNET) return `${this.name}: only interfaces with Ethernet headers can be bridged`;
    const socket = KernelSocket.open(AF_PACKET, SOCK_RAW, 0);
    if (typeof socket === 'number') return this.describe(socket);
    for (const option of [PACKET_VNET_HDR, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING]) {
      const result = socket.option(SOL_PACKET, option, 1);
      if (result >= 0) continue;
      socket.close();
      return this.describe(-result);
    }
    if (socket.option(SOL_SOCKET, SO_RCVBUFFORCE, BUFFER) < 0) socket.option(SOL_SOCKET, SO_RCVBUF, BUFFER);
    socket.option(SOL_SOCKET, SO_SNDBUFFORCE, BUFFER);
    this.socket = socket;
    return undefined;
  }

  bind(): string | undefined {
    const shape = interfaceShape(this.name);
    if (!('type' in shape)) return `${this.name}: ${shape.message}`;
    const address = new Uint8Array(SOCKADDR_LL);
    putHostU16(address, 0, AF_PACKET);
    putU16(address, 2, ETH_P_ALL);
    putHostU32(address, 4, shape.index);
    const bound = this.socket!.bind(address);
    if (bound < 0) return this.describe(-bound);
    if (!this.isPromiscuous) return undefined;
    const wish = new Uint8Array(PACKET_MREQ);
    putHostU32(wish, 0, shape.index);
    putHostU16(wish, 4, PACKET_MR_PROMISC);
    const joined = this.socket!.option(SOL_PACKET, PACKET_ADD_MEMBERSHIP, wish);
    return joined < 0 ? this.describe(-joined) : undefined;
  }

  /** What goes wrong is noticed when packets are taken. */
  isSound(): boolean {
    return true;
  }

  close(): void {
    this.socket?.close();
    this.socket = undefined;
  }

  private describe(code: number): string {
    const name = `${this.name}: ${errorName(code)}`;
    return code === EPERM || code === EACCES
      ? `${name}: bridging needs CAP_NET_RAW (run as root, or setcap cap_net_raw+ep on node)`
      : name;
  }
}
