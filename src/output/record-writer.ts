// RecordWriter: where records (lines) go; files, sockets, the standard output and functions behind one face.

export interface RecordWriter {
  /** One whole record with its line end. Never throws: what cannot be written is counted. */
  write(record: string): void;
  /** The same from the first `length` bytes of `data`, which are copied; where a writer can take bytes as they are. */
  writeBytes?(data: Uint8Array, length: number): void;
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
