// Records handed to a function.

import type { RecordWriter } from '../framework/record-writer.ts';

export type { RecordWriter };

/** For those who use the program as a library. */
export function writerTo(take: (record: string) => void): RecordWriter {
  const nothing = (): void => undefined;
  return { write: take, flush: nothing, reopen: nothing, close: nothing, failed: 0 };
}
