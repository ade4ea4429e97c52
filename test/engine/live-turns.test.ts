// How often a live run gives the event loop its turn: seldom while packets come one by one, for each of them waits for it.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { log } from '../../src/base/log.ts';
import { capture } from '../../src/engine/live.ts';
import type { LiveSource } from '../../src/engine/live-source.ts';
import { ascii, udp4 } from '../support/packets.ts';
import { LiveRun } from './live-run.ts';

describe('turns of the event loop', () => {
  let folder: string;
  beforeEach(() => {
    log.configure([]);
    folder = mkdtempSync(join(tmpdir(), 'tayra-turns-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Turns during so many packets, one a batch. @param isBroken whether one must be waited for, by number of the batch */
  const turnsDuring = async (
    packets: number,
    isBroken: (call: number) => boolean,
    isRestless = false,
  ): Promise<number> => {
    const { run } = new LiveRun(folder, []);
    const frame = udp4({}, ascii('hello'));
    const clock = Date.now;
    const begin = clock();
    const control = { isStopping: false };
    let calls = 0;
    let taken = 0;
    const source = {
      names: ['some0'],
      next: (batch, { offset }) => {
        batch.count = isBroken(++calls) ? 0 : 1;
        taken += batch.count;
        control.isStopping = taken >= packets;
        batch.data.set(frame, offset);
        batch.offset[0] = offset;
        batch.length[0] = batch.wireLength[0] = frame.length;
        batch.linkType[0] = 1;
        batch.timestamp[0] = begin * 1000;
        return batch.count;
      },
      wait: () => true,
      lookAfter: () => undefined,
      updateCounters: () => undefined,
    } as Partial<LiveSource> as LiveSource;
    let turns = 0;
    const turn = (): void => {
      turns++;
    };
    // a millisecond for each packet
    Date.now = () => begin + taken;
    try {
      await capture(run, source, { control, filter: undefined, steering: { isRestless, turn } });
    } finally {
      Date.now = clock;
    }
    run.finish();
    return turns;
  };

  it('are every 250 ms where packets come one by one, whichever of two looks finds them', async () => {
    assert.ok((await turnsDuring(1000, (call) => call % 2 === 0)) <= 5);
    assert.ok((await turnsDuring(1000, (call) => call % 2 === 1)) <= 5);
  });

  it('are soon where somebody waits for them', async () => {
    assert.ok((await turnsDuring(1000, (call) => call % 2 === 0, true)) >= 150);
  });

  it('are every 16 batches where there is no pause', async () => {
    const turns = await turnsDuring(1600, () => false);
    assert.ok(turns >= 90 && turns <= 110, String(turns));
  });
});
