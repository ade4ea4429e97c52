// KeptBytes: copies of bytes that outlive their packet, one behind the other. An ArrayBuffer for each of them would cost
// more than most of what is done with it (its memory comes from the system, and the collector accounts for it).

/**
 * Bytes taken from the system at a time. They live as long as any copy in them: one that lives long, as those of a
 * connection that stays open, keeps so many alive, whatever else was between it and the next one.
 */
const ROOM = 4096;
/** Longer copies get a buffer of their own. */
const LARGE = 1024;
/** Up to here a loop is faster than a call. */
const SHORT = 64;

export class KeptBytes {
  bytes = new Uint8Array(0);
  private next = 0;

  /** Room for so many bytes, all zero. @returns where in `bytes` it begins */
  reserve(length: number): number {
    if (this.next + length > this.bytes.length) {
      this.bytes = new Uint8Array(length > ROOM ? length : ROOM);
      this.next = 0;
    }
    const at = this.next;
    this.next += length;
    return at;
  }

  /** Copies [start, end). @returns where in `bytes` the copy begins */
  keep(data: Uint8Array, start: number, end: number): number {
    const length = end - start;
    const at = this.reserve(length);
    const { bytes } = this;
    if (length > SHORT) bytes.set(data.subarray(start, end), at);
    else for (let i = 0; i < length; i++) bytes[at + i] = data[start + i]!;
    return at;
  }
}

const shared = new KeptBytes();

/** So many zero bytes, for what lives about as long as a transaction. */
export function roomOf(size: number): Uint8Array {
  if (size > LARGE) return new Uint8Array(size);
  const at = shared.reserve(size);
  return shared.bytes.subarray(at, at + size);
}

/** A copy of [start, end), for what lives about as long as a transaction; `slice` otherwise. */
export function copyOf(data: Uint8Array, start: number, end: number): Uint8Array {
  if (end - start > LARGE) return data.slice(start, end);
  const at = shared.keep(data, start, end);
  return shared.bytes.subarray(at, at + end - start);
}

/** A text as bytes, for what lives about as long as a transaction: the small buffers of Node would keep 8 KB alive each. */
export function bytesOf(text: string, encoding: 'latin1' | 'utf8'): Uint8Array {
  const bytes = Buffer.from(text, encoding);
  return copyOf(bytes, 0, bytes.length);
}
