// The thread that compiles pattern databases for a reload: takes one order, answers, ends.

import { parentPort, workerData } from 'node:worker_threads';
import { compilePatterns } from './compile-patterns.ts';
import { giveWay } from './give-way.ts';
import type { PatternOrder } from './order.ts';

giveWay();
parentPort?.postMessage(compilePatterns(workerData as PatternOrder));
