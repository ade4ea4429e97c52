// tayra replay: captures in, readable alerts and flows out.

import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { log } from '../base/log.ts';
import { configureLogging, logConfigMessages, logDiagnostics, openConfig, parseSetting } from '../config/index.ts';
import { loadRules } from '../engine/load-rules.ts';
import { RunControl, obeySignals } from '../engine/control.ts';
import { replayInTurns } from '../engine/replay.ts';
import { ruleFiles } from '../engine/rule-files.ts';
import { listCaptures } from '../pcap/index.ts';
import { REPLAY_HELP } from './help.ts';
import { Progress } from './progress.ts';
import { Summary } from './summary.ts';

interface ReplayArguments {
  readonly captures: string[];
  readonly rules: string[];
  readonly settings: { path: string; value: string }[];
  config: string | undefined;
  out: string;
  isJson: boolean;
  hasProgress: boolean;
}

const OK = 0;
const FAILED = 1;
const WRONG_USAGE = 2;
const VALUED: readonly string[] = ['-r', '--rules', '--out', '-c', '--config', '--set'];

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
  const opened = openConfig({
    ...(args.config === undefined ? {} : { file: args.config }),
    settings: [...args.settings, { path: 'default-log-dir', value: args.out }],
  });
  const config = opened.root;
  configureLogging(config, { logDirectory: args.out, environment: { SC_LOG_LEVEL: 'Warning', ...process.env } });
  logConfigMessages(opened.messages.filter((message) => message.level === 'error'));
  if (!opened.ok) return FAILED;
  const files = ruleFiles(config, args.rules.length === 0 ? {} : { exclusive: args.rules });
  const rules = loadRules(config, files, { isInline: false });
  logDiagnostics(rules.diagnostics, 'detect');
  if (rules.ruleset.outlines.length === 0)
    process.stderr.write('tayra replay: no rules, so that nothing can alert: name some with -r\n');
  const captures = args.captures.flatMap((path) =>
    statSync(path).isDirectory() ? [...listCaptures(path, { recursive: true })] : [path],
  );
  const summary = new Summary();
  const progress = new Progress(captures.length, args.hasProgress && process.stderr.isTTY ? process.stderr : undefined);
  const control = new RunControl();
  const disobey = obeySignals(control);
  const result = await replayInTurns({
    config,
    captures,
    rules,
    logDirectory: args.out,
    isInline: false,
    checksums: 'none',
    observer: progress,
    control,
    extraOutputs: (state) => [summary.output(state)],
  });
  disobey();
  progress.finish();
  const written = readdirSync(args.out).map((name) => join(args.out, name));
  process.stdout.write(args.isJson ? summary.json(result, written) : summary.table(result, written));
  log.close();
  return result.failed > 0 || result.internalErrors > 0 || rules.ruleset.failed > 0 ? FAILED : OK;
}

/** The arguments, or what is wrong with them. */
function parse(words: readonly string[]): ReplayArguments | string {
  const args: ReplayArguments = {
    captures: [],
    rules: [],
    settings: [],
    config: undefined,
    out: 'tayra-out',
    isJson: false,
    hasProgress: true,
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (VALUED.includes(word) && words[i + 1] === undefined) return `${word} needs a value`;
    if (word === '-r' || word === '--rules') args.rules.push(words[++i]!);
    else if (word === '--out') args.out = words[++i]!;
    else if (word === '-c' || word === '--config') args.config = words[++i]!;
    else if (word === '--set') {
      const setting = parseSetting(words[++i]!);
      if (setting === undefined) return '--set: must be KEY=VALUE';
      args.settings.push(setting);
    } else if (word === '--no-progress') args.hasProgress = false;
    else if (word === '--json') args.isJson = true;
    else if (word === '--table') args.isJson = false;
    else if (word.startsWith('-')) return `unknown option ${word}`;
    else if (word.endsWith('.rules'))
      args.rules.push(word); // a shell puts a pattern's files behind `-r`
    else args.captures.push(word);
  }
  if (args.captures.length === 0) return 'no capture given';
  const named = args.config === undefined ? [] : [args.config];
  const missing = [...args.captures, ...args.rules, ...named].find((path) => !existsSync(path));
  return missing === undefined ? args : `no such file: ${missing}`;
}
