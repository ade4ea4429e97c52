// The thread that compiles rules for a reload: takes one order, answers, ends.

import { parentPort, workerData } from 'node:worker_threads';
import { compileOrder } from './compile-order.ts';
import type { CompileOrder } from './order.ts';

parentPort?.postMessage(compileOrder(workerData as CompileOrder));
