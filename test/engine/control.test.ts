import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConfig } from '../../src/config/index.ts';
import { RunControl, obeySignals } from '../../src/engine/control.ts';
import { replay } from '../../src/engine/replay.ts';
import type { ReplayObserver, ReplayResult } from '../../src/engine/replay.ts';
import { PcapWriter } from '../../src/pcap/index.ts';
import { ascii, udp4 } from '../support/packets.ts';

/** More than some steps of a replay take. */
const PACKETS = 100_000;

describe('control of a run', () => {
  let folder: string;
  const path = (name: string): string => join(folder, name);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-control-'));
    const writer = new PcapWriter(path('input.pcap'), { linkType: 1 });
    const frame = udp4({ sp: 1000, dp: 53 }, ascii('hello'));
    for (let i = 0; i < PACKETS; i++) writer.write(frame, 0, frame.length, frame.length, 1e15 + i);
    writer.close();
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const run = (control: RunControl, observer: ReplayObserver): ReplayResult => {
    rmSync(path('eve.json'), { force: true });
    const { root: config } = openConfig({ settings: [] });
    const captures = [path('input.pcap')];
    const options = { config, captures, rules: null, logDirectory: folder, isInline: false, checksums: 'none' };
    return replay({ ...options, control, observer });
  };

  it('stops between batches and brings what was read to its end', () => {
    const control = new RunControl();
    const { packets } = run(control, { progress: () => (control.isStopping = true) });
    assert.ok(packets > 0 && packets < PACKETS, String(packets));
    const flows = readFileSync(path('eve.json'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"event_type":"flow"'));
    assert.equal(flows.length, 1);
    assert.match(flows[0]!, new RegExp(`"pkts_toserver":${String(packets)},`));
  });

  it('goes on in a new file after the old one was moved away', () => {
    const control = new RunControl();
    run(control, {
      progress: () => {
        if (existsSync(path('moved.json'))) return;
        renameSync(path('eve.json'), path('moved.json'));
        control.wantsReopen = true;
      },
    });
    assert.equal(readFileSync(path('moved.json'), 'utf8'), '');
    assert.match(readFileSync(path('eve.json'), 'utf8'), /"event_type":"flow"/);
  });

  it('obeys signals while asked to', () => {
    const control = new RunControl();
    const disobey = obeySignals(control);
    process.emit('SIGHUP');
    assert.deepEqual([control.isStopping, control.wantsReopen], [false, true]);
    process.emit('SIGTERM');
    assert.equal(control.isStopping, true);
    disobey();
    assert.equal(process.listenerCount('SIGHUP'), 0);
  });
});
