// BridgeSource: packets between two interfaces (`copy-mode` of af-packet): what comes in at one goes out at the other,
// unless it is stopped.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { ACTION_REJECT_ANY, Action, PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import type { VerdictSink } from '../framework/verdict-sink.ts';
import { NOT_REGISTERED, registerBuffer } from '../native/buffers.ts';
import { EAGAIN, EINTR, KernelSocket, errorName, kernelSocketReason } from '../native/kernel-socket.ts';
import type { PacketBatch } from '../pcap/index.ts';
import { fold, sumWords } from '../wire/checksum.ts';
import { MAC_LENGTH } from '../wire/ethernet.ts';
import { putU16 } from '../wire/read.ts';
import { VIRTIO_NET_HEADER_LENGTH, VirtioNet, lengthenHeaders } from '../wire/virtio-net.ts';
import { BridgePort } from './bridge-port.ts';
import { Ports } from './ports.ts';
import type { OnChange } from './ports.ts';

export interface BridgeSettings {
  /** Interfaces that packets are taken from, each with that they go out of. */
  readonly ports: readonly { readonly name: string; readonly peer: string; readonly isPromiscuous: boolean }[];
  /** Everything goes on, whatever was decided. */
  readonly stopsNothing: boolean;
}

/** The largest packet, its header and a tag put back before it; an odd number of cache lines. */
const TAG = 4;
const HEADROOM = 8;
const SLOT_SIZE = 64 * 1033;
const SLOTS = 32;
/** Bytes of the worker's arena that a bridge needs. */
export const BRIDGE_REGION = SLOTS * SLOT_SIZE + HEADROOM;
const LINKTYPE_ETHERNET = 1;
const ADDRESSES = 2 * MAC_LENGTH;
/** What comes beside a packet (struct tpacket_auxdata): status, tag, protocol of the tag. */
const BESIDE = 3;
const VLAN_VALID = 1 << 4;
const VLAN_TPID_VALID = 1 << 6;
const DEFAULT_TPID = 0x8100;
const STOPPING = Action.drop | ACTION_REJECT_ANY;

const NAMES = ['kernel_packets', 'kernel_drops', 'errors', 'afpacket.send_errors'] as const;

export class BridgeSource {
  readonly names: readonly string[];
  readonly verdicts: VerdictSink;
  private readonly ports: Ports<BridgePort>;
  private readonly stopsNothing: boolean;
  private readonly ids = Object.fromEntries(NAMES.map((name) => [name, defineCounter(`capture.${name}`)])) as Readonly<
    Record<(typeof NAMES)[number], number>
  >;
  private readonly lengths = new Int32Array(SLOTS);
  private readonly beside = new Int32Array(SLOTS * BESIDE);
  private readonly outOffsets = new Int32Array(SLOTS);
  private readonly outLengths = new Int32Array(SLOTS);
  private readonly told = new Uint32Array(2);
  private out = 0;
  private to: BridgePort | undefined;
  private counters: Counters | undefined;
  private group: Int32Array = new Int32Array(0);
  private turn = 0;
  private bufferId = NOT_REGISTERED;

  private constructor({ ports, stopsNothing }: BridgeSettings, onChange: OnChange) {
    this.names = [...new Set(ports.flatMap(({ name, peer }) => [name, peer]))];
    const isPromiscuous = (name: string): boolean => ports.find((port) => port.name === name)?.isPromiscuous ?? false;
    this.ports = new Ports(
      this.names.map((name, device) => new BridgePort(name, device, isPromiscuous(name))),
      onChange,
    );
    for (const { name, peer } of ports) this.ports.named(name)!.peer = this.ports.named(peer);
    this.stopsNothing = stopsNothing;
    this.verdicts = {
      decide: (index, p) => {
        this.decide(index, p);
      },
    };
  }

  /**
   * Opens the sockets; `start` lets packets in. It declares counters: call it before a worker is created.
   * @returns the source, or the reason why there can be none
   */
  static create(settings: BridgeSettings, onChange: OnChange): BridgeSource | string {
    if (kernelSocketReason !== '') return kernelSocketReason;
    const source = new BridgeSource(settings, onChange);
    return source.ports.open() ?? source;
  }

  start(counters: Counters): string | undefined {
    this.counters = counters;
    const problem = this.ports.bind();
    if (problem === undefined) this.note();
    return problem;
  }

  deviceName(device: number): string | undefined {
    return this.names[device];
  }

  /** Fills the batch with what one of the ports has; does not wait. Packets of the batch before become invalid. */
  next(batch: PacketBatch, region: { readonly offset: number; readonly size: number }): number {
    batch.count = 0;
    if (this.bufferId === NOT_REGISTERED) this.bufferId = registerBuffer(batch.data);
    const { all } = this.ports;
    for (let i = 0; i < all.length && batch.count === 0; i++) {
      const port = all[this.turn]!;
      this.turn = this.turn + 1 < all.length ? this.turn + 1 : 0;
      if (port.peer !== undefined && port.socket !== undefined) this.receive(port, batch, region.offset + HEADROOM);
    }
    return batch.count;
  }

  wait(timeout: number): boolean {
    return KernelSocket.wait(this.group, timeout) > 0;
  }

  /** Sends what goes on. */
  settle(): void {
    const socket = this.to?.socket;
    for (let first = 0; first < this.out;) {
      const sent = socket?.sendMany(this.bufferId, this.outOffsets, this.outLengths, first, this.out - first) ?? -1;
      // what cannot be sent is lost, as on every wire that is full or cut
      if (sent <= 0) this.counters!.add(this.ids['afpacket.send_errors']);
      first += Math.max(1, sent);
    }
    this.out = 0;
  }

  /** Tries interfaces that went away. */
  lookAfter(): void {
    if (this.ports.retry()) this.note();
  }

  updateCounters(): void {
    for (const port of this.ports.all) {
      if (port.socket === undefined || port.peer === undefined) continue;
      port.socket.packetStatistics(this.told);
      port.packets += this.told[0]!;
      port.drops += this.told[1]!;
      this.counters!.addBy(this.ids.kernel_packets, this.told[0]!);
      this.counters!.addBy(this.ids.kernel_drops, this.told[1]!);
    }
  }

  countsOf(name: string): { readonly packets: number; readonly drops: number } | undefined {
    return this.ports.named(name);
  }

  close(): void {
    this.ports.close();
  }

  /** Sends a frame, with its header of virtio, to one of the ends of a packet. @returns below zero when it was not sent */
  sendFrame(frame: Uint8Array, length: number, p: Packet, isBack: boolean): number {
    const port = this.ports.all[p.device];
    const socket = isBack ? port?.socket : port?.peer?.socket;
    return socket?.send(frame, 0, length) ?? -1;
  }

  private decide(index: number, p: Packet): void {
    if (!this.stopsNothing && (p.action & STOPPING) !== 0) return;
    const start = p.start - VIRTIO_NET_HEADER_LENGTH;
    if ((p.flags & PacketFlag.modified) !== 0) mendChecksum(p, start);
    this.outOffsets[this.out] = start;
    this.outLengths[this.out++] = p.end - start;
  }

  private receive(port: BridgePort, batch: PacketBatch, offset: number): void {
    const { beside, lengths } = this;
    const count = port.socket!.receivePackets(this.bufferId, offset, SLOT_SIZE, lengths, beside);
    if (count < 0) {
      if (count !== -EAGAIN && count !== -EINTR) this.lose(port, -count);
      return;
    }
    this.to = port.peer;
    const now = Date.now() * 1000;
    for (let i = 0; i < count; i++) {
      let start = offset + i * SLOT_SIZE;
      const end = start + lengths[i]!;
      if (lengths[i]! > SLOT_SIZE || lengths[i]! < VIRTIO_NET_HEADER_LENGTH + ADDRESSES) {
        this.counters!.add(this.ids.errors);
        continue;
      }
      const hasNoChecksum = VirtioNet.needsChecksum(batch.data, start) ? 1 : 0;
      if ((beside[i * BESIDE]! & VLAN_VALID) !== 0) start = putTagBack(batch.data, start, beside, i * BESIDE);
      const k = batch.count++;
      batch.offset[k] = start + VIRTIO_NET_HEADER_LENGTH;
      batch.length[k] = batch.wireLength[k] = end - start - VIRTIO_NET_HEADER_LENGTH;
      batch.timestamp[k] = now;
      batch.linkType[k] = LINKTYPE_ETHERNET;
      batch.interfaceId[k] = port.device;
      batch.hasNoChecksum[k] = hasNoChecksum;
    }
  }

  private lose(port: BridgePort, code: number): void {
    this.counters!.add(this.ids.errors);
    this.ports.lose(port, errorName(code));
    this.note();
  }

  private note(): void {
    this.group = KernelSocket.group(
      this.ports.all.flatMap(({ peer, socket }) => (peer === undefined || socket === undefined ? [] : [socket])),
    );
  }
}

/** Puts a tag back that the network card took out; the headroom makes place for it. @returns where the packet begins */
function putTagBack(data: Uint8Array, start: number, beside: Int32Array, at: number): number {
  const from = start - TAG;
  const kept = VIRTIO_NET_HEADER_LENGTH + ADDRESSES;
  data.copyWithin(from, start, start + kept);
  putU16(data, from + kept, (beside[at]! & VLAN_TPID_VALID) === 0 ? DEFAULT_TPID : beside[at + 2]!);
  putU16(data, from + kept + 2, beside[at + 1]!);
  lengthenHeaders(data, from, TAG);
  return from;
}

/** Where the checksum is still to be set the sum of the pseudo header stands in its place, whatever the payload is. */
function mendChecksum(p: Packet, header: number): void {
  const { data } = p;
  if (!VirtioNet.needsChecksum(data, header) || p.l4Offset < 0) return;
  const isV4 = p.ipVersion === 4;
  const addresses = p.l3Offset + (isV4 ? 12 : 8);
  const sum = sumWords(data, addresses, addresses + (isV4 ? 8 : 32)) + p.proto + (p.l3End - p.l4Offset);
  putU16(data, p.l4Offset + VirtioNet.checksumOffset(data, header), ~fold(sum) & 0xffff);
}
