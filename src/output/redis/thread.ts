// The thread of a RedisWriter: takes whole lines and has the client send them; ends when it is told that no more come.

import { parentPort, workerData } from 'node:worker_threads';
import { RedisClient } from './client.ts';
import type { RedisSettings } from './settings.ts';
import { State } from './shared-state.ts';

export interface RedisThreadData {
  readonly settings: RedisSettings;
  readonly state: Int32Array<SharedArrayBuffer>;
}

const LINE_END = 10;
const { settings, state } = workerData as RedisThreadData;
const port = parentPort!;
const client = new RedisClient(settings, {
  settled(record, isTaken) {
    Atomics.sub(state, State.bytes, record.length);
    Atomics.sub(state, State.records, 1);
    if (!isTaken) Atomics.add(state, State.refused, 1);
    Atomics.add(state, State.progress, 1);
    Atomics.notify(state, State.progress);
  },
  changed(message) {
    port.postMessage(message);
  },
});

/** Lines, or null: the end. */
port.on('message', (lines: Uint8Array | null) => {
  if (lines === null) {
    client.close();
    port.close();
    return;
  }
  const bytes = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(LINE_END, at);
    client.add(bytes.subarray(at, end));
    at = end + 1;
  }
});
