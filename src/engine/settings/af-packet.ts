// `af-packet:` of the configuration: the interfaces of a live capture, and the shape of their rings.

import type { InterfaceSettings } from '../../capture/af-packet-port.ts';
import type { FanoutGroup } from '../../native/af-packet.ts';
import type { ConfigNode } from '../../config/index.ts';
import { CHECKSUM_CHECKS } from './checksums.ts';
import type { ChecksumChecks } from './checksums.ts';
import { threadsOf } from './threads.ts';

/** An interface, and what the configuration says of it that concerns more than its ring. */
export interface CaptureInterface extends InterfaceSettings {
  /** `bpf-filter`: packets to look at, all without. */
  readonly filter: string | undefined;
  /** `checksum-checks`. */
  readonly checksums: ChecksumChecks;
  /** `copy-mode`, where packets are to be passed on. */
  readonly copyMode: string | undefined;
  /** `copy-iface`: the interface that they go out of. */
  readonly copyInterface: string | undefined;
}

/** Sections that describe interfaces, by capture method; both are read through AF_PACKET. */
export type InterfaceSection = 'af-packet' | 'pcap';

/** Stands for every interface that has no entry. */
const DEFAULT_ENTRY = 'default';
/** Small: the kernel hands over a block at every timeout however little is in it. The largest frame fits twice. */
const BLOCK_SIZE = 1 << 17;
const SMALLEST_BLOCK = 4096;
const LARGEST_BLOCK = 1 << 26;
const BLOCKS = 512;
/** `ring-size` counts packets; so many bytes are reserved for each. */
const PACKET_ROOM = 2048;
const BLOCK_TIMEOUT = 10;
const SNAP_LENGTH = 262_144;
/** `cluster-type`: how the kernel chooses among the workers (PACKET_FANOUT_* of if_packet.h). */
const CLUSTER_TYPES: Readonly<Record<string, number>> = {
  cluster_flow: 0,
  cluster_round_robin: 1,
  cluster_cpu: 2,
  cluster_rollover: 3,
  cluster_random: 4,
  cluster_qm: 5,
};
/** Fragments are put together first, for all of them to come to one worker. */
const DEFRAG = 0x8000;
const CLUSTER_ID = 99;
/** Of Suricata, and meaning nothing here: nothing is loaded into the kernel. */
const KERNEL_PROGRAMS = ['ebpf-lb-file', 'ebpf-filter-file', 'xdp-filter-file', 'bypass'];
const OFF = /^(no|false|off|0)$/i;

/**
 * The interfaces to capture from, each with its entry of the configuration or that named `default`.
 * @param names of the command line; without any, those of the configuration
 */
export function captureInterfaces(
  config: ConfigNode,
  names: readonly string[],
  section: InterfaceSection = 'af-packet',
): CaptureInterface[] {
  const entries = new Map<string, ConfigNode>();
  for (const item of config.get(section)?.items() ?? []) {
    const name = item.string('interface');
    if (name !== undefined && !entries.has(name)) entries.set(name, item);
  }
  const fallback = entries.get(DEFAULT_ENTRY);
  const wanted = names.length > 0 ? names : [...entries.keys()].filter((name) => name !== DEFAULT_ENTRY);
  const otherwise = section === 'af-packet' ? 'kernel' : 'auto';
  return [...new Set(wanted)].map((name, i) => settingsOf(name, entries.get(name) ?? fallback, i, otherwise));
}

/**
 * Workers that capture: `threads` of the interfaces, the most of them, where the run mode lets there be several.
 */
export function captureWorkers(
  config: ConfigNode,
  { section, names, mode }: { section: InterfaceSection; names: readonly string[]; mode: string | undefined },
): number {
  if ((mode ?? config.string('runmode')) === 'single') return 1;
  const entries = (config.get(section)?.items() ?? []).filter((item) => {
    const name = item.string('interface') ?? '';
    return name === DEFAULT_ENTRY || names.includes(name);
  });
  const named = entries.filter((item) => item.string('interface') !== DEFAULT_ENTRY);
  const found = named.length > 0 ? named : entries;
  // with af-packet Suricata takes all processors there are, with libpcap one
  const otherwise = section === 'af-packet' ? 'auto' : 'one';
  const device = names.length === 1 ? names[0] : undefined;
  const wanted = (found.length === 0 ? [undefined] : found).map((entry) => ({ entry, otherwise, device }) as const);
  return Math.max(...wanted.map((one) => threadsOf(config, one)));
}

function settingsOf(
  name: string,
  entry: ConfigNode | undefined,
  place: number,
  otherwise: ChecksumChecks,
): CaptureInterface {
  const blockSize = blockSizeOf(entry);
  reportPrograms(entry);
  const copyMode = entry?.string('copy-mode');
  return {
    name,
    blockSize,
    blockCount: Math.max(2, Math.ceil(ringBytes(entry, blockSize) / blockSize)),
    blockTimeout: entry?.int('block-timeout', BLOCK_TIMEOUT, { min: 1, max: 1000 }) ?? BLOCK_TIMEOUT,
    isPromiscuous: entry?.bool('disable-promisc', false) !== true && entry?.bool('promisc', true) !== false,
    snapLength: entry?.int('snaplen', SNAP_LENGTH, { min: 64, max: SNAP_LENGTH }) ?? SNAP_LENGTH,
    isShared: false,
    fanout: fanoutOf(entry, place),
    filter: entry?.string('bpf-filter'),
    checksums: entry?.choice('checksum-checks', CHECKSUM_CHECKS, otherwise) ?? otherwise,
    trustsKernel: (entry?.string('checksum-checks') ?? otherwise) !== 'yes',
    copyMode: copyMode === 'none' ? undefined : copyMode,
    copyInterface: entry?.string('copy-iface'),
  };
}

function reportPrograms(entry: ConfigNode | undefined): void {
  for (const key of KERNEL_PROGRAMS) {
    const value = entry?.get(key)?.value;
    if (value === undefined || OFF.test(value)) continue;
    entry!.report('config/no-effect', `${key} has no effect: no programs are loaded into the kernel`, key);
  }
}

function fanoutOf(entry: ConfigNode | undefined, place: number): FanoutGroup {
  const group = entry?.int('cluster-id', CLUSTER_ID - place, { min: 0, max: 0xffff }) ?? CLUSTER_ID - place;
  const types = Object.keys(CLUSTER_TYPES);
  const type = entry?.choice('cluster-type', types, 'cluster_flow') ?? 'cluster_flow';
  const defrag = entry?.bool('defrag', true) === false ? 0 : DEFRAG;
  return { group: group & 0xffff, mode: CLUSTER_TYPES[type]! | defrag };
}

function blockSizeOf(entry: ConfigNode | undefined): number {
  const size = entry?.size('block-size', BLOCK_SIZE) ?? BLOCK_SIZE;
  if (size >= SMALLEST_BLOCK && size <= LARGEST_BLOCK && Number.isInteger(Math.log2(size))) return size;
  entry?.report(
    'config/bad-value',
    `block-size: ${size} is no power of two from ${SMALLEST_BLOCK} to ${LARGEST_BLOCK}; taking ${BLOCK_SIZE}`,
    'block-size',
  );
  return BLOCK_SIZE;
}

function ringBytes(entry: ConfigNode | undefined, blockSize: number): number {
  const size = entry?.size('buffer-size', 0) ?? 0;
  if (size > 0) return size;
  if (entry?.get('ring-size') !== undefined) return entry.int('ring-size', 0, { min: 1 }) * PACKET_ROOM;
  return BLOCKS * blockSize;
}
