// Memcaps: the bytes that parts of a worker may use, told and changed while it runs (`memcap-list`, `memcap-set`).

import type { ConfigNode } from '../config/index.ts';
import type { Slab } from '../base/slab.ts';
import type { FlowTracker } from '../flow/flow-tracker.ts';
import type { StreamOptions } from '../stream/index.ts';

export interface Memcap {
  /** As Suricata calls it. */
  readonly name: string;
  /** Bytes it may use, 0 without limit. */
  readonly bytes: number;
  /** Bytes in use; undefined where nobody counts them. */
  inUse(): number | undefined;
  /** @returns why it cannot be that, undefined when it is */
  set(bytes: number): string | undefined;
  /** As plain data. */
  told(): { readonly name: string; readonly bytes: number; readonly most: number | undefined };
}

/** @returns why a memcap cannot be that many bytes; undefined when it can */
export function limitOf(
  { name, isFixed, most }: { readonly name: string; readonly isFixed: boolean; readonly most: number | undefined },
  bytes: number,
): string | undefined {
  if (isFixed) return `memcap value for '${name}' cannot be changed while running`;
  if (bytes === 0) return `Unlimited value is not allowed for '${name}'`;
  if (most !== undefined && bytes > most)
    return `memcap value for '${name}' cannot be more than at the start: ${sizeText(most)}`;
  return undefined;
}

export interface MemcapParts {
  readonly config: ConfigNode;
  readonly stream: StreamOptions;
  readonly reassembly: Slab;
  readonly defrag: Slab;
  /** Bytes at the start. */
  readonly flow: number;
  readonly tracker: FlowTracker;
  /** By name of the counter of what is in use. */
  readonly used: (counter: string) => number;
}

/** Of a worker: those that can be changed first, then those that are what the configuration says until the next start. */
export function memcapsOf(parts: MemcapParts): readonly Memcap[] {
  const { reassembly, stream, tracker, used, defrag } = parts;
  return [
    new ChangeableMemcap('stream', {
      get: () => stream.memcap,
      set: (bytes) => (stream.memcap = bytes),
      inUse: () => used('tcp.memuse'),
    }),
    new ChangeableMemcap('stream-reassembly', {
      get: () => stream.reassembly.memcap,
      set: (bytes) => (stream.reassembly.memcap = bytes),
      inUse: () => reassembly.inUse,
      most: reassembly.size,
    }),
    new ChangeableMemcap('flow', {
      get: (set) => set ?? parts.flow,
      set: (bytes) => {
        tracker.limit(bytes);
      },
      inUse: () => used('flow.memuse'),
    }),
    new ChangeableMemcap('defrag', {
      get: () => defrag.memcap,
      set: (bytes) => (defrag.memcap = bytes),
      inUse: () => defrag.inUse,
      most: defrag.size,
    }),
    ...FIXED.map(([name, path, fallback]) => new FixedMemcap(name, parts.config.size(path, fallback))),
  ];
}

const MB = 1 << 20;
const FIXED = [
  ['applayer-proto-http', 'app-layer.protocols.http.memcap', 0],
  ['applayer-proto-http-byterange', 'app-layer.protocols.http.byterange.memcap', 100 * MB],
  ['ippair', 'ippair.memcap', 16 * MB],
  ['host', 'host.memcap', 32 * MB],
  ['ftp', 'app-layer.protocols.ftp.memcap', 0],
] as const;

interface Access {
  /** @param set what it was last set to */
  get(set: number | undefined): number;
  set(bytes: number): void;
  inUse(): number;
  /** Memory was set aside at the start: it cannot become more. */
  readonly most?: number;
}

class ChangeableMemcap implements Memcap {
  readonly name: string;
  private readonly access: Access;
  private changed: number | undefined;

  constructor(name: string, access: Access) {
    this.name = name;
    this.access = access;
  }

  get bytes(): number {
    return this.access.get(this.changed);
  }

  inUse(): number {
    return this.access.inUse();
  }

  set(bytes: number): string | undefined {
    const problem = limitOf({ name: this.name, isFixed: false, most: this.access.most }, bytes);
    if (problem !== undefined) return problem;
    this.changed = bytes;
    this.access.set(bytes);
    return undefined;
  }

  told(): ReturnType<Memcap['told']> {
    return { name: this.name, bytes: this.bytes, most: this.access.most };
  }
}

class FixedMemcap implements Memcap {
  readonly name: string;
  readonly bytes: number;

  constructor(name: string, bytes: number) {
    this.name = name;
    this.bytes = bytes;
  }

  inUse(): undefined {
    return undefined;
  }

  set(bytes: number): string | undefined {
    return limitOf({ name: this.name, isFixed: true, most: undefined }, bytes);
  }

  told(): ReturnType<Memcap['told']> {
    return { name: this.name, bytes: this.bytes, most: undefined };
  }
}

const UNITS = ['gb', 'mb', 'kb'] as const;

/** In whole units, as Suricata tells it. */
export function sizeText(bytes: number): string {
  if (bytes === 0) return 'unlimited';
  for (const [i, unit] of UNITS.entries()) {
    const size = 1024 ** (UNITS.length - i);
    if (bytes >= size) return `${String(Math.floor(bytes / size))}${unit}`;
  }
  return `${String(bytes)}b`;
}
