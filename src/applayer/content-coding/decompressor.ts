// Decompressor: one compression of a body, undone as it comes.

export type Coding = 'gzip' | 'deflate' | 'br' | 'lzma';

export interface DecompressorLimits {
  /** Bytes of output from which on a body may be a bomb. */
  readonly bombLimit: number;
  /** Memory of LZMA. */
  readonly lzmaMemory: number;
  /** gzip whose CRC32 or length (RFC 1952 section 2.3.1) is wrong has failed. */
  readonly checksGzip?: boolean;
}

/** More output for one byte of input than DEFLATE can give (1032), with room for two of them. */
export const BOMB_RATIO = 2048;

/** One compression. What it gives depends on the bytes alone, not on the pieces they come in. */
export interface Decompressor {
  /** It broke off; what never was compressed does not. */
  readonly hasFailed: boolean;
  /** There is more output than `push`, `more` or `finish` returned; `more` has the next of it. */
  readonly hasMore: boolean;
  readonly isBomb: boolean;
  /** It would take more memory than it may. */
  readonly isOutOfMemory: boolean;
  /** What the bytes become; as they are where they are not compressed. Valid until the next call. */
  push(data: Uint8Array): Uint8Array;
  more(): Uint8Array;
  /** What is left when nothing follows. */
  finish(): Uint8Array;
  /** Lets go of what it needs room for; nothing more is asked of it. */
  release(): void;
}
