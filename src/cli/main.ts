#!/usr/bin/env node
// tayra: `tayra replay ...` and our other commands by name; anything else is Suricata's command line.

import { setFlagsFromString } from 'node:v8';
import { isMainThread, workerData } from 'node:worker_threads';
import { isMemberData, runMember } from '../engine/workers/member.ts';
import { runCtl } from './ctl.ts';
import { runDrops } from './drops.ts';
import { runInline } from './inline.ts';
import { runReplay } from './replay.ts';
import { runRun } from './run.ts';
import { runSuricata } from './suricata.ts';

type Command = (words: readonly string[], entry: URL) => Promise<number>;

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['inline', runInline],
  ['replay', runReplay],
  ['run', runRun],
  ['ctl', runCtl],
  ['drops', runDrops],
]);

// most of what is kept belongs to flows and is dropped soon: looked through before it has doubled, the heap stays small
setFlagsFromString('--heap-growing-percent=50');

const data: unknown = workerData;
if (!isMainThread && isMemberData(data)) await runMember(data);
else {
  const [command, ...rest] = process.argv.slice(2);
  const entry = new URL(import.meta.url);
  const own = command === undefined ? undefined : COMMANDS.get(command);
  process.exitCode = await (own === undefined ? runSuricata(process.argv.slice(2), entry) : own(rest, entry));
}
