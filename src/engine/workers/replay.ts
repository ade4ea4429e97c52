// Replay on several workers: this thread reads captures and gives each packet to the worker of its hosts.

import { setImmediate } from 'node:timers/promises';
import { log } from '../../base/log.ts';
import { PacketRing } from '../../capture/packet-ring.ts';
import { Spread } from '../../capture/spread.ts';
import { PacketBatch, openCaptureFile } from '../../pcap/index.ts';
import type { ReplayOptions, ReplayResult } from '../replay.ts';
import { letGo } from '../load-rules.ts';
import { ThreadPlacement } from '../thread-placement.ts';
import { Team } from './team.ts';
import type { TeamOptions } from './team.ts';

/** Bytes of packets that may wait for one worker. */
const RING = 8 << 20;
/** What is read at a time, bytes. */
const REGION = 2 << 20;
/** Milliseconds that the reader sleeps when a worker has no room. */
const WAIT = 2;

/** Workers that are threads of their own. */
export interface TeamPlan extends Pick<TeamOptions, 'entry'> {
  readonly count: number;
}

/**
 * Reads all captures before it returns; a text tells why it could not begin or did not come to its end. The rules are the
 * workers' then: nothing is left of them here.
 */
export async function replayOnTeam(
  options: Pick<ReplayOptions, 'config' | 'control' | 'filter' | 'observer'> & { readonly captures: readonly string[] },
  { count, ...plan }: TeamPlan & Pick<TeamOptions, 'recipe' | 'rules'>,
): Promise<ReplayResult | string> {
  const memories = Array.from({ length: count }, () => PacketRing.allocate(RING));
  const { captures, config } = options;
  const tasks = memories.map((ring) => ({ kind: 'captures', captures, ring }) as const);
  const placement = ThreadPlacement.of(config);
  placement?.placeProgram();
  const team = await Team.start({ ...plan, config, tasks, mayWait: true });
  if (typeof team === 'string') return team;
  if (plan.rules !== null) letGo(plan.rules);
  placement?.placeReader();
  const rings = memories.map((memory) => new PacketRing(memory));
  const reading = new Reading(team, rings, options);
  let files = 0;
  for (const [number, path] of options.captures.entries()) {
    if (options.control?.isStopping === true || team.failure !== undefined) break;
    options.observer?.begin?.(path);
    const isGood = await reading.read(path, number);
    options.observer?.end?.(path, isGood);
    if (isGood) files++;
  }
  for (const ring of rings) ring.end();
  await team.finish();
  return (
    team.failure ?? {
      packets: reading.packets,
      bytes: team.totals.byName('decoder.bytes'),
      alerts: team.totals.byName('detect.alert'),
      flows: team.totals.byName('flow.total'),
      files,
      failed: reading.failed,
    }
  );
}

class Reading {
  packets = 0;
  failed = 0;
  private readonly team: Team;
  private readonly rings: readonly PacketRing[];
  private readonly workers: Spread;
  private readonly options: Pick<ReplayOptions, 'control' | 'filter' | 'observer'>;
  private readonly region = { data: new Uint8Array(REGION), offset: 0, size: REGION };
  private readonly batch = new PacketBatch(this.region.data);

  constructor(team: Team, rings: readonly PacketRing[], options: Reading['options']) {
    this.team = team;
    this.rings = rings;
    this.workers = new Spread(rings.length);
    this.options = options;
  }

  async read(path: string, capture: number): Promise<boolean> {
    const { control, filter, observer } = this.options;
    const { batch, team } = this;
    const opened = openCaptureFile(path, this.region);
    if (!opened.ok) {
      log.error('pcap', `${path}: ${opened.problem.message}`);
      this.failed++;
      return false;
    }
    const { reader } = opened;
    while (reader.next(batch) > 0 && team.failure === undefined) {
      filter?.keep(batch);
      await this.spread(capture);
      observer?.progress?.(path, reader.progress());
      if (control?.wantsReopen === true) team.reopen();
      if (control !== undefined) control.wantsReopen = false;
      if (control?.isStopping === true) break;
      await setImmediate(); // what workers write passes through this thread
    }
    for (const problem of reader.problems) log.warning('pcap', `${path}: ${problem.message}`);
    reader.close();
    return true;
  }

  private async spread(capture: number): Promise<void> {
    const { batch, rings, team, workers } = this;
    for (let i = 0; i < batch.count; i++) {
      const start = batch.offset[i]!;
      const to = workers.workerOf(batch.data, start, start + batch.length[i]!, batch.linkType[i]!);
      const ring = rings[to]!;
      const number = ++this.packets;
      while (!ring.push(batch, i, number, capture)) {
        ring.notify();
        ring.waitForRoom(WAIT);
        await setImmediate();
        if (team.failure !== undefined) return;
      }
    }
    for (const ring of rings) ring.notify();
  }
}
