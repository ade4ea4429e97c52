// tayra inline: decides on the packets of netfilter queues, with a firewall of its own where asked, or of a bridge.

import { mkdirSync } from 'node:fs';
import { openConfig, parseSetting } from '../config/index.ts';
import type { ConfigNode } from '../config/index.ts';
import { parseQueues, queueSettings } from '../engine/settings/index.ts';
import { FirewallAttendant, tearDown } from './firewall/attendant.ts';
import { DEFAULT_EXCLUDES, HOOKS, parseExclude } from './firewall/plan.ts';
import type { Exclude, FirewallPlan, Hook } from './firewall/plan.ts';
import { INLINE_HELP } from './help.ts';
import { runSuricata } from './suricata.ts';

const OK = 0;
const FAILED = 1;
const WRONG_USAGE = 2;
const OFF = ['no', 'none'];

interface InlineArguments {
  readonly queues: string[];
  readonly hooks: Hook[];
  readonly excludes: Exclude[];
  /** The two interfaces of a bridge. */
  bridge: readonly [string, string] | undefined;
  hasNoExcludes: boolean;
  isSetUp: boolean;
  isTornDown: boolean;
  /** For the engine, in the words of Suricata's command line. */
  readonly engine: string[];
  /** Settings of the configuration, above the file's. */
  readonly settings: string[];
  config: string | undefined;
  out: string;
}

/** Options with a value that the engine knows by another spelling. */
const FOR_ENGINE: Readonly<Record<string, string>> = {
  '-r': '-S',
  '--rules': '-S',
  '--pidfile': '--pidfile',
  '--reject-dev': '--reject-dev',
};
const VALUED = [
  '--queue',
  '--bridge',
  '--chain',
  '--exclude',
  '--budget',
  '-c',
  '--config',
  '--set',
  '--out',
  ...Object.keys(FOR_ENGINE),
];

/** @returns the exit status */
export async function runInline(words: readonly string[], entry: URL): Promise<number> {
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(INLINE_HELP);
    return OK;
  }
  const args = parse(words);
  if (typeof args === 'string') {
    process.stderr.write(`tayra inline: ${args}\n${INLINE_HELP}`);
    return WRONG_USAGE;
  }
  if (args.isTornDown) {
    const { done, text } = tearDown();
    (done ? process.stdout : process.stderr).write(`tayra inline: ${text}\n`);
    return done ? OK : FAILED;
  }
  const attendant = args.isSetUp ? FirewallAttendant.create(planOf(args)) : undefined;
  if (typeof attendant === 'string') {
    process.stderr.write(`tayra inline: --setup: ${attendant}\n`);
    return FAILED;
  }
  mkdirSync(args.out, { recursive: true });
  if (saysNothingOfMidstream(args)) args.settings.push('stream.midstream=yes');
  const engine = [
    ...(args.config === undefined ? [] : ['-c', args.config]),
    ...sourceOf(args),
    ...args.settings.flatMap((setting) => ['--set', setting]),
    ...args.engine,
    ...['-l', args.out],
  ];
  return runSuricata(engine, entry, { attendant, ruleFiles: 'several' });
}

/** Where packets come from, in Suricata's words. */
function sourceOf({ bridge, queues }: InlineArguments): string[] {
  if (bridge === undefined) return queues.flatMap((queue) => ['-q', queue]);
  const ports = [...bridge].map((name, i) => [name, bridge[1 - i]!] as const);
  const settings = ports.flatMap(([name, peer], i) => {
    const entry = `af-packet.${String(i)}`;
    return [`${entry}.interface=${name}`, `${entry}.copy-mode=ips`, `${entry}.copy-iface=${peer}`];
  });
  return [...bridge.flatMap((name) => ['-i', name]), ...settings.flatMap((setting) => ['--set', setting])];
}

/** The arguments, or what is wrong with them. */
function parse(words: readonly string[]): InlineArguments | string {
  const args: InlineArguments = {
    queues: [],
    hooks: [],
    excludes: [],
    bridge: undefined,
    hasNoExcludes: false,
    isSetUp: false,
    isTornDown: false,
    engine: [],
    settings: [],
    config: undefined,
    out: 'tayra-out',
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const problem = VALUED.includes(word) ? takeValue(args, word, words[++i]) : takeFlag(args, word);
    if (problem !== '') return problem;
  }
  if (args.bridge !== undefined && (args.queues.length > 0 || args.isSetUp))
    return '--bridge: packets of a bridge come from no queue: leave out --queue and --setup';
  if (args.queues.length === 0) args.queues.push('0');
  if (args.hooks.length === 0) args.hooks.push('FORWARD');
  const queues = parseQueues(args.queues);
  if (typeof queues === 'string') return queues;
  if (args.isSetUp && Math.max(...queues) - Math.min(...queues) + 1 !== queues.length)
    return '--setup: the queues must follow one another (--queue 0:3)';
  return args;
}

/** @returns what is wrong, '' for nothing */
function takeFlag(args: InlineArguments, word: string): string {
  if (word === '--setup') args.isSetUp = true;
  else if (word === '--teardown') args.isTornDown = true;
  else if (word === '--shadow') args.settings.push('tayra.shadow=yes');
  else if (word === '--fail-closed') args.settings.push('nfq.fail-open=no');
  else if (/^-v+$/.test(word)) args.engine.push(word);
  else return word.startsWith('-') ? `unknown option ${word}` : `unknown argument ${word}`;
  return '';
}

/** @returns what is wrong, '' for nothing */
function takeValue(args: InlineArguments, word: string, value: string | undefined): string {
  if (value === undefined) return `${word} needs a value`;
  if (word === '--queue') args.queues.push(value);
  else if (word === '--out') args.out = value;
  else if (word === '-c' || word === '--config') args.config = value;
  else if (word === '--bridge') return takeBridge(args, value);
  else if (word === '--chain') return takeHook(args, value);
  else if (word === '--exclude') return takeExclude(args, value);
  else if (word === '--budget') {
    if (!/^\d{1,5}$/.test(value)) return `--budget: "${value}" is no number of milliseconds`;
    args.settings.push(`nfq.packet-timeout=${value}`);
  } else if (word === '--set') {
    if (parseSetting(value) === undefined) return '--set: must be KEY=VALUE';
    args.settings.push(value);
  } else args.engine.push(FOR_ENGINE[word]!, value);
  return '';
}

function takeBridge(args: InlineArguments, value: string): string {
  const [first = '', second = '', ...rest] = value.split(':');
  if (first === '' || second === '' || first === second || rest.length > 0)
    return `--bridge: "${value}" names no two interfaces (eth1:eth2)`;
  args.bridge = [first, second];
  return '';
}

function takeHook(args: InlineArguments, value: string): string {
  const hook = HOOKS.find((name) => name === value.toUpperCase());
  if (hook === undefined) return `--chain: "${value}" is none of ${HOOKS.join(', ')}`;
  args.hooks.push(hook);
  return '';
}

function takeExclude(args: InlineArguments, value: string): string {
  if (OFF.includes(value)) {
    args.hasNoExcludes = true;
    return '';
  }
  const exclude = parseExclude(value);
  if (exclude === undefined) return `--exclude: "${value}" is no ADDRESS, ADDRESS:PORT, [ADDRESS]:PORT or :PORT`;
  args.excludes.push(exclude);
  return '';
}

/** Connections that are under way when the program starts, or starts anew, go on unless the configuration says otherwise. */
function saysNothingOfMidstream({ config, settings }: InlineArguments): boolean {
  const root = configOf({ config, settings });
  const policies = ['stream.midstream-policy', 'exception-policy'].map((key) => root.get(key)?.value ?? 'auto');
  return root.get('stream.midstream') === undefined && policies.every((policy) => policy === 'auto');
}

function configOf({ config, settings }: Pick<InlineArguments, 'config' | 'settings'>): ConfigNode {
  const set = settings.map(parseSetting).filter((setting) => setting !== undefined);
  return openConfig({ ...(config === undefined ? {} : { file: config }), settings: set }).root;
}

function planOf(args: InlineArguments): FirewallPlan {
  const queues = parseQueues(args.queues) as number[];
  const { bypass, isFailOpen } = queueSettings(configOf(args), { queues, writesPackets: false });
  return {
    queues: [Math.min(...queues), Math.max(...queues)],
    hooks: [...new Set(args.hooks)],
    excludes: [...(args.hasNoExcludes ? [] : DEFAULT_EXCLUDES), ...args.excludes],
    passesUnattended: isFailOpen,
    bypass,
  };
}
