// RecordWriter: where records (lines) go; files, sockets, other threads and functions behind one face.

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

/** Names a writer to the thread that has it. */
export interface WriterRequest {
  /** Path in the configuration of the section whose settings say where the records go. */
  readonly section: string;
  /** Name of the file where the section has none. */
  readonly defaultName: string;
  /** `log`: what `filetype` of the section says; `syslog`: the system log whatever it says. */
  readonly kind: 'log' | 'syslog';
}
