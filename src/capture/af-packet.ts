// AfPacketSource: the packets of one or more interfaces, through rings shared with the kernel.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { PacketSocket, afPacketReason } from '../native/af-packet.ts';
import type { PacketBatch } from '../pcap/index.ts';
import { AfPacketPort } from './af-packet-port.ts';
import type { InterfaceSettings } from './af-packet-port.ts';
import type { CopySpace } from './block-ring.ts';
import { Ports } from './ports.ts';
import type { OnChange } from './ports.ts';

/** Number of an error (errno). */
const ENETDOWN = 100;

const NAMES = ['kernel_packets', 'kernel_drops', 'errors', 'afpacket.polls', 'afpacket.poll_timeout'] as const;

export class AfPacketSource {
  /** Names of the interfaces by number. */
  readonly names: readonly string[];
  private readonly ports: Ports<AfPacketPort>;
  private readonly onChange: OnChange;
  private readonly ids: Readonly<Record<(typeof NAMES)[number], number>>;
  private counters: Counters | undefined;
  /** Where the next batch begins to look, so that a busy interface does not starve the others. */
  private first = 0;
  private open: PacketSocket[] = [];

  private constructor(interfaces: readonly InterfaceSettings[], onChange: OnChange) {
    this.names = interfaces.map(({ name }) => name);
    this.ports = new Ports(
      interfaces.map((settings, device) => new AfPacketPort(settings, device)),
      onChange,
    );
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
    return source.ports.open() ?? source;
  }

  /** Packets come in from now on. @returns the reason when they cannot */
  start(counters: Counters): string | undefined {
    this.counters = counters;
    const problem = this.ports.bind();
    if (problem === undefined) this.note();
    return problem;
  }

  deviceName(device: number): string | undefined {
    return this.names[device];
  }

  /** Fills the batch with what is there; does not wait. Packets of the batch before become invalid. @returns how many */
  next(batch: PacketBatch, region: { readonly offset: number; readonly size: number }): number {
    batch.count = 0;
    const { all } = this.ports;
    const space: CopySpace = { at: region.offset, end: region.offset + region.size };
    for (let i = 0; i < all.length; i++) {
      const at = this.first + i;
      all[at < all.length ? at : at - all.length]!.ring?.fill(batch, space);
    }
    this.first = this.first + 1 < all.length ? this.first + 1 : 0;
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
    for (const port of this.ports.all) this.check(port); // an error ends the wait as packets do
    return true;
  }

  /** Notices interfaces that went away, and tries those that did: now and then, packets or not. */
  lookAfter(): void {
    for (const port of this.ports.all) this.check(port);
    const isTried = this.ports.retry((port, problem = '') => {
      if (problem !== '' && problem !== port.problem) this.onChange(problem);
      port.problem = problem;
    });
    if (isTried) this.note();
  }

  /** Adds what the kernel counted since the last call. */
  updateCounters(): void {
    for (const port of this.ports.all) this.count(port);
  }

  /** Of one interface, up to the last update; undefined for one that is none of them. */
  countsOf(name: string): { readonly packets: number; readonly drops: number } | undefined {
    return this.ports.named(name);
  }

  /** A packet that was taken and is not looked at. */
  noteLost(device: number): void {
    this.ports.all[device]!.drops++;
    this.counters!.add(this.ids.kernel_drops);
  }

  private count(port: AfPacketPort): void {
    if (port.socket === undefined) return;
    const counters = this.counters!;
    const told = port.socket.statistics();
    port.packets += told[0]!;
    port.drops += told[1]!;
    counters.addBy(this.ids.kernel_packets, told[0]!);
    counters.addBy(this.ids.kernel_drops, told[1]!);
  }

  close(): void {
    this.ports.close();
    this.open = [];
  }

  private check(port: AfPacketPort): void {
    const code = port.socket?.error() ?? 0;
    if (code === 0) return;
    this.counters!.add(this.ids.errors);
    this.count(port);
    this.ports.lose(port, code === ENETDOWN ? 'the interface went down' : `capture failed (error ${code})`);
    this.note();
  }

  private note(): void {
    this.open = this.ports.all.flatMap(({ socket }) => (socket === undefined ? [] : [socket]));
  }
}
