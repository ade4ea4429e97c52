// The thread that compiles rules for a reload: takes one order, answers, ends.

import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { compileOrder } from './compile-order.ts';
import type { CompileOrder } from './order.ts';

const NICE = 5;
// packets come first; on Linux that is a property of this thread, elsewhere it would be one of the whole program
if (process.platform === 'linux') setPriority(NICE);

parentPort?.postMessage(compileOrder(workerData as CompileOrder));
