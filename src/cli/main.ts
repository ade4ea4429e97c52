#!/usr/bin/env node
// tayra: `tayra replay ...` and our other commands by name; anything else is Suricata's command line.

import { setFlagsFromString } from 'node:v8';
import { isMainThread, workerData } from 'node:worker_threads';
import { isMemberData, runMember } from '../engine/workers/member.ts';
import { runReplay } from './replay.ts';
import { runSuricata } from './suricata.ts';

// most of what is kept belongs to flows and is dropped soon: looked through before it has doubled, the heap stays small
setFlagsFromString('--heap-growing-percent=50');

const data: unknown = workerData;
if (!isMainThread && isMemberData(data)) runMember(data);
else {
  const [command, ...rest] = process.argv.slice(2);
  const entry = new URL(import.meta.url);
  process.exitCode = await (command === 'replay' ? runReplay(rest) : runSuricata(process.argv.slice(2), entry));
}
