// Suricata's command line: the same flags, the same exit codes.

import { statSync } from 'node:fs';
import { log } from '../base/log.ts';
import {
  configureLogging,
  dumpConfig,
  logConfigMessages,
  logDiagnostics,
  openConfig,
  parseSetting,
} from '../config/index.ts';
import type { ConfigNode } from '../config/index.ts';
import { midstreamPolicyProblem } from '../engine/exception-policy.ts';
import { loadRules } from '../engine/load-rules.ts';
import type { LoadedRules } from '../engine/load-rules.ts';
import { logRules } from '../engine/rule-log.ts';
import { replay } from '../engine/replay.ts';
import { ruleFiles } from '../engine/rule-files.ts';
import { compatibleVersion, ownVersion } from '../engine/version.ts';
import { KEYWORDS } from '../keywords/registry.ts';
import { addon } from '../native/index.ts';
import { listCaptures } from '../pcap/index.ts';
import { parseArguments } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import { SURICATA_HELP } from './help.ts';
import { readSimulations } from './simulations.ts';

const OK = 0;
const FAILED = 1;

function last(args: Arguments, name: string): string | undefined {
  return args.values.get(name)?.at(-1);
}

export function runSuricata(words: readonly string[]): number {
  const args = parseArguments(words);
  if (args.problem !== undefined) {
    process.stderr.write(`tayra: ${args.problem}\n${SURICATA_HELP}`);
    return FAILED;
  }
  const told = information(args);
  if (told !== undefined) {
    process.stdout.write(told);
    return OK;
  }
  return run(args);
}

/** Text of the options that only tell something. */
function information(args: Arguments): string | undefined {
  const version = compatibleVersion().join('.');
  if (args.flags.has('help')) return SURICATA_HELP;
  if (args.flags.has('version')) return `This is Suricata version ${version} compatible Tayra ${ownVersion()}\n`;
  if (args.flags.has('buildInfo')) return buildInfo(version);
  if (args.flags.has('listKeywords')) {
    return KEYWORDS.map((keyword) => keyword.name)
      .sort()
      .map((name) => `- ${name}\n`)
      .join('');
  }
  return undefined;
}

function buildInfo(version: string): string {
  const yes = (has: boolean): string => (has ? 'yes' : 'no');
  return (
    `This is Suricata version ${version} compatible Tayra ${ownVersion()}\n` +
    'Features: PCAP_SET_BUFF\n' +
    `Tayra Configuration:\n  Hyperscan support: ${yes(addon?.hsVersion !== undefined)}\n` +
    `  PCRE2 support: ${yes(addon?.pcre2Version !== undefined)}\n`
  );
}

function run(args: Arguments): number {
  const settings: { path: string; value: string }[] = [];
  for (const text of args.values.get('set') ?? []) {
    const setting = parseSetting(text);
    if (setting === undefined) {
      log.error('suricata', 'Invalid argument for --set, must be key=val.');
      return FAILED;
    }
    settings.push(setting);
  }
  const logDirectory = last(args, 'logDirectory');
  if (logDirectory !== undefined) settings.push({ path: 'default-log-dir', value: logDirectory });
  const file = last(args, 'config');
  const opened = openConfig({
    ...(file === undefined ? {} : { file }),
    settings,
    includes: args.values.get('include') ?? [],
  });
  const config = opened.root;
  if (args.flags.has('dumpConfig')) {
    logConfigMessages(opened.messages);
    process.stdout.write(dumpConfig(config));
    return opened.ok ? OK : FAILED;
  }
  const directory = config.string('default-log-dir', '.') ?? '.';
  const problem = configureLogging(config, {
    verbosity: args.flags.get('verbose') ?? 0,
    logDirectory: directory,
    environment: process.env,
  });
  logConfigMessages(opened.messages);
  if (problem !== undefined) log.error('suricata', problem);
  if (!opened.ok || problem !== undefined) return FAILED;
  if (logDirectory !== undefined && !isFolder(logDirectory)) {
    log.error(
      'suricata',
      `The logging directory "${logDirectory}" supplied at the command-line (-l ${logDirectory}) doesn't exist. Shutting down the engine.`,
    );
    return FAILED;
  }
  return start(args, config, directory);
}

function start(args: Arguments, config: ConfigNode, directory: string): number {
  const version = compatibleVersion().join('.');
  log.notice(
    'suricata',
    `This is Suricata version ${version} compatible Tayra running in ${args.values.has('read') ? 'USER' : 'SYSTEM'} mode`,
  );
  const policyProblem = midstreamPolicyProblem(config, args.flags.has('simulateIps'));
  if (policyProblem !== undefined) {
    log.error('exception-policy', policyProblem);
    return FAILED;
  }
  const simulate = readSimulations(args);
  if (typeof simulate === 'string') {
    log.error('suricata', simulate);
    return FAILED;
  }
  const rules = args.flags.has('disableDetection') ? null : load(args, config);
  if (rules !== null && !acceptable(args, rules)) return FAILED;
  if (args.flags.has('test')) {
    log.notice('suricata', 'Configuration provided was successfully loaded. Exiting.');
    return OK;
  }
  if (args.flags.has('engineAnalysis')) return OK;
  const captures = capturesOf(args);
  if (captures === undefined) return FAILED;
  const result = replay({
    config,
    captures,
    rules,
    logDirectory: directory,
    isInline: args.flags.has('simulateIps'),
    checksums: last(args, 'checksums'),
    simulate,
  });
  logDiagnostics(config.takeDiagnostics());
  log.notice('pcap', `read ${captures.length} file, ${result.packets} packets, ${result.bytes} bytes`);
  log.close();
  // a folder may hold other files: they are skipped
  return result.failed > 0 && captures.length === result.failed && !isFolder(last(args, 'read') ?? '') ? FAILED : OK;
}

function load(args: Arguments, config: ConfigNode): LoadedRules {
  const exclusive = args.values.get('exclusiveRules');
  const additional = args.values.get('additionalRules');
  const files = ruleFiles(config, {
    ...(exclusive === undefined ? {} : { exclusive }),
    ...(additional === undefined ? {} : { additional }),
  });
  const rules = loadRules(config, files, { isInline: args.flags.has('simulateIps') });
  logRules(rules);
  return rules;
}

/** `-T` and `--init-errors-fatal` refuse to start with a bad rule. */
function acceptable(args: Arguments, rules: LoadedRules): boolean {
  if (rules.ruleset.failed === 0) return true;
  if (!args.flags.has('test') && !args.flags.has('initErrorsFatal')) return true;
  log.error('suricata', 'Loading signatures failed.');
  return false;
}

function capturesOf(args: Arguments): string[] | undefined {
  const path = last(args, 'read');
  if (path === undefined) {
    log.error('suricata', 'no capture source given: read a capture with -r FILE');
    return undefined;
  }
  if (!isFolder(path)) return [path];
  return [...listCaptures(path, { recursive: args.flags.has('recursive') })];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
