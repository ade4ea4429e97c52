#!/usr/bin/env node
// tayra: `tayra replay ...` and our other commands by name; anything else is Suricata's command line.

import { runReplay } from './replay.ts';
import { runSuricata } from './suricata.ts';

const [command, ...rest] = process.argv.slice(2);
process.exitCode = await (command === 'replay' ? runReplay(rest) : runSuricata(process.argv.slice(2)));
