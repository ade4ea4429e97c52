// LiveSource: what a live run asks of where its packets come from; and the opening of the sources there are.

import { log } from '../base/log.ts';
import type { Counters } from '../base/counters.ts';
import { AfPacketSource } from '../capture/af-packet.ts';
import { BRIDGE_REGION, BridgeSource } from '../capture/bridge.ts';
import type { BridgeSettings } from '../capture/bridge.ts';
import { LibpcapSource } from '../capture/libpcap.ts';
import { MirrorShare } from '../capture/mirror-share.ts';
import type { MirrorSettings } from '../capture/mirror-socket.ts';
import { MIRROR_REGION, MirrorSource } from '../capture/mirror.ts';
import { QUEUE_REGION, QueueSource } from '../capture/nfqueue.ts';
import type { QueueSettings } from '../capture/nfqueue.ts';
import type { Packet } from '../framework/packet.ts';
import { PACKET_WRITING } from '../framework/signature.ts';
import type { VerdictSink } from '../framework/verdict-sink.ts';
import { afPacketReason } from '../native/af-packet.ts';
import type { PacketBatch } from '../pcap/index.ts';
import type { LoadedRules } from './load-rules.ts';
import type { CaptureInterface, ChecksumChecks } from './settings/index.ts';

export interface LiveSource {
  /** What commands call the interfaces or queues. */
  readonly names: readonly string[];
  /** Of an interface (EVE `in_iface`). */
  deviceName(device: number): string | undefined;
  /** Packets come in from now on. @returns the reason when they cannot */
  start(counters: Counters): string | undefined;
  /** Fills the batch with what is there; does not wait. Packets of the batch before become invalid. @returns how many */
  next(batch: PacketBatch, region: { readonly offset: number; readonly size: number }): number;
  /** Waits for packets, at most so many milliseconds. @returns whether there may be some */
  wait(timeout: number): boolean;
  /** The same in turns of the event loop, where packets come in those alone. */
  rest?(timeout: number): Promise<boolean>;
  /** Now and then, packets or not. */
  lookAfter(): void;
  /** Adds what the kernel counted since the last call. */
  updateCounters(): void;
  /** Of one interface or queue, up to the last update; undefined for one that is none of them. */
  countsOf(name: string): { readonly packets: number; readonly drops: number } | undefined;
  close(): void;
  /** A packet of an interface or mirror, by its number, that was taken and is not looked at: it counts as dropped. */
  noteLost?(device: number): void;
  /** Told what becomes of the packets, and after each batch that it was the last of it; where something does. */
  readonly verdicts?: VerdictSink;
  settle?(): void;
  /** Sends resets and ICMP errors where routes do not lead: see `FrameCarrier`. */
  sendFrame?(frame: Uint8Array, length: number, p: Packet, isBack: boolean): number;
  /** Rules may have changed: what they do. */
  adapt?(rules: { readonly writesPackets: boolean }): void;
}

export type SourceChoice =
  | { readonly kind: 'interfaces'; readonly interfaces: readonly CaptureInterface[] }
  | { readonly kind: 'queues'; readonly settings: QueueSettings }
  | { readonly kind: 'bridge'; readonly bridge: BridgeSettings; readonly checksums: readonly ChecksumChecks[] }
  | { readonly kind: 'mirrors'; readonly mirrors: readonly MirrorSettings[] };

/** What commands call the interfaces or queues of a source. */
export function sourceNames(choice: SourceChoice): string[] {
  if (choice.kind === 'queues') return choice.settings.queues.map(String);
  if (choice.kind === 'bridge') return choice.bridge.ports.map(({ name }) => name);
  return (choice.kind === 'mirrors' ? choice.mirrors : choice.interfaces).map(({ name }) => name);
}

/** A source that several workers share. */
export interface SharedSource {
  /** What each takes its packets from. */
  readonly parts: readonly SourceChoice[];
  /** All workers are ready: packets may come to what they share. @returns the reason when they cannot */
  open(): string | undefined;
  close(): void;
}

/**
 * A part of the source for each of several workers: all interfaces or mirrors, each with its share of the flows; or some
 * of the queues. Fewer than asked for where there are fewer queues. A text tells why there can be none.
 */
export function shareSource(choice: SourceChoice, count: number): SharedSource | string {
  if (choice.kind !== 'mirrors')
    return { parts: partsOf(choice, count), open: () => undefined, close: () => undefined };
  const share = MirrorShare.create(choice.mirrors, count, tellAs(moduleOf(choice)));
  if (typeof share === 'string') return share;
  const parts = Array.from({ length: count }, (_, i): SourceChoice => ({ kind: 'mirrors', mirrors: share.partOf(i) }));
  return {
    parts,
    open: () => share.open(),
    close: () => {
      share.close();
    },
  };
}

function partsOf(choice: Exclude<SourceChoice, { kind: 'mirrors' }>, count: number): SourceChoice[] {
  if (choice.kind === 'interfaces') {
    // each worker would see all packets
    if (isThroughLibpcap(choice)) return [choice];
    const interfaces = choice.interfaces.map((one) => ({ ...one, isShared: true }));
    return Array.from({ length: count }, () => ({ kind: 'interfaces', interfaces }));
  }
  // packets of both interfaces must keep their order
  if (choice.kind === 'bridge') return [choice];
  const { queues } = choice.settings;
  return Array.from({ length: Math.min(count, queues.length) }, (_, i) => ({
    kind: 'queues',
    settings: { ...choice.settings, queues: queues.filter((__, k) => k % count === i) },
  }));
}

/** Whether interfaces are read through libpcap: there is no AF_PACKET here. */
export function isThroughLibpcap({ kind }: SourceChoice): boolean {
  return kind === 'interfaces' && afPacketReason !== '';
}

/** Which checksums are verified, by the number of the interface; what mirrors carry may have come before they were made. */
export function checksumChecks(choice: SourceChoice): readonly ChecksumChecks[] {
  if (choice.kind === 'interfaces') return choice.interfaces.map(({ checksums }) => checksums);
  if (choice.kind === 'bridge') return choice.checksums;
  return [choice.kind === 'mirrors' ? 'auto' : 'kernel'];
}

/** Bytes of the arena that a source needs for its packets; undefined: what a worker has without being asked. */
export function captureRegion(choice: SourceChoice): number | undefined {
  if (choice.kind === 'mirrors') return MIRROR_REGION;
  if (choice.kind === 'bridge') return BRIDGE_REGION;
  return choice.kind === 'queues' ? QUEUE_REGION : undefined;
}

/** Whether rules write into packets that go on. */
export function writesPackets(rules: LoadedRules | null): boolean {
  return rules?.setup.demands.has(PACKET_WRITING) === true;
}

/** What the log calls the source. */
export function moduleOf(choice: SourceChoice): string {
  if (isThroughLibpcap(choice)) return 'pcap';
  return { queues: 'nfq', interfaces: 'af-packet', bridge: 'af-packet', mirrors: 'mirror' }[choice.kind];
}

/** What the command `capture-mode` calls it. */
export function captureMode(choice: SourceChoice): string {
  if (isThroughLibpcap(choice)) return 'PCAP_DEV';
  return { queues: 'NFQ', interfaces: 'AF_PACKET_DEV', bridge: 'AF_PACKET_DEV', mirrors: 'TAYRA_MIRROR' }[choice.kind];
}

/** It declares counters: call it before a worker is created. @returns the source, or the reason why there is none */
export function openSource(choice: SourceChoice): LiveSource | string {
  const tell = tellAs(moduleOf(choice));
  if (choice.kind === 'queues') return QueueSource.create(choice.settings, tell);
  if (choice.kind === 'mirrors') return MirrorSource.create(choice.mirrors, tell);
  if (choice.kind === 'bridge') return BridgeSource.create(choice.bridge, tell);
  if (isThroughLibpcap(choice)) return LibpcapSource.create(choice.interfaces, afPacketReason);
  return AfPacketSource.create(choice.interfaces, tell);
}

function tellAs(module: string): (message: string) => void {
  return (message) => {
    log.warning(module, message);
  };
}
