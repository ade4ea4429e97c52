// Bytes in memory that all threads of the process may look at: going from thread to thread, they are not copied.

import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

/** The same bytes in such memory. */
export function sharedBytes(bytes: Uint8Array): Uint8Array<SharedArrayBuffer> {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

/** Those of a file. Throws what `node:fs` throws. */
export function readSharedFile(path: string): Uint8Array<SharedArrayBuffer> {
  const fd = openSync(path, 'r');
  try {
    const status = fstatSync(fd);
    // pipes have no size
    if (!status.isFile()) return sharedBytes(readFileSync(fd));
    const bytes = new Uint8Array(new SharedArrayBuffer(status.size));
    let length = 0;
    while (length < bytes.length) {
      const more = readSync(fd, bytes, length, bytes.length - length, length);
      // it became shorter meanwhile
      if (more === 0) break;
      length += more;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

/** The same numbers in such memory. */
export function sharedInts(numbers: Int32Array): Int32Array<SharedArrayBuffer> {
  const shared = new Int32Array(new SharedArrayBuffer(numbers.byteLength));
  shared.set(numbers);
  return shared;
}
