import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { log } from '../../src/base/log.ts';
import type { LogRecord } from '../../src/base/log-format.ts';
import { openConfig } from '../../src/config/index.ts';
import { replay } from '../../src/engine/replay.ts';
import { PcapWriter } from '../../src/pcap/index.ts';
import { ascii, tcp4 } from '../support/packets.ts';

const ACK = 16;
const SYN = 2;

describe('captures of mirror ports', () => {
  let folder: string;
  const told: string[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-mirror-'));
    told.length = 0;
    log.configure([{ level: 'warning', write: ({ message }: LogRecord) => told.push(message) }]);
  });
  afterEach(() => {
    log.configure([]);
    rmSync(folder, { recursive: true });
  });

  /** @returns packets to server and to client, of each flow */
  function flowsOf(frames: readonly Uint8Array[], settings: Record<string, string> = {}): number[][] {
    const capture = join(folder, 'input.pcap');
    const writer = new PcapWriter(capture, { linkType: 1 });
    frames.forEach((frame, i) => writer.write(frame, 0, frame.length, frame.length, 1.7e15 + i * 100));
    writer.close();
    const list = Object.entries(settings).map(([path, value]) => ({ path, value }));
    const { root: config } = openConfig({ settings: list });
    replay({ config, captures: [capture], rules: null, logDirectory: folder, isInline: false, checksums: 'none' });
    const lines = readFileSync(join(folder, 'eve.json'), 'utf8').trimEnd().split('\n');
    return lines
      .map((line) => JSON.parse(line) as { flow?: { pkts_toserver: number; pkts_toclient: number } })
      .flatMap(({ flow }) => (flow === undefined ? [] : [[flow.pkts_toserver, flow.pkts_toclient]]));
  }

  function session(port: number, sides: 'both' | 'one'): Uint8Array[] {
    const there = { sp: port, dp: 80 };
    const back = { sp: 80, dp: port };
    const hosts = { src: '10.0.0.2', dst: '10.0.0.1' };
    const answers = [
      tcp4({ ...back, seq: 100, ack: 2, flags: SYN | ACK }, undefined, hosts),
      tcp4({ ...back, seq: 101, ack: 6, flags: ACK }, undefined, hosts),
    ];
    const asks = [
      tcp4({ ...there, seq: 1, flags: SYN }),
      tcp4({ ...there, seq: 2, ack: 101, flags: ACK }),
      tcp4({ ...there, seq: 2, ack: 101, flags: ACK }, ascii('GET ')),
      tcp4({ ...there, seq: 6, ack: 101, flags: ACK }, ascii('/')),
    ];
    return sides === 'one' ? asks : [asks[0]!, answers[0]!, asks[1]!, asks[2]!, answers[1]!, asks[3]!];
  }

  it('count each packet once where copies are left out', () => {
    const frames = session(4000, 'both').flatMap((frame) => [frame, frame]);
    assert.deepEqual(flowsOf(frames), [[8, 4]]);
    rmSync(join(folder, 'eve.json'));
    assert.deepEqual(flowsOf(frames, { 'tayra.duplicates': 'drop' }), [[4, 2]]);
  });

  it('are told of where they show one direction', () => {
    const sessions = (sides: 'both' | 'one'): Uint8Array[] =>
      Array.from({ length: 60 }, (_, i) => session(4000 + i, sides)).flat();
    flowsOf(sessions('both'));
    assert.ok(!told.some((text) => text.includes('one direction')));
    flowsOf(sessions('one'));
    assert.equal(told.filter((text) => text.includes('only one direction is seen of 50 of 50 TCP sessions')).length, 1);
  });
});
