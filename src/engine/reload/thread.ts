// The thread that compiles rules for a reload: takes one order, answers, ends.

import { parentPort, workerData } from 'node:worker_threads';
import { compileRules } from './compile-order.ts';
import { giveWay } from './give-way.ts';
import type { CompileOrder } from './order.ts';

giveWay();
parentPort?.postMessage(compileRules(workerData as CompileOrder));
