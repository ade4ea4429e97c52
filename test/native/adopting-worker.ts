// A worker that scans with a database lent by the main thread and answers with what it found.
import { parentPort, workerData } from 'node:worker_threads';
import { registerBuffer } from '../../src/native/buffers.ts';
import { adoptDatabase, scanDatabase, useMatchBuffer } from '../../src/native/hyperscan.ts';
import { latin1 } from './support.ts';

// loaded by the test runner too, where there is no parent
if (parentPort !== null) {
  const out = new Int32Array(8);
  const data = latin1('a World');
  useMatchBuffer(out);
  const database = adoptDatabase(workerData as Uint8Array, 3);
  parentPort.postMessage([scanDatabase(database, registerBuffer(data), 0, data.length), out[0]]);
}
