// Live runs as the command line asks for them: interfaces or queues, signals, privileges, what is told at the end.

import { log } from '../base/log.ts';
import { logDiagnostics } from '../config/index.ts';
import type { ConfigNode, ConfigTexts } from '../config/index.ts';
import { Offloading, staysOn } from '../capture/offloading.ts';
import { RunControl, obeySignals } from '../engine/control.ts';
import { live } from '../engine/live.ts';
import type { LiveOptions } from '../engine/live.ts';
import type { LoadedRules } from '../engine/load-rules.ts';
import type { RuleSource } from '../engine/reload/order.ts';
import { isThroughLibpcap, moduleOf, sourceNames, writesPackets } from '../engine/live-source.ts';
import type { SourceChoice } from '../engine/live-source.ts';
import {
  askedChecksums,
  bridgeSettings,
  captureInterfaces,
  captureWorkers,
  mirrorSettings,
  mirrorWorkers,
  isShadow,
  parseQueues,
  queueSettings,
  runModeProblem,
} from '../engine/settings/index.ts';
import { nameThread } from '../native/threads.ts';
import { liveOnTeam } from '../engine/workers/live.ts';
import type { Attendant } from './attendant.ts';
import { lastValue } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import { goOnInBackground } from './daemon.ts';
import { writePidFile } from './pid-file.ts';
import type { Preparation } from './prepare.ts';
import { hasQueues, interfaceSection, interfacesOf, isInline as mayStop } from './source.ts';
import { becomeUser, warnOfLogs } from './user.ts';

const OK = 0;
const FAILED = 1;
/** A packet that nobody looks at would have to be let through or stopped: the firewall decides that better. */
const NO_FILTER = 'BPF not available in IPS mode. Use firewall filtering if possible.';

/** Until a run can reload its rules, being asked to is no reason to die. */
export function outliveEarlyReload(): void {
  process.on('SIGUSR2', () => undefined);
}

/** What is there when packets may come. */
export interface Prepared {
  readonly rules: LoadedRules | null;
  readonly directory: string;
  readonly preparation: Preparation;
  /** Where rules are read from again at a reload. */
  readonly ruleSource: RuleSource;
  /** What the files of the configuration said. */
  readonly configTexts: ConfigTexts;
  /** Module that threads start with. */
  readonly entry: URL;
  readonly attendant: Attendant | undefined;
}

/** Works on the packets of interfaces or queues until a signal ends it. @returns the exit status */
export async function watch(args: Arguments, config: ConfigNode, prepared: Prepared): Promise<number> {
  nameThread('Tayra-Main');
  const { attendant, rules, directory, preparation } = prepared;
  if (attendant?.keepsPrivileges === true && preparation.runAs !== undefined) {
    log.error('privs', 'rules of the firewall can be removed only by who may add them: leave out --user, or --setup');
    return FAILED;
  }
  const runMode = lastValue(args, 'runmode') ?? config.string('runmode');
  const modeProblem = runModeProblem(runMode);
  if (modeProblem !== undefined) {
    log.error('runmodes', modeProblem);
    return FAILED;
  }
  const source = sourceOf(args, config, prepared);
  if (typeof source === 'string') {
    log.error('suricata', source);
    return FAILED;
  }
  const removePidFile = writePidFile(args, config);
  if (removePidFile === undefined) return FAILED;
  const control = new RunControl();
  const disobey = obeySignals(control);
  const count = workersOf(args, config, source);
  const isInline = mayStop(args, config);
  const isInShadow = isInline && isShadow(config);
  const how = {
    logDirectory: directory,
    isInline,
    isShadow: isInShadow,
    simulate: preparation.simulate,
    checksums: askedChecksums(lastValue(args, 'checksums'), config),
  };
  if (isInShadow) log.notice('suricata', 'shadow mode: everything goes on; logged is what would have been stopped');
  const options: LiveOptions = {
    ...how,
    config,
    source,
    rules,
    filter: preparation.filter,
    rejectDevice: lastValue(args, 'rejectDevice'),
    control,
    ruleSource: prepared.ruleSource,
    runMode,
    areErrorsFatal: args.flags.has('initErrorsFatal'),
    extraOutputs: () => {
      logDiagnostics(config.takeDiagnostics());
      return [];
    },
    sendsNothing: isInShadow,
    onEnding: () => {
      attendant?.ending();
    },
    onReady: () => {
      const problem =
        attendant?.ready() ?? (preparation.runAs === undefined ? undefined : becomeUser(preparation.runAs));
      if (problem === undefined && preparation.runAs !== undefined) warnOfLogs(directory);
      if (problem !== undefined) return problem;
      log.notice('threads', `Threads created -> W: ${count}   Engine started.`);
      goOnInBackground();
      return undefined;
    },
  };
  const { configTexts, entry, ruleSource } = prepared;
  const recipe = { ...how, ruleSource, configTexts };
  const offloading = seesAsOnTheWire(config, source);
  const result = count === 1 ? await live(options) : await liveOnTeam(options, { count, entry, recipe });
  attendant?.ending();
  offloading?.restore((message) => {
    log.warning(moduleOf(source), message);
  });
  disobey();
  logDiagnostics(config.takeDiagnostics());
  removePidFile();
  if (typeof result === 'string') {
    log.error(moduleOf(source), result);
    log.close();
    return FAILED;
  }
  const { packets, bytes, kernelPackets, kernelDrops } = result;
  const part = kernelPackets === 0 ? 0 : (100 * kernelDrops) / kernelPackets;
  log.notice(
    moduleOf(source),
    `${namesOf(source)}: ${packets} packets, ${bytes} bytes; kernel: ${kernelPackets} packets, ${kernelDrops} drops (${part.toFixed(2)}%)`,
  );
  log.close();
  return OK;
}

/**
 * `capture.disable-offloading`: of interfaces that are watched; a bridge takes large packets as they are. Undefined where
 * everything stays as it is, which is told where it matters.
 */
function seesAsOnTheWire(config: ConfigNode, source: SourceChoice): Offloading | undefined {
  if (source.kind !== 'interfaces' || isThroughLibpcap(source)) return undefined;
  const names = sourceNames(source);
  const tell = (message: string): void => {
    log.warning(moduleOf(source), message);
  };
  if (config.bool('capture.disable-offloading', true)) return Offloading.switchOff(names, tell);
  for (const name of names) {
    const features = Offloading.of(name);
    if (features.length > 0) tell(staysOn(name, features));
  }
  return undefined;
}

/** How many threads take packets. */
function workersOf(args: Arguments, config: ConfigNode, source: SourceChoice): number {
  const mode = lastValue(args, 'runmode');
  if (isThroughLibpcap(source)) return 1; // each worker would see all packets
  if (source.kind === 'interfaces')
    return captureWorkers(config, { section: interfaceSection(args), names: sourceNames(source), mode });
  if (source.kind === 'bridge') return 1; // packets of both interfaces must keep their order
  if (source.kind === 'mirrors') return mirrorWorkers(config, mode);
  // a queue is one worker's: several share the packets because the firewall balances them
  return mode === 'single' ? 1 : source.settings.queues.length;
}

/** @returns what is wrong as a text */
function sourceOf(args: Arguments, config: ConfigNode, prepared: Prepared): SourceChoice | string {
  if (hasQueues(args)) return queues(args, config, prepared);
  const listen = args.values.get('listen');
  if (listen === undefined) return interfaces(args, config, prepared);
  const mirrors = mirrorSettings(listen);
  return typeof mirrors === 'string' ? mirrors : { kind: 'mirrors', mirrors };
}

/** @returns what is wrong as a text */
function interfaces(args: Arguments, config: ConfigNode, { preparation }: Prepared): SourceChoice | string {
  const found = captureInterfaces(config, interfacesOf(args), interfaceSection(args));
  const bridge = bridgeSettings(config, found);
  if (typeof bridge === 'string') return bridge;
  if (bridge !== undefined) {
    if (preparation.filter !== undefined) return NO_FILTER;
    return { kind: 'bridge', bridge, checksums: found.map(({ checksums }) => checksums) };
  }
  if (found.length > 0) return { kind: 'interfaces', interfaces: found };
  return 'no interface is named, neither behind -i nor in af-packet of the configuration';
}

/** @returns what is wrong as a text */
function queues(args: Arguments, config: ConfigNode, { rules, preparation }: Prepared): SourceChoice | string {
  if (preparation.filter !== undefined) return NO_FILTER;
  const numbers = parseQueues(args.values.get('queue') ?? []);
  if (typeof numbers === 'string') return numbers;
  const settings = queueSettings(config, { queues: numbers, writesPackets: writesPackets(rules) });
  log.notice(
    'nfq',
    `packets ${settings.isFailOpen ? 'pass unseen' : 'are dropped'} where a queue is full (nfq.fail-open)`,
  );
  return { kind: 'queues', settings };
}

function namesOf(source: SourceChoice): string {
  if (source.kind === 'queues') return source.settings.queues.map((queue) => `queue ${String(queue)}`).join(', ');
  return sourceNames(source).join(', ');
}
