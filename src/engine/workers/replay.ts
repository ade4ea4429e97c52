// Replay on several workers: each reads the captures itself and keeps the packets of its hosts. What can be read only once
// (standard input), or is compressed, this thread reads, and gives each packet to its worker.

import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { log } from '../../base/log.ts';
import { PacketRing } from '../../capture/packet-ring.ts';
import { NOT_OURS, Spread } from '../../capture/spread.ts';
import { PacketBatch, isReadableAgain, openCaptureFile } from '../../pcap/index.ts';
import type { ReplayObserver, ReplayOptions, ReplayResult } from '../replay.ts';
import { letGo } from '../load-rules.ts';
import { ThreadPlacement } from '../thread-placement.ts';
import type { MemberTask } from './messages.ts';
import { Pace } from './pace.ts';
import { Team } from './team.ts';
import type { TeamOptions } from './team.ts';

/** Bytes of packets that may wait for one worker. */
const RING = 8 << 20;
/** What is read at a time, bytes. */
const REGION = 512 << 10;
/** Milliseconds that the reader sleeps when a worker has no room. */
const WAIT = 2;
/** Milliseconds between two looks at how far the workers are. */
const LOOK = 20;

/** Workers that are threads of their own. */
export interface TeamPlan extends Pick<TeamOptions, 'entry'> {
  readonly count: number;
}

type TeamReplayOptions = Pick<ReplayOptions, 'config' | 'control' | 'filter'> & {
  readonly captures: readonly string[];
  readonly observer?: Pick<ReplayObserver, 'begin' | 'end'>;
};

/** Of captures, with the workers or for them. */
interface Reading {
  /** What each worker is to do. */
  readonly tasks: readonly MemberTask[];
  /** Captures that were read, and that could not be opened. */
  readonly files: number;
  readonly failed: number;
  /** Packets that were read; known when all workers have ended. */
  readonly packets: number;
  /** Until all captures were read, a worker failed, or the end was asked for. */
  read(team: Team): Promise<void>;
}

/**
 * Reads all captures before it returns; a text tells why it could not begin or did not come to its end. The rules are the
 * workers' then: nothing is left of them here.
 */
export async function replayOnTeam(
  options: TeamReplayOptions,
  { count, ...plan }: TeamPlan & Pick<TeamOptions, 'recipe' | 'rules'>,
): Promise<ReplayResult | string> {
  const { captures, config } = options;
  const reading = captures.every(isReadableAgain)
    ? new ReadingByWorkers(count, options)
    : new ReadingForWorkers(count, options);
  const placement = ThreadPlacement.of(config);
  placement?.placeProgram();
  const team = await Team.start({ ...plan, config, tasks: reading.tasks, mayWait: true });
  if (typeof team === 'string') return team;
  if (plan.rules !== null) letGo(plan.rules);
  placement?.placeReader();
  await reading.read(team);
  await team.finish();
  return (
    team.failure ?? {
      packets: reading.packets,
      bytes: team.totals.byName('decoder.bytes'),
      alerts: team.totals.byName('detect.alert'),
      flows: team.totals.byName('flow.total'),
      files: reading.files,
      failed: reading.failed,
      internalErrors: team.totals.byName('tayra.internal_errors'),
    }
  );
}

/** Each worker reads all captures. */
class ReadingByWorkers implements Reading {
  readonly tasks: readonly MemberTask[];
  files = 0;
  failed = 0;
  private readonly pace: Pace;
  private readonly options: TeamReplayOptions;

  constructor(workers: number, options: TeamReplayOptions) {
    const { captures, filter } = options;
    const pace = Pace.allocate(workers, captures.length);
    const task = { kind: 'captures', captures, filter: filter?.text, pace } as const;
    this.tasks = Array.from({ length: workers }, () => task);
    this.pace = new Pace(pace, workers);
    this.options = options;
  }

  get packets(): number {
    return this.pace.packets;
  }

  async read(team: Team): Promise<void> {
    const { captures, control, observer } = this.options;
    const isStopping = (): boolean => control?.isStopping === true;
    const isOver = (): boolean => isStopping() || team.failure !== undefined;
    for (const [number, path] of captures.entries()) {
      if (isOver()) break;
      observer?.begin?.(path);
      while (this.pace.captures <= number && !isOver()) {
        obey(control, team);
        await sleep(LOOK);
      }
      const isGood = this.pace.isGood(number);
      observer?.end?.(path, isGood && !isOver());
      if (isGood) this.files++;
      else this.failed++;
    }
    if (isStopping()) team.stop();
  }
}

/** What a worker gets: packet `i` of the batch. */
interface Handed {
  readonly ring: PacketRing;
  readonly i: number;
  readonly number: number;
  readonly capture: number;
}

/**
 * This thread reads, and gives each packet to its worker; with the first of each second, and the last of a
 * batch, all learn what time it is.
 */
class ReadingForWorkers implements Reading {
  readonly tasks: readonly MemberTask[];
  files = 0;
  failed = 0;
  packets = 0;
  private readonly rings: readonly PacketRing[];
  private readonly spread: Spread;
  private readonly options: TeamReplayOptions;
  private readonly region = { data: new Uint8Array(REGION), offset: 0, size: REGION };
  private readonly batch = new PacketBatch(this.region.data);
  /** Of the latest packet. */
  private second = -1;

  constructor(workers: number, options: TeamReplayOptions) {
    const { captures } = options;
    const memories = Array.from({ length: workers }, () => PacketRing.allocate(RING));
    this.tasks = memories.map((ring) => ({ kind: 'ring', captures, ring }) as const);
    this.rings = memories.map((memory) => new PacketRing(memory));
    this.spread = new Spread(workers);
    this.options = options;
  }

  async read(team: Team): Promise<void> {
    const { captures, control, observer } = this.options;
    const isOver = (): boolean => control?.isStopping === true || team.failure !== undefined;
    for (const [number, path] of captures.entries()) {
      if (isOver()) break;
      observer?.begin?.(path);
      const isGood = await this.readFile(path, number, team);
      observer?.end?.(path, isGood && !isOver());
      if (isGood) this.files++;
      else this.failed++;
    }
    for (const ring of this.rings) ring.end();
  }

  private async readFile(path: string, capture: number, team: Team): Promise<boolean> {
    const { control, filter } = this.options;
    const { batch } = this;
    const opened = openCaptureFile(path, this.region);
    if (!opened.ok) {
      log.error('pcap', `${path}: ${opened.problem.message}`);
      return false;
    }
    const { reader } = opened;
    while (reader.next(batch) > 0 && team.failure === undefined) {
      filter?.keep(batch);
      await this.handOut(capture, team);
      obey(control, team);
      if (control?.isStopping === true) break;
      await setImmediate(); // what workers write passes through this thread
    }
    for (const problem of reader.problems) log.warning('pcap', `${path}: ${problem.message}`);
    reader.close();
    return true;
  }

  private async handOut(capture: number, team: Team): Promise<void> {
    const { batch, rings, spread } = this;
    for (let i = 0; i < batch.count; i++) {
      const start = batch.offset[i]!;
      const to = spread.workerOf(batch.data, start, start + batch.length[i]!, batch.linkType[i]!);
      const number = ++this.packets;
      if (!rings[to]!.push(batch, i, number, capture))
        await this.pushLater({ ring: rings[to]!, i, number, capture }, team);
      const second = Math.floor(batch.timestamp[i]! / 1e6);
      if (second <= this.second && i < batch.count - 1) continue;
      this.second = Math.max(second, this.second);
      for (const ring of rings) {
        if (ring === rings[to] || ring.push(batch, i, NOT_OURS, capture)) continue;
        await this.pushLater({ ring, i, number: NOT_OURS, capture }, team);
      }
    }
    for (const ring of rings) ring.notify();
  }

  /** When the worker has made room. */
  private async pushLater({ ring, i, number, capture }: Handed, team: Team): Promise<void> {
    while (team.failure === undefined) {
      ring.notify();
      ring.waitForRoom(WAIT);
      await setImmediate();
      if (ring.push(this.batch, i, number, capture)) return;
    }
  }
}

/** Signals. */
function obey(control: TeamReplayOptions['control'], team: Team): void {
  if (control === undefined) return;
  if (control.wantsReopen) team.reopen();
  control.wantsReopen = false;
}
