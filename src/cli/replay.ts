// tayra replay: captures in, readable alerts and flows out.

import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { log } from '../base/log.ts';
import { configureLogging, logDiagnostics, openConfig } from '../config/index.ts';
import { loadRules } from '../engine/load-rules.ts';
import { replayInTurns } from '../engine/replay.ts';
import { ruleFiles } from '../engine/rule-files.ts';
import { listCaptures } from '../pcap/index.ts';
import { REPLAY_HELP } from './help.ts';
import { Summary } from './summary.ts';

interface ReplayArguments {
  readonly captures: string[];
  readonly rules: string[];
  out: string;
  isJson: boolean;
}

const OK = 0;
const FAILED = 1;
const WRONG_USAGE = 2;

/** @returns the exit status */
export async function runReplay(words: readonly string[]): Promise<number> {
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(REPLAY_HELP);
    return OK;
  }
  const args = parse(words);
  if (typeof args === 'string') {
    process.stderr.write(`tayra replay: ${args}\n${REPLAY_HELP}`);
    return WRONG_USAGE;
  }
  mkdirSync(args.out, { recursive: true });
  const { root: config } = openConfig({ settings: [{ path: 'default-log-dir', value: args.out }] });
  configureLogging(config, { logDirectory: args.out, environment: { SC_LOG_LEVEL: 'Warning', ...process.env } });
  const rules = loadRules(config, ruleFiles(config, { exclusive: args.rules }), { isInline: false });
  logDiagnostics(rules.diagnostics, 'detect');
  const captures = args.captures.flatMap((path) =>
    statSync(path).isDirectory() ? [...listCaptures(path, { recursive: true })] : [path],
  );
  const summary = new Summary();
  const result = await replayInTurns({
    config,
    captures,
    rules,
    logDirectory: args.out,
    isInline: false,
    checksums: 'none',
    extraOutputs: (state) => [summary.output(state)],
  });
  const files = readdirSync(args.out).map((name) => join(args.out, name));
  process.stdout.write(args.isJson ? summary.json(result, files) : summary.table(result, files));
  log.close();
  return result.failed > 0 || rules.ruleset.failed > 0 ? FAILED : OK;
}

/** The arguments, or what is wrong with them. */
function parse(words: readonly string[]): ReplayArguments | string {
  const args: ReplayArguments = { captures: [], rules: [], out: 'tayra-out', isJson: false };
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === '-r' || word === '--rules') args.rules.push(words[++i] ?? '');
    else if (word === '--out') args.out = words[++i] ?? '';
    else if (word === '--json') args.isJson = true;
    else if (word === '--table') args.isJson = false;
    else if (word.startsWith('-')) return `unknown option ${word}`;
    else args.captures.push(word);
  }
  if (args.captures.length === 0) return 'no capture given';
  const missing = [...args.captures, ...args.rules].find((path) => !existsSync(path));
  return missing === undefined ? args : `no such file: ${missing}`;
}
