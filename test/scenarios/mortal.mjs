// Preloaded into the program (`--import`): a worker ends before its time when a file `end-NUMBER` says how.

import { readFileSync, rmSync } from 'node:fs';
import process from 'node:process';
import { setInterval } from 'node:timers';
import { isMainThread, workerData } from 'node:worker_threads';

const LOOK = 20;

function howToEnd(path) {
  try {
    const how = readFileSync(path, 'utf8');
    rmSync(path);
    return how;
  } catch {
    return ''; // nobody wants it to end
  }
}

if (!isMainThread && workerData?.role === 'packet-worker') {
  const path = `end-${workerData.index}`;
  setInterval(() => {
    const how = howToEnd(path);
    if (how === 'throw') throw new Error('this worker was to end');
    if (how === 'exit') process.exit(3);
    if (how === 'memory') for (const kept = []; ;) kept.push(new Array(1e6).fill(kept.length));
  }, LOOK).unref();
}
