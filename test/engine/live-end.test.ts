import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { log } from '../../src/base/log.ts';
import { capture } from '../../src/engine/live.ts';
import type { LiveSource } from '../../src/engine/live-source.ts';
import { ascii, udp4 } from '../support/packets.ts';
import { LiveRun } from './live-run.ts';

const PACKETS = 5;
const CHANGES = { isRestless: false, turn: () => undefined };

describe('the end of a live run', () => {
  it('looks at packets that come in turns of the event loop, too', async () => {
    log.configure([]);
    const folder = mkdtempSync(join(tmpdir(), 'tayra-end-'));
    const { run } = new LiveRun(folder, []);
    const frame = udp4({}, ascii('hello'));
    let left = PACKETS;
    let isThere = false;
    const source = {
      names: ['some0'],
      next: (batch, { offset }) => {
        batch.data.set(frame, offset);
        batch.offset[0] = offset;
        batch.length[0] = batch.wireLength[0] = frame.length;
        batch.linkType[0] = 1;
        batch.timestamp[0] = Date.now() * 1000 + 1e6;
        batch.count = isThere ? 1 : 0;
        isThere = false;
        return batch.count;
      },
      wait: () => assert.fail('nothing comes in the meantime'),
      rest: async (milliseconds) => {
        await sleep(milliseconds);
        isThere = left > 0;
        if (isThere) left--;
        return isThere;
      },
    } as Partial<LiveSource> as LiveSource;
    await capture(run, source, { control: { isStopping: true }, filter: undefined, steering: CHANGES });
    assert.equal(run.worker.pipeline.packets, PACKETS);
    run.finish();
    rmSync(folder, { recursive: true });
  });

  it('counts as dropped what it has no time to look at, and nothing that came later', async () => {
    log.configure([]);
    const folder = mkdtempSync(join(tmpdir(), 'tayra-end-'));
    const { run } = new LiveRun(folder, []);
    const frame = udp4({}, ascii('hello'));
    const clock = Date.now;
    const begin = clock();
    let calls = 0;
    const lost: number[] = [];
    const source = {
      names: ['some0', 'some1'],
      // two packets a call, each interface in its turn; of the first one what comes with the twelfth call is late
      next: (batch, { offset }) => {
        const device = calls % 2;
        const isLate = calls++ >= (device === 0 ? 12 : 18);
        batch.data.set(frame, offset);
        batch.count = 2;
        for (let i = 0; i < batch.count; i++) {
          batch.offset[i] = offset;
          batch.length[i] = batch.wireLength[i] = frame.length;
          batch.linkType[i] = 1;
          batch.interfaceId[i] = device;
          batch.timestamp[i] = (begin + (isLate ? 1 : -1) * 60_000) * 1000;
        }
        return batch.count;
      },
      wait: () => true,
      noteLost: (device) => lost.push(device),
    } as Partial<LiveSource> as LiveSource;
    // a second for each packet that is looked at
    Date.now = () => begin + run.worker.pipeline.packets * 1000;
    try {
      await capture(run, source, { control: { isStopping: true }, filter: undefined, steering: CHANGES });
    } finally {
      Date.now = clock;
    }
    assert.equal(run.worker.pipeline.packets, 6);
    assert.equal(lost.filter((device) => device === 0).length, 12 - 4);
    assert.equal(lost.filter((device) => device === 1).length, 18 - 2);
    run.finish();
    rmSync(folder, { recursive: true });
  });
});
