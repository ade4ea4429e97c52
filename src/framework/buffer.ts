// Buffers: named byte ranges that rules inspect (sticky buffers), and transforms over them.

import type { ContentSpec } from './chain.ts';
import type { DetectContext } from './detect-context.ts';
import type { Packet } from './packet.ts';

/** A byte range handed out by a buffer; filled, never allocated, per packet. */
export class BufferView {
  data: Uint8Array = new Uint8Array(0);
  bufferId = -1;
  start = 0;
  end = 0;
  /** Growing buffers: offset of the byte at `start` from the beginning of the whole. */
  streamOffset = 0;
  /** False: more of a growing buffer comes, or came before. */
  isWhole = true;
  /** Numbers in it have the low byte first, where that follows from what carried it (`dce`). */
  isLittleEndian = false;
}

/** A buffer of an application layer in one protocol, direction and state of the transaction. */
export interface BufferEngine {
  readonly direction: 'toserver' | 'toclient';
  readonly appProtocol: string;
  /** Progress of the transaction from which on the buffer is there. */
  readonly progress: number;
  /** Name of the sub-state machine that `progress` counts in. */
  readonly subState?: string;
}

/** A sticky buffer. Declared by its keyword file; the engine inspects each (packet, buffer, transforms) once. */
export interface BufferDefinition {
  /** As in engine analysis and EVE, e.g. `tcp.hdr`. */
  readonly name: string;
  readonly description: string;
  /** What it is taken from. `payload` is the default buffer (packet payload and stream). */
  readonly source: 'payload' | 'packet' | 'base64' | 'app' | 'frame';
  /** Several instances per packet (sctp.chunk_data): `get` is called with 0, 1, ... until it returns false. */
  readonly isMulti: boolean;
  /** `app`: where in transactions it is taken from; for engine analysis and for planning inspection. */
  readonly engines?: readonly BufferEngine[];
  /** `frame`: the protocol and type. */
  readonly frame?: { readonly protocol: string; readonly type: string };
  /** Rules on it say with `flow` which direction they are about. */
  readonly needsDirection?: boolean;
  /** `app`: grows while its state lasts (bodies, files): looked at again with every new window. */
  readonly isGrowing?: boolean;
  /** `app`: whether the end of the transaction `ctx.tx` brought more of it (trailers): it is looked at once more. */
  hasMore?(ctx: DetectContext): boolean;
  /** Sees each content that a rule has on it, without transforms: may change it, or refuse it with a RuleError. */
  adapt?(content: ContentSpec, warn: (message: string) => void): void;
  /** Fills `view`; false when the packet (`app`: the transaction `ctx.tx`, in `ctx.txDirection`) has no such buffer. */
  get(p: Packet, ctx: DetectContext, view: BufferView, instance: number): boolean;
}

/** Declares a transform's effect: reads `from`, writes `to` (whose data may be a scratch of its own). */
export interface TransformUse {
  readonly keyword: string;
  /** Keyword and arguments: equal texts share their result. */
  readonly identity: string;
  /** False makes the buffer empty-but-present impossible: it then does not exist. */
  apply(from: BufferView, to: BufferView): boolean;
}
