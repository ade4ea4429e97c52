// AfPacketPort: one interface that is captured from: its socket, and the ring that this shares with the kernel.

import { readdirSync } from 'node:fs';
import { PacketSocket, interfaceShape } from '../native/af-packet.ts';
import type { FanoutGroup, SystemProblem } from '../native/af-packet.ts';
import { BlockRing } from './block-ring.ts';

/** What the configuration says of one interface (`af-packet:`). */
export interface InterfaceSettings {
  readonly name: string;
  /** Bytes; a multiple of the page and a power of two. */
  readonly blockSize: number;
  readonly blockCount: number;
  /** Milliseconds. */
  readonly blockTimeout: number;
  readonly isPromiscuous: boolean;
  readonly snapLength: number;
  /** What the kernel says of checksums that are not there yet. */
  readonly trustsKernel: boolean;
  /** Other workers have sockets of the interface, too: the kernel gives each packet to one of them. */
  readonly isShared: boolean;
  /** How it chooses one. */
  readonly fanout: FanoutGroup;
}

/** Hardware types (if_arp.h) and the link types (tcpdump.org) of what their interfaces deliver. */
const LINK_TYPES = new Map([
  [1, 1], // Ethernet
  [772, 1], // loopback: frames with an empty Ethernet header
  [512, 101], // PPP: IP alone
  [65_534, 101], // no header at all: tunnels, tun
]);
const LOOPBACK = 772;
// Numbers of errors (errno).
const EPERM = 1;
const EACCES = 13;

export class AfPacketPort {
  readonly name: string;
  socket: PacketSocket | undefined;
  ring: BlockRing | undefined;
  /** Why the last try failed, as it was told. */
  problem = '';
  /** What the kernel handed over, those included that it had no room for, and those alone. */
  packets = 0;
  drops = 0;
  private readonly settings: InterfaceSettings;
  /** Number within the source. */
  private readonly device: number;

  constructor(settings: InterfaceSettings, device: number) {
    this.name = settings.name;
    this.settings = settings;
    this.device = device;
  }

  get isOpen(): boolean {
    return this.socket !== undefined;
  }

  open(): string | undefined {
    const { name, device } = this;
    const { blockSize, blockCount, blockTimeout, snapLength, trustsKernel } = this.settings;
    const shape = interfaceShape(name);
    if (!('type' in shape)) return describe(name, shape);
    const linkType = LINK_TYPES.get(shape.type);
    if (linkType === undefined) return `${name}: interfaces of hardware type ${shape.type} cannot be read`;
    const socket = PacketSocket.open(name, { blockSize, blockCount, blockTimeout });
    if (!(socket instanceof PacketSocket)) return describe(name, socket);
    this.socket = socket;
    // what goes out over the loopback interface comes in there as well
    if (shape.type === LOOPBACK) socket.ignoreOutgoing();
    this.ring = new BlockRing(socket.memory(), blockSize, { linkType, device, snapLength, trustsKernel });
    return undefined;
  }

  bind(): string | undefined {
    const { name, socket } = this;
    const { fanout, isPromiscuous, isShared } = this.settings;
    const problem = (isPromiscuous ? socket!.promiscuous() : undefined) ?? socket!.bind(isShared ? fanout : undefined);
    return problem === undefined ? undefined : describe(name, problem);
  }

  isSound(): boolean {
    return this.socket!.error() === 0;
  }

  close(): void {
    this.socket?.close();
    this.socket = undefined;
    this.ring = undefined;
  }
}

function describe(name: string, { step, errno, message }: SystemProblem): string {
  if (errno === EPERM || errno === EACCES)
    return `${name}: ${message}: capturing needs CAP_NET_RAW (run as root, or setcap cap_net_raw+ep on node)`;
  if (step === 'interface') return `${name}: ${message}${interfacesThere()}`;
  return `${name}: ${step}: ${message}`;
}

/** The names that may have been meant. */
function interfacesThere(): string {
  try {
    return `; there are ${readdirSync('/sys/class/net').sort().join(', ')}`;
  } catch {
    return ''; // not told in some containers
  }
}
