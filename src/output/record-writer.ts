// RecordWriter: where records (lines) go; files, sockets and the standard output behind one face.

export interface RecordWriter {
  /** One whole record with its line end. Never throws: what cannot be written is counted. */
  write(record: string): void;
  flush(): void;
  reopen(): void;
  close(): void;
  /** Records lost. */
  readonly failed: number;
}
