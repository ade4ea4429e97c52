// Live: the packets of interfaces or queues through one worker, until somebody asks it to stop.

import { setImmediate } from 'node:timers/promises';
import { log } from '../base/log.ts';
import { ACTION_REJECT_ANY } from '../framework/packet.ts';
import { readFilter } from '../pcap/index.ts';
import type { PacketBatch, PacketFilter } from '../pcap/index.ts';
import { Operation } from './operation.ts';
import type { OperatedSource, OperationOptions } from './operation.ts';
import { Run } from './run.ts';
import type { RunOptions } from './run.ts';
import { warmUp } from './warm-up.ts';
import { captureMode, captureRegion, checksumChecks, openSource, writesPackets } from './live-source.ts';
import type { LiveSource, SourceChoice } from './live-source.ts';
import { FrameCarrier } from '../respond/frame-carrier.ts';
import { Rejects } from '../respond/rejects.ts';
import { RouteCarrier } from '../respond/route-carrier.ts';
import { exceptionChoices } from './settings/index.ts';
import { ServiceManager } from './service-manager.ts';
import { ThreadPlacement } from './thread-placement.ts';
import type { RunControl } from './control.ts';

export interface LiveOptions extends RunOptions, Pick<OperationOptions, 'ruleSource' | 'areErrorsFatal' | 'runMode'> {
  readonly source: SourceChoice;
  /** Packets to look at, of the command line; it comes before those of the configuration. */
  readonly filter?: PacketFilter | undefined;
  /** `--reject-dev`: the interface that resets and ICMP errors go out of. */
  readonly rejectDevice?: string | undefined;
  /** Nothing is sent for packets that are rejected. */
  readonly sendsNothing?: boolean;
  readonly control: RunControl;
  /** Packets come in from now on. @returns why that must not be, undefined when all is well */
  readonly onReady: () => string | undefined;
  /** The end was asked for; packets that wait are still looked at. */
  readonly onEnding?: (() => void) | undefined;
}

export interface LiveResult {
  readonly packets: number;
  readonly bytes: number;
  readonly alerts: number;
  /** What the kernel handed over, and what it had no room for. */
  readonly kernelPackets: number;
  readonly kernelDrops: number;
}

/** Longest wait for packets, milliseconds: signals end it early. */
const WAIT = 100;
/** The same while somebody waits for the event loop. */
const WAIT_IN_USE = 5;
/** Batches between two turns of the event loop while packets come in without a pause. */
const BATCHES_PER_TURN = 16;
/** Milliseconds after which the last block is there, and those that the end may take. */
const LAST_BLOCK = 100;
const LONGEST_DRAIN = 5000;
/** Milliseconds between two looks at what is due by the clock. */
const ROUND = 250;
/**
 * Longest time between two turns of the event loop when packets come one by one, milliseconds, unless somebody waits for
 * them. A turn costs more than a packet, and is what the slowest round trips of a calm gateway wait for.
 */
const TURN = ROUND;

/** @returns the result, or the reason why it did not begin */
export async function live(options: LiveOptions): Promise<LiveResult | string> {
  const { control } = options;
  const filter = options.filter ?? configuredFilter(options.source);
  if (typeof filter === 'string') return filter;
  const source = openSource(options.source);
  if (typeof source === 'string') return source;
  const rejects = openRejects(options, source);
  const run = new Run(
    {
      ...options,
      rejects,
      isLive: true,
      isBridge: options.source.kind === 'bridge',
      captureRegion: captureRegion(options.source),
      checksumChecks: checksumChecks(options.source),
    },
    {
      captureFile: () => undefined,
      deviceName: (device) => source.deviceName(device),
      isMirror: options.source.kind === 'mirrors',
      now: () => Date.now() * 1000,
    },
  );
  const { counters } = run.worker;
  const service = ServiceManager.of(process.env);
  warmUp(options.config, options);
  const placement = ThreadPlacement.of(options.config);
  placement?.placeProgram();
  const operated = operatedSource(source, options.source);
  const operation = await Operation.open({ ...options, placement }, run, operated);
  placement?.placeWorker(0, source.names);
  const problem = typeof operation === 'string' ? operation : (source.start(counters) ?? options.onReady());
  if (problem === undefined) {
    service?.ready();
    const { onEnding } = options;
    await capture(run, source, { control, filter, onEnding, service, steering: operation as Operation });
    source.updateCounters();
  }
  service?.close();
  if (operation instanceof Operation) await operation.close();
  source.close();
  run.finish();
  rejects?.close();
  if (problem !== undefined) return problem;
  return {
    packets: run.worker.pipeline.packets,
    bytes: counters.byName('decoder.bytes'),
    alerts: counters.byName('detect.alert'),
    kernelPackets: counters.byName('capture.kernel_packets'),
    kernelDrops: counters.byName('capture.kernel_drops'),
  };
}

type RejectOptions = Pick<LiveOptions, 'config' | 'isInline' | 'rejectDevice' | 'rules' | 'sendsNothing'>;

/** Rules may come that reject: nothing only where nothing may be sent, or can be, which is told where it matters now. */
export function openRejects(options: RejectOptions, source: LiveSource): Rejects | undefined {
  const { config, isInline, rejectDevice, rules, sendsNothing } = options;
  if (sendsNothing === true) return undefined;
  const carrier =
    source.sendFrame === undefined
      ? RouteCarrier.open(rejectDevice)
      : new FrameCarrier((frame, length, p, isBack) => source.sendFrame!(frame, length, p, isBack));
  if (typeof carrier !== 'string') return new Rejects(carrier, { isInline, settle: () => source.settle?.() });
  const isByRule = rules?.ruleset.outlines.some(({ action }) => (action & ACTION_REJECT_ANY) !== 0) === true;
  const isByPolicy = Object.values(exceptionChoices(config, isInline)).some((policy) => policy.startsWith('reject'));
  if (isByRule || isByPolicy)
    log.warning('respond-reject', `rejected packets ${isInline ? 'are dropped without a word' : 'go on'}: ${carrier}`);
  return undefined;
}

/** What may be asked of the source from outside. */
export function operatedSource(source: LiveSource, choice: SourceChoice): OperatedSource {
  return {
    captureMode: captureMode(choice),
    interfaces: source.names,
    update: () => {
      source.updateCounters();
    },
    countsOf: (name) => source.countsOf(name),
  };
}

/** What is asked of a worker while packets come in. */
export interface Steering {
  /** Somebody waits for the event loop: packets should not be waited for long. */
  readonly isRestless: boolean;
  /** What was asked for since the last turn; called between two batches. */
  turn(): void;
}

interface Capture {
  readonly steering: Steering;
  readonly control: Pick<RunControl, 'isStopping'>;
  readonly filter: PacketFilter | undefined;
  readonly onEnding?: (() => void) | undefined;
  readonly service?: ServiceManager | undefined;
}

/** Packets of the source through the worker until it is to stop, and those that came before. */
export async function capture(
  run: Run,
  source: LiveSource,
  { steering, control, filter, onEnding, service }: Capture,
): Promise<void> {
  const { batch, pipeline, region } = run.worker;
  let nextRound = 0;
  let nextTurn = 0;
  const fetchCounters = (): void => {
    source.updateCounters();
  };
  // batches since the last pause, or turn
  let unbroken = 0;
  while (!control.isStopping) {
    const count = source.next(batch, region);
    if (count > 0) passOn(run, source, filter);
    unbroken = count > 0 ? unbroken + 1 : 0;
    const longest = steering.isRestless ? WAIT_IN_USE : WAIT;
    const isWaitedFor = count === 0 && !(source.rest === undefined ? source.wait(longest) : await source.rest(longest));
    if (count > 0 && unbroken < BATCHES_PER_TURN) continue;
    unbroken = 0;
    const now = Date.now();
    // what ended the wait is taken up at once, unless others have waited for long
    if (count === 0 && !isWaitedFor && now < nextTurn) continue;
    nextTurn = now + (steering.isRestless ? WAIT_IN_USE : TURN);
    if (now >= nextRound) {
      nextRound = now + ROUND;
      source.lookAfter();
      source.adapt?.({ writesPackets: writesPackets(run.rules) });
      pipeline.round(now * 1000);
      run.tellStatistics(fetchCounters);
      service?.beat(now);
    }
    steering.turn();
    await setImmediate();
  }
  service?.stopping();
  onEnding?.();
  await drain(run, source, filter);
}

/** A batch through the pipeline; what was decided on its packets is carried out. */
function passOn(run: Run, source: LiveSource, filter: PacketFilter | undefined): void {
  const { batch, pipeline } = run.worker;
  filter?.keep(batch);
  pipeline.batch(batch, source.verdicts);
  source.settle?.();
}

/**
 * What came before the end was asked for and is still in the rings: the kernel hands blocks over after a while. Each ring
 * is in order, and a batch begins with another each time. For what is left after all the time there is, see `countLost`.
 */
async function drain(run: Run, source: LiveSource, filter: PacketFilter | undefined): Promise<void> {
  const { batch, region } = run.worker;
  const asked = Date.now();
  for (let late = 0; late < source.names.length;) {
    const count = source.next(batch, region);
    const passed = Date.now() - asked;
    if (count === 0 && passed > LAST_BLOCK) return;
    if (passed > LONGEST_DRAIN) {
      countLost(run, source, asked * 1000);
      return;
    }
    if (count === 0) {
      if (source.rest === undefined) source.wait(WAIT_IN_USE);
      else await source.rest(WAIT_IN_USE);
      continue;
    }
    // what comes in turns of the event loop has the time of its turn
    const isLate = source.rest === undefined ? isLater(batch, asked * 1000) : passed > LAST_BLOCK;
    late = isLate ? late + 1 : 0;
    passOn(run, source, filter);
  }
}

/**
 * Nobody looks any more at what the batch holds and the source still has: packets that came before `asked` (microseconds)
 * are lost. Of a source that says what becomes of packets, what becomes of these is the kernel's business.
 */
function countLost(run: Run, source: LiveSource, asked: number): void {
  const { batch, region } = run.worker;
  if (source.noteLost === undefined) return;
  let left = 0;
  for (let late = 0; batch.count > 0 && late < source.names.length; source.next(batch, region)) {
    late = isLater(batch, asked) ? late + 1 : 0;
    for (let i = 0; i < batch.count; i++) {
      if (batch.timestamp[i]! > asked) continue;
      source.noteLost(batch.interfaceId[i]!);
      left++;
    }
  }
  if (left > 0)
    log.warning('capture', `${String(left)} packets that waited at the end were not looked at: they count as dropped`);
}

function isLater({ count, timestamp }: PacketBatch, than: number): boolean {
  for (let i = 0; i < count; i++) if (timestamp[i]! <= than) return false;
  return true;
}

/** The filter of the configuration, the same for all interfaces; a text tells what is wrong with it. */
export function configuredFilter(source: SourceChoice): PacketFilter | string | undefined {
  const texts = new Set(source.kind === 'interfaces' ? source.interfaces.map(({ filter }) => filter) : []);
  if (texts.size > 1) return 'af-packet: different values of bpf-filter for the interfaces of a run are not supported';
  return readFilter([...texts][0] ?? '');
}
