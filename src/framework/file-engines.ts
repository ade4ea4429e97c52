// Where files are: the protocols that carry them, by direction, and the progress from which on.

import type { BufferEngine } from './buffer.ts';
import { toClient, toServer } from './app-keyword.ts';

export const FILE_ENGINES: readonly BufferEngine[] = [
  toServer('http1', 3),
  toClient('http1', 3),
  toServer('http2', 0),
  toClient('http2', 0),
  toServer('smtp', 0),
  toServer('ftp-data', 0),
  toClient('ftp-data', 0),
  toServer('smb', 0),
  toClient('smb', 0),
  toServer('nfs', 0),
  toClient('nfs', 0),
];
