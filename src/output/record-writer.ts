// RecordWriter: where records (lines) go; files, sockets, the standard output and functions behind one face.

import type { ByteText } from '../base/byte-text.ts';

export interface RecordWriter {
  /** One whole record with its line end. Never throws: what cannot be written is counted. */
  write(record: string): void;
  /** Where records can be put together as bytes, behind those that wait; `commit` makes them count. */
  readonly text?: ByteText;
  /** `records` whole records were put behind those in `text`; nothing happens when none were. */
  commit?(records: number): void;
  flush(): void;
  reopen(): void;
  close(): void;
  /** Records lost. */
  readonly failed: number;
}

/** Records handed to a function, for those who use the program as a library. */
export function writerTo(take: (record: string) => void): RecordWriter {
  const nothing = (): void => undefined;
  return { write: take, flush: nothing, reopen: nothing, close: nothing, failed: 0 };
}
