import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { PcapWriter } from '../../../src/pcap/index.ts';
import { ascii, bytes, concat, hex, tcp4, udp4 } from '../../support/packets.ts';

const PROGRAM = fileURLToPath(new URL('../../../dist/cli/tayra.js', import.meta.url));
const DEMO = fileURLToPath(new URL('../../../pcaps/demo.pcap', import.meta.url));
const SHIPPED = fileURLToPath(new URL('../../../rules/', import.meta.url));

interface Event {
  readonly event_type: string;
  readonly alert?: { readonly signature_id: number };
  readonly stats?: Record<string, Record<string, unknown>>;
}

/** A question for the address of a name of one label (RFC 1035 section 4). */
function question(label: string): Uint8Array {
  const head = hex('12 34 01 00 00 01 00 00 00 00 00 00');
  return concat(head, bytes(label.length), ascii(label), hex('00 00 01 00 01'));
}

/** What stays the same whoever saw the packets: flow ids do not. */
function essence(event: Event): string {
  const copy = structuredClone(event) as unknown as Record<string, unknown>;
  for (const key of ['flow_id', 'parent_id']) delete copy[key];
  return JSON.stringify(copy);
}

describe('replay on several workers', function () {
  this.timeout(120_000);
  let folder: string;
  before(function () {
    if (!existsSync(PROGRAM)) {
      console.log('      skipped: not built');
      this.skip();
    }
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-workers-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function run(capture: string, rules: string, workers: number, ...more: string[]): Event[] {
    const out = join(folder, `out-${String(workers)}`);
    mkdirSync(out);
    const mode = workers === 1 ? ['--runmode', 'single'] : ['--runmode', 'workers'];
    const words = [
      '-r',
      capture,
      '-S',
      rules,
      '-l',
      out,
      '-k',
      'none',
      ...mode,
      '--set',
      `threading.workers=${String(workers)}`,
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...words, ...more], { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
    const lines = readFileSync(join(out, 'eve.json'), 'utf8').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as Event);
  }

  /** @param step microseconds between two packets */
  function capture(frames: readonly Uint8Array[], step = 1000): string {
    const path = join(folder, 'input.pcap');
    const writer = new PcapWriter(path, { linkType: 1 });
    frames.forEach((frame, i) => writer.write(frame, 0, frame.length, frame.length, 1.7e15 + i * step));
    writer.close();
    return path;
  }

  function rulesOf(...lines: readonly string[]): string {
    writeFileSync(join(folder, 'test.rules'), lines.join('\n'));
    return join(folder, 'test.rules');
  }

  const counted = (events: readonly Event[]): Record<string, number> => {
    const result: Record<string, number> = {};
    for (const { alert } of events)
      if (alert !== undefined) result[alert.signature_id] = (result[alert.signature_id] ?? 0) + 1;
    return result;
  };

  it('tells the same as one worker does', () => {
    const rules = join(SHIPPED, '*.rules');
    const tell = (workers: number): string[] =>
      run(DEMO, rules, workers)
        .filter(({ event_type }) => event_type !== 'stats')
        .map(essence)
        .sort();
    const alone = tell(1);
    assert.ok(alone.some((text) => text.includes('"event_type":"alert"')));
    assert.deepEqual(tell(3), alone);
  });

  const alike = (capture: string, rules: string, workers: number, ...more: string[]): string[] => {
    const events = run(capture, rules, workers, ...more);
    const told = events.filter(({ event_type }) => event_type !== 'stats').map(essence);
    rmSync(join(folder, `out-${String(workers)}`), { recursive: true });
    return told.sort();
  };

  it('tells the same of a capture that is compressed, which the first thread reads', () => {
    const rules = join(SHIPPED, '*.rules');
    const packed = join(folder, 'demo.pcap.gz');
    writeFileSync(packed, gzipSync(readFileSync(DEMO)));
    assert.deepEqual(alike(packed, rules, 3), alike(DEMO, rules, 1));
  });

  it('ends flows with the same packet, whosever that is, and none while all together have few', () => {
    // a packet each 0.3 s, of another pair of hosts; half of them over TCP, whose flows last longer
    const frames = Array.from({ length: 400 }, (_, i) => {
      const fields = { src: `10.1.0.${String(i % 200)}`, dst: `10.2.${String(i % 7)}.1` };
      return i % 2 === 0
        ? udp4({ sp: 1000 + i, dp: 53 }, ascii('x'), fields)
        : tcp4({ sp: 1000 + i }, ascii('x'), fields);
    });
    const path = capture(frames, 300_000);
    const packed = join(folder, 'input.pcap.gz');
    writeFileSync(packed, gzipSync(readFileSync(path)));
    const reasons = new Set<string>();
    for (const prealloc of ['0', String(frames.length)]) {
      const more = ['--set', `flow.prealloc=${prealloc}`];
      const alone = alike(path, rulesOf(''), 1, ...more);
      for (const text of alone) reasons.add(`${prealloc} ${/"reason":"(\w+)"/.exec(text)?.[1] ?? ''}`);
      assert.deepEqual(alike(path, rulesOf(''), 3, ...more), alone, prealloc);
      assert.deepEqual(alike(packed, rulesOf(''), 3, ...more), alone, `${prealloc}, compressed`);
    }
    assert.ok(
      reasons.has('0 timeout') && reasons.has('0 shutdown') && !reasons.has('300 timeout'),
      [...reasons].join(),
    );
  });

  it('tells the same of what comes by a pipe, which can be read only once', () => {
    const rules = join(SHIPPED, '*.rules');
    const pipe = join(folder, 'pipe');
    const alone = alike(DEMO, rules, 1);
    for (const command of [`mkfifo ${pipe} && (cat ${DEMO} > ${pipe} &) && "$@" -r ${pipe}`, `"$@" -r - < ${DEMO}`]) {
      const words = ['-S', rules, '-l', folder, '-k', 'none', '--runmode', 'workers', '--set', 'threading.workers=3'];
      const shell = ['-c', command, 'sh', process.execPath, PROGRAM, ...words];
      const { status, stdout, stderr } = spawnSync('sh', shell, { encoding: 'utf8', timeout: 30_000 });
      assert.equal(status, 0, stdout + stderr);
      const lines = readFileSync(join(folder, 'eve.json'), 'utf8').trimEnd().split('\n');
      const events = lines.map((line) => JSON.parse(line) as Event).filter(({ event_type }) => event_type !== 'stats');
      rmSync(join(folder, 'eve.json'));
      assert.deepEqual(events.map(essence).sort(), alone);
    }
  });

  it('tells the same of packets that a filter lets through', () => {
    const rules = join(SHIPPED, '*.rules');
    const alone = alike(DEMO, rules, 1, 'udp');
    assert.ok(alone.length > 0 && alone.length < alike(DEMO, rules, 1).length);
    assert.deepEqual(alike(DEMO, rules, 3, 'udp'), alone);
  });

  it('tells the same of several captures, numbers their packets on, and goes past what is none', () => {
    const rules = rulesOf('alert udp any any -> any any (msg:"any"; sid:1;)');
    const captures = join(folder, 'captures');
    mkdirSync(captures);
    for (const [name, port] of [
      ['a.pcap', 1000],
      ['c.pcap', 2000],
    ] as const) {
      const frames = Array.from({ length: 100 }, (_, i) =>
        udp4({ sp: port + i }, ascii('x'), { dst: `10.7.0.${String(i % 20)}` }),
      );
      renameSync(capture(frames), join(captures, name));
    }
    writeFileSync(join(captures, 'b.pcap'), 'no capture at all, but long enough to be one');
    const alone = alike(captures, rules, 1);
    assert.equal(alone.filter((text) => text.includes('"event_type":"alert"')).length, 200);
    assert.ok(alone.some((text) => text.includes('"pcap_cnt":200,')));
    assert.deepEqual(alike(captures, rules, 3), alone);
    const words = ['-r', captures, '-S', rules, '-l', folder, '-k', 'none', '--set', 'threading.workers=3'];
    const { stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...words], { encoding: 'utf8' });
    const told = stdout + stderr;
    assert.equal(told.split('b.pcap: file is neither pcap nor pcapng').length, 2, told);
    assert.match(told, /read 2 files, 200 packets/);
  });

  it('counts thresholds over all of them', () => {
    const frames: Uint8Array[] = [];
    for (let i = 0; i < 400; i++)
      frames.push(udp4({ sp: 1000 + i }, ascii('hello'), { dst: `10.7.${String(i % 8)}.${String(i % 250)}` }));
    const rules = rulesOf(
      'alert udp any any -> any any (msg:"limit"; content:"hello"; threshold:type limit, track by_src, count 3, seconds 60; sid:1;)',
      'alert udp any any -> any any (msg:"each tenth"; content:"hello"; threshold:type threshold, track by_src, count 10, seconds 60; sid:2;)',
      'alert udp any any -> any any (msg:"beyond 350"; content:"hello"; detection_filter:track by_src, count 350, seconds 60; sid:3;)',
      'alert udp any any -> any any (msg:"once"; content:"hello"; threshold:type both, track by_rule, count 5, seconds 60; sid:4;)',
    );
    assert.deepEqual(counted(run(capture(frames), rules, 3)), { 1: 3, 2: 40, 3: 50, 4: 1 });
  });

  it('has one data set for all of them', () => {
    const frames: Uint8Array[] = [];
    for (let i = 0; i < 300; i++) {
      const host = { src: `10.5.0.${String(i % 200)}`, dst: `10.7.0.${String(i % 11)}` };
      frames.push(udp4({ sp: 2000 + i, dp: 53 }, question(`name${String(i % 30)}`), host));
    }
    const rules = rulesOf(
      'alert dns any any -> any any (msg:"new name"; dns.query; dataset:set,names,type string; sid:1;)',
    );
    assert.deepEqual(counted(run(capture(frames), rules, 3)), { 1: 30 });
  });

  it('keeps every packet in packet logs, whatever their names are', () => {
    const frames = Array.from({ length: 300 }, (_, i) =>
      udp4({ sp: 4000 + i }, ascii('x'), { dst: `10.7.0.${String(i % 50)}` }),
    );
    const path = capture(frames);
    for (const mode of ['normal', 'multi'] as const) {
      const out = join(folder, mode);
      const file = mode === 'normal' ? 'log.pcap' : 'log.%n.%t.pcap';
      const config = join(folder, `${mode}.yaml`);
      const entry = `pcap-log: { enabled: yes, filename: ${file}, mode: ${mode}, dir: ${out} }`;
      writeFileSync(config, `%YAML 1.1\n---\noutputs: [{ eve-log: { enabled: yes, types: [flow] } }, { ${entry} }]\n`);
      run(path, rulesOf(''), 3, '-c', config);
      rmSync(join(folder, 'out-3'), { recursive: true });
      const sizes = readdirSync(out).map((name) => statSync(join(out, name)).size - 24);
      assert.ok(sizes.length > 1);
      const each = 16 + frames[0]!.length;
      assert.equal(
        sizes.reduce((sum, size) => sum + size, 0),
        frames.length * each,
      );
    }
  });

  it('goes on where no rule can be loaded, as one worker does', () => {
    const rules = rulesOf('alert tcp any any -> any any (msg:"none"; no_such_keyword; sid:1;)');
    const tell = (workers: number): string[] =>
      run(DEMO, rules, workers)
        .filter(({ event_type }) => event_type === 'flow')
        .map(essence)
        .sort();
    const alone = tell(1);
    assert.ok(alone.length > 0);
    assert.deepEqual(tell(2), alone);
  });

  it('does not wait for ever for workers that cannot begin', () => {
    const config = join(folder, 'live.yaml');
    writeFileSync(config, '%YAML 1.1\n---\naf-packet: [{ interface: default, threads: 3 }]\n');
    const words = [PROGRAM, '-c', config, '-i', 'tayra-none', '-S', rulesOf(''), '-l', folder];
    const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 30_000 });
    assert.equal(status, 1, stderr);
    assert.match(stderr, /tayra-none: No such device/);
  });

  it('adds up what they counted', () => {
    const frames = Array.from({ length: 200 }, (_, i) =>
      tcp4({ sp: 3000 + i }, ascii('x'), { dst: `10.7.0.${String(i)}` }),
    );
    const last = run(capture(frames), rulesOf(''), 3)
      .filter(({ event_type }) => event_type === 'stats')
      .at(-1);
    assert.equal(last?.stats?.['decoder']?.['pkts'], 200);
  });
});
