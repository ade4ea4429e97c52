// Large tables and arenas: memory that is touched all over wants large pages, or its page faults cost more than its use.
import { addon } from './index.ts';

/** What is smaller gains nothing. */
const LARGE = 4 << 20;

/** Asks the system for large pages behind an array; no effect without the add-on, on small arrays and elsewhere than on Linux. */
export function preferLargePages(data: Int32Array | Uint8Array): void {
  if (data.byteLength < LARGE) return;
  addon?.adviseHugePages?.(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** Zeroed words of a table, in large pages where possible. */
export function largeWords(count: number): Int32Array<ArrayBuffer> {
  const words = new Int32Array(count);
  preferLargePages(words);
  return words;
}
