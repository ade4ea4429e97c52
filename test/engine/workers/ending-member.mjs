// A worker of a team for tests: it is ready at once, and ends before its time when it is told other rules.

import process from 'node:process';
import { setTimeout } from 'node:timers';
import { parentPort, workerData } from 'node:worker_threads';

const { control, index, isReplacement, task } = workerData;
const words = new Int32Array(control, index * 16 * 4, 16);
const STOP = 1;

function look() {
  if (Atomics.load(words, STOP) === 0) return setTimeout(look, 5);
  parentPort.postMessage({ type: 'done' });
  parentPort.close();
}

if (task.filter === 'ends at the start') throw new Error('it cannot begin');
if (isReplacement && task.filter === 'ends for good') throw new Error('nor can another');
parentPort.on('message', ({ type }) => {
  if (type !== 'rules') return;
  if (isReplacement) parentPort.postMessage({ type: 'reloaded', problem: undefined });
  else if (task.filter === 'ends silently') process.exit(0);
  else throw new Error('it was to end');
});
parentPort.postMessage({ type: 'ready', counters: ['test.one', 'tayra.workers_lost'] });
look();
