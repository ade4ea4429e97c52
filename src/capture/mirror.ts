// MirrorSource: the end of a traffic mirror of a cloud. Packets come in VXLAN or Geneve on ordinary UDP sockets, which
// need no privileges; what is around them is taken off, and of it the network identifier (VNI) stays.

import { readFileSync } from 'node:fs';
import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { NOT_REGISTERED, registerBuffer } from '../native/buffers.ts';
import {
  EACCES,
  EAGAIN,
  EADDRINUSE,
  EADDRNOTAVAIL,
  EINTR,
  KernelSocket,
  SOCK_DGRAM,
  SOL_SOCKET,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  errorName,
  kernelSocketReason,
} from '../native/kernel-socket.ts';
import type { PacketBatch } from '../pcap/index.ts';
import { ETHERNET_HEADER_LENGTH, EtherType } from '../wire/ethernet.ts';
import { GENEVE_HEADER_LENGTH, Geneve, isGeneve } from '../wire/geneve.ts';
import { AF_INET, procAddress } from '../wire/sockaddr.ts';
import type { SocketAddress } from '../wire/sockaddr.ts';
import { VXLAN_FLAG_VNI, VXLAN_HEADER_LENGTH, Vxlan } from '../wire/vxlan.ts';

export interface MirrorSettings {
  /** As it was asked for: `vxlan://0.0.0.0:4789`. */
  readonly name: string;
  readonly encapsulation: 'vxlan' | 'geneve';
  readonly address: SocketAddress;
}

/** A datagram, and a cache line more: slots then do not share the same few sets of the cache. */
const SLOT_SIZE = 0x10000 + 64;
/** Datagrams taken at a time. */
const SLOTS = 64;
/** Bytes of the worker's arena that they need. */
export const MIRROR_REGION = SLOTS * SLOT_SIZE;
const RECEIVE_BUFFER = 64 << 20;
const LINKTYPE_ETHERNET = 1;
const LINKTYPE_RAW = 101;
/** Of the lines of /proc/net/udp: where the own address stands, and datagrams that found no room. */
const LOCAL_ADDRESS = 1;
const DROPS = 12;

const NAMES = ['kernel_packets', 'kernel_drops', 'errors'] as const;

interface Port {
  readonly settings: MirrorSettings;
  readonly device: number;
  readonly socket: KernelSocket;
  readonly place: string;
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
      const socket = KernelSocket.open(settings.address.family, SOCK_DGRAM, 0);
      if (typeof socket === 'number') {
        source.close();
        return `${settings.name}: ${errorName(socket)}`;
      }
      const isLarge = socket.option(SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER) >= 0;
      if (!isLarge && socket.option(SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER) >= 0 && isLimited())
        onChange(`${settings.name}: net.core.rmem_max keeps the receive buffer small; 67108864 is a good value`);
      const place = procAddress(settings.address);
      source.ports.push({ settings, device, socket, place, packets: 0, drops: 0, fresh: 0 });
    }
    return source;
  }

  /** Packets come in from now on. @returns the reason when they cannot */
  start(counters: Counters): string | undefined {
    this.counters = counters;
    for (const { settings, socket } of this.ports) {
      const result = socket.bind(settings.address.bytes);
      if (result < 0) return `${settings.name}: ${describe(-result)}`;
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
      const drops = Math.max(port.drops, dropsOf(port));
      const lost = drops - port.drops;
      port.drops = drops;
      port.packets += port.fresh + lost;
      counters.addBy(this.ids.kernel_packets, port.fresh + lost);
      counters.addBy(this.ids.kernel_drops, lost);
      port.fresh = 0;
    }
  }

  countsOf(name: string): { readonly packets: number; readonly drops: number } | undefined {
    return this.ports[this.names.indexOf(name)];
  }

  close(): void {
    for (const { socket } of this.ports) socket.close();
  }

  private receive(port: Port, batch: PacketBatch, offset: number): void {
    const { lengths } = this;
    const count = port.socket.receive(this.bufferId, offset, SLOT_SIZE, lengths);
    if (count < 0) {
      if (count !== -EAGAIN && count !== -EINTR) this.counters!.add(this.ids.errors);
      return;
    }
    port.fresh += count;
    const now = Math.floor((performance.timeOrigin + performance.now()) * 1000);
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
      batch.timestamp[at] = now;
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

function describe(code: number): string {
  if (code === EADDRINUSE) return 'EADDRINUSE: another program listens there (the VXLAN driver of the kernel, perhaps)';
  if (code === EADDRNOTAVAIL) return 'EADDRNOTAVAIL: no interface of this machine has the address';
  if (code === EACCES) return 'EACCES: ports below 1024 need CAP_NET_BIND_SERVICE';
  return errorName(code);
}

/** Datagrams for which the socket had no room. */
function dropsOf({ settings, place }: Port): number {
  const table = settings.address.family === AF_INET ? '/proc/self/net/udp' : '/proc/self/net/udp6';
  for (const line of readFileSync(table, 'latin1').split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields[LOCAL_ADDRESS] === place) return Number(fields[DROPS]);
  }
  return 0;
}

/** Whether the system allows less than is asked for. */
function isLimited(): boolean {
  try {
    return Number(readFileSync('/proc/sys/net/core/rmem_max', 'latin1')) < RECEIVE_BUFFER;
  } catch {
    return false; // hidden in some containers: nothing to advise
  }
}
