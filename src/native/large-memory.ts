// Large tables and arenas: memory that is touched all over wants large pages, or its page faults cost more than its use.
import { addon } from './index.ts';

/** What is smaller gains nothing. */
const LARGE = 4 << 20;

/** Asks the system for large pages behind an array; no effect without the add-on, on small arrays and elsewhere than on Linux. */
export function preferLargePages(data: Int32Array | Uint8Array): void {
  if (data.byteLength < LARGE) return;
  addon?.adviseHugePages?.(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** Bytes of a line of the cache. */
const LINE = 64;
/** Where the bytes of large arrays begin within a line: the C library keeps its own 16 before them. */
const AT_LINE = 16;

/** Zeroed words of a table, in large pages where possible; word 0 begins a line of the cache. */
export function largeWords(count: number): Int32Array<ArrayBuffer> {
  const words = new Int32Array(new ArrayBuffer(count * 4 + LINE), LINE - AT_LINE, count);
  preferLargePages(words);
  return words;
}

/** The same bytes as 64-bit numbers. */
export function doublesOf(words: Int32Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  return new Float64Array(words.buffer, words.byteOffset, words.length >> 1);
}
