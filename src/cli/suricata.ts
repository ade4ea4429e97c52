// Suricata's command line: the same flags, the same exit codes.

import { log } from '../base/log.ts';
import {
  configureLogging,
  dumpConfig,
  findDeprecated,
  findWithoutEffect,
  findUnknownKeys,
  logConfigMessages,
  logDiagnostics,
  openConfig,
  parseSetting,
} from '../config/index.ts';
import type { ConfigNode, ConfigSources, ConfigTexts } from '../config/index.ts';
import { analysisPlan, writeAnalysis } from '../engine/analysis.ts';
import { midstreamPolicyProblem, tellMasterPolicy } from '../engine/exception-policy.ts';
import { strictKeywords } from '../engine/features.ts';
import { NO_RULE_FILE, loadRules } from '../engine/load-rules.ts';
import type { LoadOptions, LoadedRules } from '../engine/load-rules.ts';
import type { RuleSource } from '../engine/reload/order.ts';
import { RunControl, obeySignals } from '../engine/control.ts';
import { replayInTurns } from '../engine/replay.ts';
import { askedChecksums, replayWorkers } from '../engine/settings/index.ts';
import { replayOnTeam } from '../engine/workers/replay.ts';
import type { TeamPlan } from '../engine/workers/replay.ts';
import { logRules } from '../engine/rule-log.ts';
import { ruleFiles } from '../engine/rule-files.ts';
import { checkProtocolSettings, tellInconsistentProtocols } from '../engine/protocol-settings.ts';
import { compatibleVersion } from '../engine/version.ts';
import type { Attendant } from './attendant.ts';
import { beBackground, enterDaemonDirectory, startDaemon } from './daemon.ts';
import { CaptureDeletion } from './delete-captures.ts';
import { lastValue, parseArguments } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import { suricataHelp } from './help.ts';
import { information } from './information.ts';
import { writePidFile } from './pid-file.ts';
import { prepare } from './prepare.ts';
import { capturesOf, isFolder, isInline, isLive, isServing, sourceProblem } from './source.ts';
import { serve } from './serve.ts';
import { becomeUser } from './user.ts';
import { outliveEarlyReload, watch } from './watch.ts';
import type { Prepared } from './watch.ts';

const OK = 0;
const FAILED = 1;

/** What commands of our own add to Suricata's. */
export interface OwnCommand {
  /** Of a live run. */
  readonly attendant?: Attendant | undefined;
  /** `-S` may be repeated. */
  readonly ruleFiles: 'several';
}

/** @param entry module that threads start with, see `TeamOptions` */
export async function runSuricata(words: readonly string[], entry: URL, own?: OwnCommand): Promise<number> {
  const args = parseArguments(words);
  if (args.furtherRules !== undefined && own === undefined)
    return refuse(`Error: suricata: can't have multiple ${args.furtherRules} options or mix -s and -S.`, '');
  if (args.problem !== undefined) return refuse(`tayra: ${args.problem}`, suricataHelp());
  const told = information(args, () => protocolSettings(args));
  if (told !== undefined) {
    process.stdout.write(told);
    return OK;
  }
  const problem = sourceProblem(args);
  if (problem !== undefined)
    return refuse(`Error: ${problem.module ?? 'suricata'}: ${problem.message}`, problem.withHelp ? suricataHelp() : '');
  if (goesToBackground(args) && !beBackground()) return startDaemon();
  return run(args, { entry, attendant: own?.attendant });
}

/** What the configuration says of application protocols. */
function protocolSettings(args: Arguments): ConfigNode | undefined {
  const file = lastValue(args, 'config');
  return openConfig(file === undefined ? {} : { file }).root.get('app-layer.protocols');
}

/** Wrong usage: the reason to standard error, the help text to standard output. */
function refuse(reason: string, help: string): number {
  process.stderr.write(`${reason}\n`);
  process.stdout.write(help);
  return FAILED;
}

/** What only looks at the configuration is over before anybody would wait for it. */
function goesToBackground({ flags }: Arguments): boolean {
  return flags.has('daemon') && !['test', 'dumpConfig', 'engineAnalysis'].some((flag) => flags.has(flag));
}

async function run(args: Arguments, surroundings: Surroundings): Promise<number> {
  outliveEarlyReload();
  const settings: { path: string; value: string }[] = [];
  for (const text of args.values.get('set') ?? []) {
    const setting = parseSetting(text);
    if (setting === undefined) {
      log.error('suricata', 'Invalid argument for --set, must be key=val.');
      return FAILED;
    }
    settings.push(setting);
  }
  const logDirectory = lastValue(args, 'logDirectory');
  if (logDirectory !== undefined) settings.push({ path: 'default-log-dir', value: logDirectory });
  const dataDirectory = lastValue(args, 'dataDirectory');
  if (dataDirectory !== undefined) settings.push({ path: 'default-data-dir', value: dataDirectory });
  const file = lastValue(args, 'config');
  const sources: ConfigSources = {
    ...(file === undefined ? {} : { file }),
    settings,
    includes: args.values.get('include') ?? [],
  };
  const opened = openConfig(sources);
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
  if (goesToBackground(args) && !enterDaemonDirectory(config)) return FAILED;
  if (logDirectory !== undefined && !isFolder(logDirectory)) {
    log.error(
      'suricata',
      `The logging directory "${logDirectory}" supplied at the command-line (-l ${logDirectory}) doesn't exist. Shutting down the engine.`,
    );
    return FAILED;
  }
  if (dataDirectory !== undefined && !isFolder(dataDirectory)) {
    log.error(
      'suricata',
      `The data directory "${dataDirectory}" supplied at the command-line (-d ${dataDirectory}) doesn't exist. Shutting down the engine.`,
    );
    return FAILED;
  }
  logDiagnostics([...findDeprecated(config), ...findWithoutEffect(config), ...findUnknownKeys(config)]);
  return start(args, config, { ...surroundings, directory, sources, configTexts: opened.texts });
}

interface Surroundings {
  /** Module that threads start with. */
  readonly entry: URL;
  readonly attendant: Attendant | undefined;
}

interface Origin extends Surroundings {
  readonly directory: string;
  readonly sources: ConfigSources;
  readonly configTexts: ConfigTexts;
}

async function start(args: Arguments, config: ConfigNode, origin: Origin): Promise<number> {
  const { configTexts, directory, sources, entry, attendant } = origin;
  const version = compatibleVersion().join('.');
  log.notice(
    'suricata',
    `This is Suricata version ${version} compatible Tayra running in ${args.values.has('read') ? 'USER' : 'SYSTEM'} mode`,
  );
  const policyProblem = midstreamPolicyProblem(config, isInline(args, config));
  if (policyProblem !== undefined) {
    log.error('exception-policy', policyProblem);
    return FAILED;
  }
  tellMasterPolicy(config, isInline(args, config));
  const preparation = prepare(args, config);
  if (preparation === undefined) return FAILED;
  tellInconsistentProtocols(config.get('app-layer.protocols'));
  const isAnalysis = args.flags.has('engineAnalysis');
  const plan = analysisPlan(config, { isAnalysis });
  const ruleSource = ruleSourceOf(args, sources, { isInline: isInline(args, config) });
  const rules = args.flags.has('disableDetection')
    ? null
    : load(config, ruleSource, { collectsForAnalysis: plan !== null });
  if (rules !== null && !acceptable(args, rules)) return FAILED;
  if (args.flags.has('test')) {
    checkProtocolSettings(config.get('app-layer.protocols'));
    log.notice('suricata', 'Configuration provided was successfully loaded. Exiting.');
    return OK;
  }
  if (plan !== null && rules !== null) writeAnalysis(plan, rules.analysed, directory);
  if (isAnalysis) return OK;
  const prepared = { rules, directory, preparation, ruleSource, configTexts, entry, attendant };
  if (isServing(args)) return serve(args, config, prepared);
  if (isLive(args)) return watch(args, config, prepared);
  const workers = replayWorkers(config, lastValue(args, 'runmode'));
  if (typeof workers === 'string') {
    log.error('runmodes', workers);
    return FAILED;
  }
  // which capture had alerts, one worker knows; several are told of all captures when they begin
  const isAlone =
    workers === 1 || args.flags.has('continuous') || new CaptureDeletion(args, config).when === 'non-alerts';
  if (isAlone) return play(args, config, prepared, undefined);
  return play(args, config, prepared, { count: workers, entry });
}

async function play(
  args: Arguments,
  config: ConfigNode,
  { rules, directory, preparation, ruleSource, configTexts }: Prepared,
  team: TeamPlan | undefined,
): Promise<number> {
  const captures = capturesOf(args, config);
  if (captures === undefined) return FAILED;
  const removePidFile = writePidFile(args, config);
  if (removePidFile === undefined) return FAILED;
  const problem = preparation.runAs === undefined ? undefined : becomeUser(preparation.runAs);
  if (problem !== undefined) {
    log.error('privs', problem);
    return FAILED;
  }
  const deletion = new CaptureDeletion(args, config);
  const control = new RunControl();
  const disobey = obeySignals(control);
  const how = {
    logDirectory: directory,
    isInline: isInline(args, config),
    simulate: preparation.simulate,
    checksums: askedChecksums(lastValue(args, 'checksums'), config),
  };
  const source = { config, filter: preparation.filter, observer: deletion, control };
  const all = team === undefined ? [] : [...captures].filter((path) => path !== undefined);
  const result =
    team === undefined
      ? await replayInTurns({
          ...how,
          ...source,
          captures,
          rules,
          extraOutputs: () => {
            logDiagnostics(config.takeDiagnostics());
            return deletion.when === 'non-alerts' ? [deletion.output()] : [];
          },
        })
      : await replayOnTeam(
          { ...source, captures: all },
          { ...team, rules, recipe: { ...how, ruleSource, configTexts } },
        );
  disobey();
  if (typeof result === 'string') {
    log.error('threads', result);
    log.close();
    return FAILED;
  }
  logDiagnostics(config.takeDiagnostics());
  deletion.finish();
  log.notice(
    'pcap',
    `read ${result.files} file${result.files === 1 ? '' : 's'}, ${result.packets} packets, ${result.bytes} bytes`,
  );
  removePidFile();
  log.close();
  if (result.internalErrors > 0) return FAILED;
  // a folder may hold other files: they are skipped
  return result.failed > 0 && result.files === 0 && !isFolder(lastValue(args, 'read') ?? '') ? FAILED : OK;
}

/** Where the rules come from, at start and at every reload. */
function ruleSourceOf(args: Arguments, config: ConfigSources, { isInline }: Pick<LoadOptions, 'isInline'>): RuleSource {
  const exclusive = args.values.get('exclusiveRules');
  const additional = args.values.get('additionalRules');
  return {
    config,
    files: {
      ...(exclusive === undefined ? {} : { exclusive }),
      ...(additional === undefined ? {} : { additional }),
    },
    load: {
      isInline,
      strictKeywords: strictKeywords(lastValue(args, 'strictRuleKeywords')),
    },
  };
}

function load(
  config: ConfigNode,
  { files, load: options }: RuleSource,
  analysis: Pick<LoadOptions, 'collectsForAnalysis'>,
): LoadedRules {
  const rules = loadRules(config, ruleFiles(config, files), { ...options, ...analysis });
  logRules(rules);
  return rules;
}

/** `-T` and `--init-errors-fatal` refuse to start with a bad rule, or without a file of rules. */
function acceptable(args: Arguments, rules: LoadedRules): boolean {
  if (rules.ruleset.failed === 0 && !rules.diagnostics.some(({ code }) => code === NO_RULE_FILE)) return true;
  if (!args.flags.has('test') && !args.flags.has('initErrorsFatal')) return true;
  log.error('suricata', 'Loading signatures failed.');
  return false;
}
