// What the writer and its thread tell each other without messages: how much waits, and what was lost.

export const State = {
  /** Bytes of records handed over and not settled. */
  bytes: 0,
  /** Those records. */
  records: 1,
  /** Records that the server refused. */
  refused: 2,
  /** Grows with everything that is settled: to wait on. */
  progress: 3,
} as const;

const FIELDS = 4;

export function sharedState(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(FIELDS * Int32Array.BYTES_PER_ELEMENT));
}
