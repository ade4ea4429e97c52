// AfPacketSource: the packets of one or more interfaces, through rings shared with the kernel.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { PacketSocket, afPacketReason, interfaceShape } from '../native/af-packet.ts';
import type { SystemProblem } from '../native/af-packet.ts';
import type { PacketBatch } from '../pcap/index.ts';
import { BlockRing } from './block-ring.ts';
import type { CopySpace } from './block-ring.ts';

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
  /** Other workers have sockets of the interface, too: the kernel gives each packet to one of them. */
  readonly isShared: boolean;
  /** How it chooses one. */
  readonly fanout: FanoutSettings;
}

/** `PACKET_FANOUT` of packet(7). */
export interface FanoutSettings {
  /** Number of the group; each interface has one of its own. */
  readonly group: number;
  /** PACKET_FANOUT_* with its flags. */
  readonly mode: number;
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
const ENETDOWN = 100;
/** Milliseconds between two tries to open an interface that went away. */
const RETRY = 500;

const NAMES = ['kernel_packets', 'kernel_drops', 'errors', 'afpacket.polls', 'afpacket.poll_timeout'] as const;

/** Told when an interface goes away and comes back. */
export type OnChange = (message: string) => void;

interface Port {
  readonly settings: InterfaceSettings;
  readonly device: number;
  socket: PacketSocket | undefined;
  ring: BlockRing | undefined;
  /** Clock of the next try, milliseconds. */
  retryAt: number;
  /** Why the last try failed, as it was told. */
  problem: string;
  /** What the kernel handed over, those included that it had no room for, and those alone. */
  packets: number;
  drops: number;
}

export class AfPacketSource {
  /** Names of the interfaces by number. */
  readonly names: readonly string[];
  private readonly ports: readonly Port[];
  private readonly onChange: OnChange;
  private readonly ids: Readonly<Record<(typeof NAMES)[number], number>>;
  private counters: Counters | undefined;
  /** Where the next batch begins to look, so that a busy interface does not starve the others. */
  private first = 0;
  private open: PacketSocket[] = [];

  private constructor(interfaces: readonly InterfaceSettings[], onChange: OnChange) {
    this.names = interfaces.map(({ name }) => name);
    this.ports = interfaces.map((settings, device) => ({
      settings,
      device,
      socket: undefined,
      ring: undefined,
      retryAt: 0,
      problem: '',
      packets: 0,
      drops: 0,
    }));
    this.onChange = onChange;
    this.ids = Object.fromEntries(NAMES.map((name) => [name, defineCounter(`capture.${name}`)])) as typeof this.ids;
  }

  /**
   * Opens the rings; `start` lets packets in. It declares counters: call it before a worker is created.
   * @returns the source, or the reason why one of the interfaces cannot be opened
   */
  static create(interfaces: readonly InterfaceSettings[], onChange: OnChange): AfPacketSource | string {
    if (afPacketReason !== '') return afPacketReason;
    const source = new AfPacketSource(interfaces, onChange);
    for (const port of source.ports) {
      const problem = openPort(port);
      if (problem === undefined) continue;
      source.close();
      return problem;
    }
    return source;
  }

  /** Packets come in from now on. @returns the reason when they cannot */
  start(counters: Counters): string | undefined {
    this.counters = counters;
    for (const port of this.ports) {
      const problem = bindPort(port);
      if (problem !== undefined) return problem;
    }
    this.note();
    return undefined;
  }

  deviceName(device: number): string | undefined {
    return this.names[device];
  }

  /** Fills the batch with what is there; does not wait. Packets of the batch before become invalid. @returns how many */
  next(batch: PacketBatch, region: { readonly offset: number; readonly size: number }): number {
    batch.count = 0;
    const { ports } = this;
    const space: CopySpace = { at: region.offset, end: region.offset + region.size };
    for (let i = 0; i < ports.length; i++) {
      const at = this.first + i;
      ports[at < ports.length ? at : at - ports.length]!.ring?.fill(batch, space);
    }
    this.first = this.first + 1 < ports.length ? this.first + 1 : 0;
    return batch.count;
  }

  /** Waits for packets, at most so many milliseconds. @returns whether there may be some */
  wait(timeout: number): boolean {
    const counters = this.counters!;
    counters.add(this.ids['afpacket.polls']);
    if (PacketSocket.wait(this.open, timeout) === 0) {
      counters.add(this.ids['afpacket.poll_timeout']);
      return false;
    }
    for (const port of this.ports) this.check(port); // an error ends the wait as packets do
    return true;
  }

  /** Notices interfaces that went away, and tries those that did: now and then, packets or not. */
  lookAfter(): void {
    for (const port of this.ports) this.check(port);
    if (this.open.length < this.ports.length) this.reopen();
  }

  /** Adds what the kernel counted since the last call. */
  updateCounters(): void {
    for (const port of this.ports) this.count(port);
  }

  /** Of one interface, up to the last update; undefined for one that is none of them. */
  countsOf(name: string): { readonly packets: number; readonly drops: number } | undefined {
    return this.ports.find((port) => port.settings.name === name);
  }

  private count(port: Port): void {
    if (port.socket === undefined) return;
    const counters = this.counters!;
    const told = port.socket.statistics();
    port.packets += told[0]!;
    port.drops += told[1]!;
    counters.addBy(this.ids.kernel_packets, told[0]!);
    counters.addBy(this.ids.kernel_drops, told[1]!);
  }

  close(): void {
    for (const port of this.ports) closePort(port);
    this.open = [];
  }

  private check(port: Port): void {
    const code = port.socket?.error() ?? 0;
    if (code === 0) return;
    const { name } = port.settings;
    this.counters!.add(this.ids.errors);
    const why = code === ENETDOWN ? 'the interface went down' : `capture failed (error ${code})`;
    this.onChange(`${name}: ${why}; waiting for it to come back`);
    this.count(port);
    closePort(port);
    port.retryAt = Date.now() + RETRY;
    this.note();
  }

  private reopen(): void {
    const now = Date.now();
    for (const port of this.ports) {
      if (port.socket !== undefined || now < port.retryAt) continue;
      port.retryAt = now + RETRY;
      const problem = openPort(port) ?? bindPort(port);
      if (problem === undefined && port.socket!.error() === 0) {
        port.problem = '';
        this.onChange(`${port.settings.name}: the interface is back`);
        continue;
      }
      closePort(port);
      if (problem !== undefined && problem !== port.problem) this.onChange(problem);
      port.problem = problem ?? '';
    }
    this.note();
  }

  private note(): void {
    this.open = this.ports.flatMap(({ socket }) => (socket === undefined ? [] : [socket]));
  }
}

function openPort(port: Port): string | undefined {
  const { name, blockSize, blockCount, blockTimeout, snapLength } = port.settings;
  const shape = interfaceShape(name);
  if (!('type' in shape)) return describe(name, shape);
  const linkType = LINK_TYPES.get(shape.type);
  if (linkType === undefined) return `${name}: interfaces of hardware type ${shape.type} cannot be read`;
  const socket = PacketSocket.open(name, { blockSize, blockCount, blockTimeout });
  if (!(socket instanceof PacketSocket)) return describe(name, socket);
  port.socket = socket;
  // what goes out over the loopback interface comes in there as well
  if (shape.type === LOOPBACK) socket.ignoreOutgoing();
  port.ring = new BlockRing(socket.memory(), blockSize, { linkType, device: port.device, snapLength });
  return undefined;
}

function bindPort({ socket, settings }: Port): string | undefined {
  const { fanout, isPromiscuous, isShared, name } = settings;
  const problem =
    (isPromiscuous ? socket!.promiscuous() : undefined) ??
    socket!.bind() ??
    (isShared ? socket!.fanout(fanout.group, fanout.mode) : undefined);
  return problem === undefined ? undefined : describe(name, problem);
}

function closePort(port: Port): void {
  port.socket?.close();
  port.socket = undefined;
  port.ring = undefined;
}

function describe(name: string, { step, errno, message }: SystemProblem): string {
  if (errno === EPERM || errno === EACCES)
    return `${name}: ${message}: capturing needs CAP_NET_RAW (run as root, or setcap cap_net_raw+ep on node)`;
  if (step === 'interface') return `${name}: ${message}`;
  return `${name}: ${step}: ${message}`;
}
