// What a message asks of the connection it comes on.

import type { TrackedFile } from '../../../framework/file.ts';

/** What can be remarkable about a message: names of anomalies. */
export type MimeNote =
  | 'mime_invalid_base64'
  | 'mime_invalid_qp'
  | 'mime_long_line'
  | 'mime_long_enc_line'
  | 'mime_long_header_name'
  | 'mime_long_header_value'
  | 'mime_long_boundary'
  | 'mime_long_filename';

export interface MessageHost {
  note(name: MimeNote): void;
  openFile(name: Uint8Array): TrackedFile;
  appendFile(file: TrackedFile, data: Uint8Array, start: number, end: number): void;
  closeFile(file: TrackedFile, how: 'closed' | 'truncated'): void;
}
