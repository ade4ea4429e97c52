import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConfig } from '../../src/config/index.ts';
import { RunControl } from '../../src/engine/control.ts';
import { loadRules } from '../../src/engine/load-rules.ts';
import { replay } from '../../src/engine/replay.ts';
import { PcapWriter } from '../../src/pcap/index.ts';
import { ascii, tcp4, udp4 } from '../support/packets.ts';

interface Event {
  readonly event_type: string;
  readonly alert?: { readonly signature_id: number };
  readonly flow?: { readonly reason: string };
}

describe('replay', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-replay-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function run(rules: string, frames: readonly Uint8Array[], mpm = 'auto'): Event[] {
    const capture = join(folder, 'input.pcap');
    const writer = new PcapWriter(capture, { linkType: 1 });
    frames.forEach((frame, i) => writer.write(frame, 0, frame.length, frame.length, 1e15 + i * 1000));
    writer.close();
    writeFileSync(join(folder, 'test.rules'), rules);
    const { root: config } = openConfig({ settings: [{ path: 'mpm-algo', value: mpm }] });
    const loaded = loadRules(config, [join(folder, 'test.rules')], { isInline: false });
    const options = { config, captures: [capture], rules: loaded, logDirectory: folder, isInline: false };
    replay({ ...options, checksums: 'none' });
    const text = readFileSync(join(folder, 'eve.json'), 'utf8').trimEnd();
    return text.split('\n').map((line) => JSON.parse(line) as Event);
  }

  const sids = (events: readonly Event[]): number[] =>
    events.flatMap((event) => (event.alert === undefined ? [] : [event.alert.signature_id]));

  const QUERY = udp4({}, ascii('hello world'));

  it('tells that a capture was not read to its end when it was asked to stop', () => {
    const capture = join(folder, 'input.pcap');
    const writer = new PcapWriter(capture, { linkType: 1 });
    // 64 batches go by between two looks
    for (let i = 0; i < 70_000; i++) writer.write(QUERY, 0, QUERY.length, QUERY.length, 1e15 + i);
    writer.close();
    const { root: config } = openConfig({});
    for (const isAsked of [false, true]) {
      const control = new RunControl();
      const ends: [string, boolean][] = [];
      const observer = {
        progress: () => {
          control.isStopping = isAsked;
        },
        end: (path: string, isGood: boolean) => void ends.push([path, isGood]),
      };
      const options = { config, captures: [capture], rules: null, logDirectory: folder, isInline: false };
      const { packets } = replay({ ...options, checksums: 'none', control, observer });
      assert.equal(packets < 70_000, isAsked);
      assert.deepEqual(ends, [[capture, !isAsked]]);
    }
  });

  for (const mpm of ['auto', 'ac']) {
    it(`raises the alerts of contents that are there, in rule order (mpm-algo ${mpm})`, () => {
      const rules = [
        'alert udp any any -> any any (msg:"absent"; content:"nothing"; sid:1;)',
        'alert udp any any -> any any (msg:"world"; content:"WORLD"; nocase; sid:2;)',
        'alert udp any any -> any any (msg:"no content"; sid:3;)',
        'alert udp any any -> any any (msg:"hello"; content:"hello"; depth:5; sid:4;)',
      ].join('\n');
      assert.deepEqual(sids(run(rules, [QUERY], mpm)), [2, 3, 4]);
    });
  }

  it('lets a pass rule end the inspection of its packet', () => {
    const rules = [
      'alert udp any any -> any any (msg:"world"; content:"world"; sid:1;)',
      'pass udp any any -> any any (msg:"hello"; content:"hello"; sid:2;)',
    ].join('\n');
    assert.deepEqual(sids(run(rules, [QUERY])), []);
  });

  it('finds a content that two segments share only in the stream', () => {
    const client = { sp: 1000, dp: 80, window: 8192 };
    const server = { sp: 80, dp: 1000, window: 8192 };
    const there = {};
    const back = { src: '10.0.0.2', dst: '10.0.0.1' };
    const frames = [
      tcp4({ ...client, seq: 1, flags: 0x02 }, undefined, there),
      tcp4({ ...server, seq: 100, ack: 2, flags: 0x12 }, undefined, back),
      tcp4({ ...client, seq: 2, ack: 101, flags: 0x10 }, undefined, there),
      tcp4({ ...client, seq: 2, ack: 101, flags: 0x18 }, ascii('spl'), there),
      tcp4({ ...client, seq: 5, ack: 101, flags: 0x18 }, ascii('itword'), there),
      tcp4({ ...server, seq: 101, ack: 11, flags: 0x10 }, undefined, back),
      tcp4({ ...client, seq: 11, ack: 101, flags: 0x11 }, undefined, there),
      tcp4({ ...server, seq: 101, ack: 12, flags: 0x11 }, undefined, back),
      tcp4({ ...client, seq: 12, ack: 102, flags: 0x10 }, undefined, there),
    ];
    const events = run('alert tcp any any -> any any (msg:"split"; content:"splitword"; sid:7;)', frames);
    assert.deepEqual(sids(events), [7]);
  });

  it('writes a flow record for every flow', () => {
    const events = run('', [QUERY]);
    assert.deepEqual(
      events.filter((event) => event.event_type === 'flow').map((event) => event.flow?.reason),
      ['shutdown'],
    );
  });

  it('reports a bad rule and loads the others', () => {
    writeFileSync(
      join(folder, 'bad.rules'),
      'alert udp any any -> any any (content:"a"; depht:1; sid:1;)\nalert ip any any -> any any (sid:2;)\n',
    );
    const { root: config } = openConfig();
    const loaded = loadRules(config, [join(folder, 'bad.rules')], { isInline: false });
    assert.equal(loaded.ruleset.failed, 1);
    assert.deepEqual(
      loaded.ruleset.outlines.map((signature) => signature.sid),
      [2],
    );
    const problem = loaded.diagnostics.find((one) => one.code === 'rule/unknown-keyword');
    assert.deepEqual([problem?.span.line, problem?.span.column], [1, 44]);
  });
});
