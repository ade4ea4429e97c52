// LibpcapSource: the packets of interfaces through libpcap, by the npm package `cap`, where there is no AF_PACKET (macOS,
// BSD). It hands packets over one by one in turns of the event loop: they wait in a ring until the worker takes them.

import { createRequire } from 'node:module';
import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { PacketBatch } from '../pcap/index.ts';
import { PacketRing } from './packet-ring.ts';

/** What the source uses of the package. */
export interface CapModule {
  readonly Cap: new () => CapHandle;
}

export interface CapHandle {
  /** @returns the name of the link type @throws Error */
  open(device: string, filter: string, bufferSize: number, buffer: Buffer): string;
  close(): void;
  on(event: 'packet', take: (length: number, isTruncated: boolean) => void): unknown;
}

/** What the configuration says of one interface that matters here. */
export interface LibpcapSettings {
  readonly name: string;
  readonly blockSize: number;
  readonly blockCount: number;
}

/** Link types (tcpdump.org) by the names of the package. */
const LINK_TYPES = new Map([
  ['NULL', 0],
  ['ETHERNET', 1],
  ['RAW', 101],
  ['LINKTYPE_LINUX_SLL', 113],
]);
/** The package takes no more of a packet. */
const SNAP_LENGTH = 65_535;
/** Bytes that wait for the worker. */
const RING = 1 << 25;
const MOST_BUFFER = 0x7fff_ffff;
const ADVICE = 'capturing through libpcap needs the npm package cap (npm install cap)';

interface Port {
  readonly name: string;
  readonly handle: CapHandle;
  /** The packet that comes in, as a batch of one. */
  readonly incoming: PacketBatch;
  /** Those that found no room included. */
  packets: number;
  drops: number;
  /** Since the last update of the counters. */
  freshPackets: number;
  freshDrops: number;
}

const NAMES = ['kernel_packets', 'kernel_drops'] as const;

export class LibpcapSource {
  readonly names: readonly string[];
  private readonly ports: Port[] = [];
  private readonly ids = Object.fromEntries(NAMES.map((name) => [name, defineCounter(`capture.${name}`)])) as Readonly<
    Record<(typeof NAMES)[number], number>
  >;
  private readonly ring = new PacketRing(PacketRing.allocate(RING));
  private readonly settings: readonly LibpcapSettings[];
  private numbers = new Float64Array(0);
  private counters: Counters | undefined;
  /** Ends the rest, while there is one. */
  private wake: (() => void) | undefined;
  private isPending = false;

  private constructor(interfaces: readonly LibpcapSettings[], cap: CapModule) {
    this.settings = interfaces;
    this.names = interfaces.map(({ name }) => name);
    interfaces.forEach(({ name }, device) => {
      const incoming = new PacketBatch(Buffer.alloc(SNAP_LENGTH), 1);
      incoming.interfaceId[0] = device;
      this.ports.push({ name, handle: new cap.Cap(), incoming, packets: 0, drops: 0, freshPackets: 0, freshDrops: 0 });
    });
  }

  /**
   * Loads the package; `start` opens the interfaces. It declares counters: call it before a worker is created.
   * @param unlike why AF_PACKET is not to be had
   * @returns the source, or the reason why there can be none
   */
  static create(
    interfaces: readonly LibpcapSettings[],
    unlike: string,
    load: () => unknown = () => createRequire(import.meta.url)('cap'),
  ): LibpcapSource | string {
    try {
      return new LibpcapSource(interfaces, load() as CapModule);
    } catch (error) {
      return `${unlike}; ${ADVICE}: ${(error as Error).message.split('\n', 1)[0]!}`;
    }
  }

  /** Packets come in from now on. @returns the reason when they cannot */
  start(counters: Counters): string | undefined {
    this.counters = counters;
    for (const [i, port] of this.ports.entries()) {
      const { blockCount, blockSize, name } = this.settings[i]!;
      const room = Math.min(blockSize * blockCount, MOST_BUFFER);
      let linkType: string;
      try {
        linkType = port.handle.open(name, '', room, port.incoming.data as Buffer);
      } catch (error) {
        return `${name}: ${(error as Error).message}`;
      }
      const known = LINK_TYPES.get(linkType);
      if (known === undefined) return `${name}: interfaces of link type ${linkType} cannot be read`;
      port.incoming.linkType[0] = known;
      port.handle.on('packet', (length, isTruncated) => {
        this.take(port, length, isTruncated);
      });
    }
    return undefined;
  }

  deviceName(device: number): string | undefined {
    return this.names[device];
  }

  /** Fills the batch with what came in turns of the event loop. Packets of the batch before become invalid. */
  next(batch: PacketBatch, region: { readonly offset: number; readonly size: number }): number {
    if (this.numbers.length < batch.capacity) this.numbers = new Float64Array(batch.capacity);
    this.isPending = this.ring.take(batch, this.numbers, region) > 0;
    return batch.count;
  }

  /** Nothing comes but in turns of the event loop: see `rest`. */
  wait(): boolean {
    return this.isPending;
  }

  /** Gives the event loop its turns until a packet is there, at most so many milliseconds. @returns whether one is */
  rest(timeout: number): Promise<boolean> {
    if (this.isPending) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.wake = undefined;
        resolve(this.isPending);
      };
      const timer = setTimeout(end, timeout);
      this.wake = end;
    });
  }

  lookAfter(): void {
    // the package does not tell of interfaces that go away
  }

  /** Adds what came since the last call. What the kernel had no room for the package does not tell. */
  updateCounters(): void {
    for (const port of this.ports) {
      this.counters!.addBy(this.ids.kernel_packets, port.freshPackets);
      this.counters!.addBy(this.ids.kernel_drops, port.freshDrops);
      port.freshPackets = 0;
      port.freshDrops = 0;
    }
  }

  /** Of one interface; undefined for one that is none of them. */
  countsOf(name: string): { readonly packets: number; readonly drops: number } | undefined {
    return this.ports.find((port) => port.name === name);
  }

  close(): void {
    for (const { handle } of this.ports) handle.close();
  }

  private take(port: Port, length: number, isTruncated: boolean): void {
    const { incoming } = port;
    port.packets++;
    port.freshPackets++;
    incoming.length[0] = length;
    // how long it was is not told
    incoming.wireLength[0] = isTruncated ? length + 1 : length;
    incoming.timestamp[0] = Math.floor((performance.timeOrigin + performance.now()) * 1000);
    if (this.ring.push(incoming, 0, port.packets, 0)) {
      this.isPending = true;
      this.wake?.();
      return;
    }
    port.drops++;
    port.freshDrops++;
  }
}
