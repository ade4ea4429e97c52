// RecordWriter: where records (lines) go; files, sockets and the standard output behind one face.

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
