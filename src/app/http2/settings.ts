// Settings of HTTP/2: `app-layer.protocols.http2`.

import type { ConfigNode } from '../../config/index.ts';

export interface Http2Settings {
  /** Streams of a connection that are under way at a time. */
  readonly maxStreams: number;
  /** Bytes of a header table. */
  readonly maxTableSize: number;
  /** Bytes of a header block in several frames, and of the headers of one message. */
  readonly maxReassemblySize: number;
  /** Frames that are noted of a transaction. */
  readonly maxFrames: number;
  readonly bombLimit: number;
  readonly byterange: { readonly memcap: number; readonly timeout: number };
}

const MB = 1 << 20;

export function readSettings(node: ConfigNode | undefined): Http2Settings {
  const size = (key: string, fallback: number): number => node?.size(key, fallback) ?? fallback;
  return {
    maxStreams: Math.max(1, node?.int('max-streams', 256) ?? 256),
    maxTableSize: size('max-table-size', 65_536),
    maxReassemblySize: size('max-reassembly-size', 102_400),
    maxFrames: Math.max(1, node?.int('max-frames', 65_536) ?? 65_536),
    bombLimit: size('compression-bomb-limit', MB),
    byterange: { memcap: size('byterange.memcap', 100 * MB), timeout: node?.int('byterange.timeout', 60) ?? 60 },
  };
}
