// A program that puts its threads on processors, as the configuration named by its first argument says, and prints where
// they are: all but the first, the first, which is the worker of the second argument, and one that it starts later.

import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { openConfig } from '../../src/config/index.ts';
import { ThreadPlacement } from '../../src/engine/thread-placement.ts';
import { threadsOfProgram } from '../../src/native/threads.ts';

function processorsOf(thread: number): string {
  const status = readFileSync(`/proc/self/task/${String(thread)}/status`, 'latin1');
  return /Cpus_allowed_list:\s*(\S+)/.exec(status)![1]!;
}

const placement = ThreadPlacement.of(openConfig({ file: process.argv[2]! }).root)!;
placement.placeProgram();
const before = threadsOfProgram();
placement.placeWorker(Number(process.argv[3]));
const aside = placement.startAside(() => new Worker('setTimeout(() => undefined, 100)', { eval: true }));
await new Promise((resolve) => aside.once('online', resolve));
const later = threadsOfProgram().filter((thread) => !before.includes(thread));
const unique = (threads: readonly number[]): string[] => [...new Set(threads.map(processorsOf))];
const others = before.filter((thread) => thread !== process.pid);
console.log(JSON.stringify({ others: unique(others), own: unique([process.pid]), later: unique(later) }));
