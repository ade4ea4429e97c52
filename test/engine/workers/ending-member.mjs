// A worker of a team for tests: it is ready at once, and ends before its time when it is told other rules, unless it takes
// them. Asked for a flow, it tells which rules it has.

import process from 'node:process';
import { setTimeout } from 'node:timers';
import { parentPort, workerData } from 'node:worker_threads';

const { control, index, isReplacement, journal, task } = workerData;
const words = new Int32Array(control, index * 16 * 4, 16);
const STOP = 1;
/** Counts the threads of the worker. */
const THREADS = 10;
const SLOW = 30;

let rules = '';
let isTaking = false;

function take({ name }) {
  if (isTaking) return parentPort.postMessage({ type: 'reloaded', problem: 'two at a time' });
  isTaking = true;
  setTimeout(() => {
    isTaking = false;
    const isRefused = task.filter === `takes all but ${name}`;
    if (!isRefused) rules = name;
    parentPort.postMessage({ type: 'reloaded', problem: isRefused ? 'not these' : undefined });
  }, SLOW);
}

/** Ends while it keeps the others out of the journal. */
function endHolding() {
  const lock = new Int32Array(journal);
  Atomics.store(lock, 0, index + 1);
  Atomics.wait(words, THREADS + 1, 0, 300);
  process.exit(0);
}

function look() {
  if (Atomics.load(words, STOP) === 0) return setTimeout(look, 5);
  parentPort.postMessage({ type: 'done' });
  parentPort.close();
}

if (task.filter === 'ends at the start') throw new Error('it cannot begin');
const threads = Atomics.add(words, THREADS, 1) + 1;
if (task.filter === 'begins again at the third try' && threads > 1 && threads < 4) throw new Error('not yet');
if (isReplacement && task.filter === 'never begins again') throw new Error('never');
parentPort.on('message', ({ type, compiled, number }) => {
  if (type === 'question') parentPort.postMessage({ type: 'replied', number, reply: { flow: { rules } } });
  if (type !== 'rules') return;
  if (task.filter.startsWith('takes')) return take(compiled);
  if (task.filter === 'ends holding the journal' && !isReplacement) return endHolding();
  if (isReplacement) parentPort.postMessage({ type: 'reloaded', problem: undefined });
  else if (task.filter === 'ends silently') process.exit(0);
  else throw new Error('it was to end');
});
parentPort.postMessage({ type: 'ready', counters: ['tayra.test_one', 'tayra.workers_lost'] });
if (isReplacement && task.filter === 'ends for good') setTimeout(() => process.exit(0), 20);
look();
