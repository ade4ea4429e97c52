// Cases that Suricata's answers are kept of, and where: `recorded-rules.test.ts` holds this engine against them.
//
// Run as a program it asks Suricata itself, tells what differs, and ends with 1 where something does. `--record` keeps the
// answers; without names it is all cases that are kept. Other seeds are cases, too: 'payloads 4711'.
//   SURICATA_PEER=PROGRAM npx tsx test/differential/rule-cases.ts [--record] [CASE...]

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brokenPackets } from './broken-packets.ts';
import { generatedHttp } from './generated-http.ts';
import { generatedPayloads } from './generated-payloads.ts';
import { differences, runHere, runPeer } from './rule-runs.ts';
import type { Findings, RuleCase } from './rule-runs.ts';

const KEPT = ['broken packets', 'payloads 1', 'payloads 2', 'payloads 3', 'http 1', 'http 2'];
const ANSWERS = fileURLToPath(new URL('recorded-rules.json', import.meta.url));

/** What Suricata said. */
export interface Answers {
  /** Its version. */
  readonly peer: string;
  readonly cases: Readonly<Record<string, Findings>>;
}

export function readAnswers(): Answers {
  return JSON.parse(readFileSync(ANSWERS, 'utf8')) as Answers;
}

export function ruleCase(name: string): RuleCase {
  if (name === 'broken packets') return brokenPackets();
  const [, kind, seed] = /^(payloads|http) (\d+)$/.exec(name) ?? [];
  if (kind === undefined) throw new Error(`there is no case "${name}"`);
  return kind === 'http' ? generatedHttp(Number(seed)) : generatedPayloads(Number(seed));
}

/** @returns what differs of one case */
function ask(name: string, peer: string, told: Record<string, Findings>): string[] {
  const one = ruleCase(name);
  const answer = (told[name] = runPeer(one, peer));
  return differences(one, runHere(one), answer);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { record: { type: 'boolean' } } });
  const peer = process.env['SURICATA_PEER'] ?? join(homedir(), '.cache', 'suricata-peer', 'suricata8');
  if (!existsSync(peer)) throw new Error('there is no Suricata to compare with (SURICATA_PEER)');
  const told: Record<string, Findings> = {};
  for (const name of positionals.length === 0 ? KEPT : positionals) {
    const found = ask(name, peer, told);
    console.log(`${name}: ${String(found.length)} rules differ`);
    for (const one of found) console.log(one);
    if (found.length > 0) process.exitCode = 1;
  }
  const version = /version (\d[\d.]*)/.exec(spawnSync(peer, ['-V'], { encoding: 'utf8' }).stdout)?.[1] ?? '';
  if (values.record === true) {
    const answers: Answers = { peer: version, cases: told };
    writeFileSync(ANSWERS, `${JSON.stringify(answers)}\n`);
  }
}
