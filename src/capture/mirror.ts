// MirrorSource: the end of a traffic mirror of a cloud. Packets come in VXLAN or Geneve on ordinary UDP sockets, which
// need no privileges; what is around them is taken off, and of it the network identifier (VNI) stays.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { NOT_REGISTERED, registerBuffer } from '../native/buffers.ts';
import { EAGAIN, EINTR, KernelSocket, kernelSocketReason } from '../native/kernel-socket.ts';
import type { PacketBatch } from '../pcap/index.ts';
import { ETHERNET_HEADER_LENGTH, EtherType } from '../wire/ethernet.ts';
import { GENEVE_HEADER_LENGTH, Geneve, isGeneve } from '../wire/geneve.ts';
import { VXLAN_FLAG_VNI, VXLAN_HEADER_LENGTH, Vxlan } from '../wire/vxlan.ts';
import { bindMirror, dropsOf, openMirror } from './mirror-socket.ts';
import type { MirrorSettings } from './mirror-socket.ts';

/** A datagram, and a cache line more: slots then do not share the same few sets of the cache. */
const SLOT_SIZE = 0x10000 + 64;
/** Datagrams taken at a time. */
const SLOTS = 64;
/** Bytes of the worker's arena that they need. */
export const MIRROR_REGION = SLOTS * SLOT_SIZE;
const LINKTYPE_ETHERNET = 1;
const LINKTYPE_RAW = 101;

const NAMES = ['kernel_packets', 'kernel_drops', 'errors'] as const;

interface Port {
  readonly settings: MirrorSettings;
  readonly device: number;
  readonly socket: KernelSocket;
  readonly inode: string | undefined;
  /** Datagrams without room that were counted: one value, of all threads that have the socket one after the other. */
  readonly counted: Float64Array;
  /** Those that found no room included. */
  packets: number;
  drops: number;
  /** Datagrams since the last update of the counters. */
  fresh: number;
}

export class MirrorSource {
  readonly names: readonly string[];
  private readonly ports: Port[] = [];
  private readonly ids = Object.fromEntries(NAMES.map((name) => [name, defineCounter(`capture.${name}`)])) as Readonly<
    Record<(typeof NAMES)[number], number>
  >;
  private readonly strange = defineCounter('tayra.mirror.no_packet');
  private readonly lengths = new Int32Array(SLOTS);
  private readonly times = new Float64Array(SLOTS);
  private counters: Counters | undefined;
  private group: Int32Array = new Int32Array(0);
  private turn = 0;
  private bufferId = NOT_REGISTERED;

  private constructor(mirrors: readonly MirrorSettings[]) {
    this.names = mirrors.map(({ name }) => name);
  }

  /**
   * Opens the sockets; `start` lets packets in. It declares counters: call it before a worker is created.
   * @param onChange told what is not as it should be
   * @returns the source, or the reason why there can be none
   */
  static create(mirrors: readonly MirrorSettings[], onChange: (message: string) => void): MirrorSource | string {
    if (kernelSocketReason !== '') return kernelSocketReason;
    const source = new MirrorSource(mirrors);
    for (const [device, settings] of mirrors.entries()) {
      const { share } = settings;
      const socket = share === undefined ? openMirror(settings, onChange) : KernelSocket.ofThread(share.descriptor);
      if (typeof socket === 'string') {
        source.close();
        return socket;
      }
      const inode = share === undefined ? socket.inode() : share.inode;
      const counted = share === undefined ? new Float64Array(1) : new Float64Array(share.drops);
      source.ports.push({ settings, device, socket, inode, counted, packets: 0, drops: 0, fresh: 0 });
    }
    return source;
  }

  /** Packets come in from now on. @returns the reason when they cannot */
  start(counters: Counters): string | undefined {
    this.counters = counters;
    for (const { settings, socket } of this.ports) {
      const problem = settings.share === undefined ? bindMirror(socket, settings) : undefined;
      if (problem !== undefined) return problem;
    }
    this.group = KernelSocket.group(this.ports.map(({ socket }) => socket));
    return undefined;
  }

  deviceName(device: number): string | undefined {
    return this.names[device];
  }

  /** Fills the batch with what one of the sockets has; does not wait. Packets of the batch before become invalid. */
  next(batch: PacketBatch, region: { readonly offset: number; readonly size: number }): number {
    batch.count = 0;
    if (this.bufferId === NOT_REGISTERED) this.bufferId = registerBuffer(batch.data);
    for (let i = 0; i < this.ports.length && batch.count === 0; i++) {
      const port = this.ports[this.turn]!;
      this.turn = this.turn + 1 < this.ports.length ? this.turn + 1 : 0;
      this.receive(port, batch, region.offset);
    }
    return batch.count;
  }

  /** Waits for packets, at most so many milliseconds. @returns whether there are some */
  wait(timeout: number): boolean {
    return KernelSocket.wait(this.group, timeout) > 0;
  }

  lookAfter(): void {
    // sockets do not go away
  }

  /** Adds what came and what the kernel had no room for since the last call. */
  updateCounters(): void {
    const counters = this.counters!;
    for (const port of this.ports) {
      const lost = Math.max(0, dropsOf(port.settings, port.inode) - port.counted[0]!);
      port.counted[0]! += lost;
      port.drops += lost;
      port.packets += port.fresh + lost;
      counters.addBy(this.ids.kernel_packets, port.fresh + lost);
      counters.addBy(this.ids.kernel_drops, lost);
      port.fresh = 0;
    }
  }

  /** A packet that was taken and is not looked at. */
  noteLost(device: number): void {
    this.ports[device]!.drops++;
    this.counters!.add(this.ids.kernel_drops);
  }

  countsOf(name: string): { readonly packets: number; readonly drops: number } | undefined {
    return this.ports[this.names.indexOf(name)];
  }

  close(): void {
    for (const { socket } of this.ports) socket.close();
  }

  private receive(port: Port, batch: PacketBatch, offset: number): void {
    const { lengths, times } = this;
    const count = port.socket.receive(this.bufferId, offset, SLOT_SIZE, lengths, times);
    if (count < 0) {
      if (count !== -EAGAIN && count !== -EINTR) this.counters!.add(this.ids.errors);
      return;
    }
    port.fresh += count;
    const isVxlan = port.settings.encapsulation === 'vxlan';
    for (let i = 0; i < count; i++) {
      const start = offset + i * SLOT_SIZE;
      const end = start + Math.min(lengths[i]!, SLOT_SIZE);
      const isPacket = isVxlan ? addVxlan(batch, start, end) : addGeneve(batch, start, end);
      if (!isPacket) {
        this.counters!.add(this.strange);
        continue;
      }
      const at = batch.count++;
      batch.timestamp[at] = times[i]!;
      batch.interfaceId[at] = port.device;
      batch.hasNoChecksum[at] = 0;
    }
  }
}

/** Puts what is in the VXLAN datagram at the batch's end. @returns false when there is nothing that can be a packet */
function addVxlan(batch: PacketBatch, o: number, end: number): boolean {
  const { data } = batch;
  const inner = o + VXLAN_HEADER_LENGTH;
  if (end - inner < ETHERNET_HEADER_LENGTH || (Vxlan.flags(data, o) & VXLAN_FLAG_VNI) === 0) return false;
  put(batch, inner, end, Vxlan.vni(data, o), LINKTYPE_ETHERNET);
  return true;
}

/** The same of a Geneve datagram, which may carry IP without Ethernet. */
function addGeneve(batch: PacketBatch, o: number, end: number): boolean {
  const { data } = batch;
  if (end - o < GENEVE_HEADER_LENGTH) return false;
  const inner = o + GENEVE_HEADER_LENGTH + Geneve.optionsLength(data, o);
  if (inner >= end || !isGeneve(data, o, inner)) return false;
  const type = Geneve.protocol(data, o);
  const isIp = type === EtherType.ipv4 || type === EtherType.ipv6;
  if (!isIp && (type !== EtherType.transparentBridging || end - inner < ETHERNET_HEADER_LENGTH)) return false;
  put(batch, inner, end, Geneve.vni(data, o), isIp ? LINKTYPE_RAW : LINKTYPE_ETHERNET);
  return true;
}

function put(batch: PacketBatch, start: number, end: number, vni: number, linkType: number): void {
  const at = batch.count;
  batch.offset[at] = start;
  batch.length[at] = batch.wireLength[at] = end - start;
  batch.linkType[at] = linkType;
  batch.vni[at] = vni;
}
