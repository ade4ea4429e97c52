// A bug met by one packet: told, counted, and everything else goes on.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConfig } from '../../src/config/index.ts';
import { loadRules } from '../../src/engine/load-rules.ts';
import { replay } from '../../src/engine/replay.ts';
import type { ReplayResult } from '../../src/engine/replay.ts';
import type { Output } from '../../src/framework/output.ts';
import { log } from '../../src/base/log.ts';
import { OutputError } from '../../src/output/output-error.ts';
import { PcapWriter } from '../../src/pcap/index.ts';
import { ascii, udp4 } from '../support/packets.ts';
import { session } from './sessions.ts';

interface Event {
  readonly event_type: string;
  readonly alert?: { readonly signature_id: number };
  readonly src_port: number;
}

/** 20 flows of two packets each. */
const DATAGRAMS = Array.from({ length: 40 }, (_, i) => udp4({ sp: 1000 + (i % 20) }, ascii('hello world')));
const EXCHANGE = {
  client: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  server: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
};

describe('internal errors', () => {
  let folder: string;
  let told: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-errors-'));
    told = [];
    log.configure([{ level: 'error', write: ({ message }) => void told.push(message) }]);
  });
  afterEach(() => {
    log.configure([]);
    rmSync(folder, { recursive: true });
  });

  /** A rule on all datagrams. */
  function run(
    output: Partial<Output>,
    settings: Record<string, string> = {},
    isInline = false,
    frames: readonly Uint8Array[] = DATAGRAMS,
  ): ReplayResult {
    const capture = join(folder, 'input.pcap');
    const writer = new PcapWriter(capture, { linkType: 1 });
    frames.forEach((frame, i) => {
      writer.write(frame, 0, frame.length, frame.length, 1e15 + i * 1000);
    });
    writer.close();
    writeFileSync(join(folder, 'test.rules'), 'alert udp any any -> any any (msg:"hello"; content:"hello"; sid:1;)');
    const { root: config } = openConfig({
      settings: Object.entries(settings).map(([path, value]) => ({ path, value })),
    });
    const rules = loadRules(config, [join(folder, 'test.rules')], { isInline });
    const extraOutputs = (): Output[] => [{ flush: () => undefined, close: () => undefined, ...output }];
    const options = { config, captures: [capture], rules, logDirectory: folder, isInline };
    return replay({ ...options, checksums: 'none', extraOutputs });
  }

  const events = (): Event[] =>
    readFileSync(join(folder, 'eve.json'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Event);

  it('of a packet are told and counted, and the others are looked at', () => {
    const result = run({
      packet(p) {
        if (p.sp === 1003) throw new TypeError('no such thing');
      },
    });
    assert.equal(result.internalErrors, 2);
    assert.equal(result.packets, 40);
    assert.equal(result.flows, 20);
    assert.equal(events().filter(({ event_type: type }) => type === 'alert').length, 40);
    assert.equal(events().filter(({ event_type: type }) => type === 'flow').length, 20);
    assert.equal(told.length, 2);
    assert.match(told[0]!, /^packet 4: TypeError: no such thing\n {4}at /);
  });

  it('are told ten times at most', () => {
    const result = run({
      packet() {
        throw new TypeError('always');
      },
    });
    assert.equal(result.internalErrors, 40);
    assert.equal(told.length, 10);
  });

  it('at the end of a flow leave the other flows theirs', () => {
    let ended = 0;
    const result = run({
      flow() {
        if (++ended === 5) throw new RangeError('too far');
      },
    });
    assert.equal(ended, 20);
    assert.equal(result.internalErrors, 1);
    assert.match(told[0]!, /^end of a flow: RangeError: too far/);
    assert.equal(events().filter(({ event_type: type }) => type === 'flow').length, 20);
  });

  it('end the parsing of their flow', () => {
    for (const isFaulty of [false, true]) {
      let told = 0;
      const output: Partial<Output> = {
        transaction() {
          told++;
          if (isFaulty) throw new TypeError('no such thing');
        },
      };
      const result = run(output, {}, false, session(EXCHANGE, EXCHANGE, EXCHANGE));
      assert.equal(result.internalErrors, isFaulty ? 1 : 0);
      assert.equal(told, isFaulty ? 1 : 3);
    }
  });

  it('inline have app-layer.error-policy for their packet and its flow', () => {
    const dropped: number[] = [];
    const settings = { 'app-layer.error-policy': 'drop-flow' };
    const output: Partial<Output> = {
      packet(p) {
        if (p.dropReason !== 0) dropped.push(p.number);
        else if (p.sp === 1007) throw new TypeError('no such thing');
      },
    };
    assert.equal(run(output, settings, true).internalErrors, 1);
    assert.deepEqual(dropped, [28]);
  });

  it('are not what an output could not do', () => {
    const output: Partial<Output> = {
      packet() {
        throw new OutputError('open_failed', 'no room');
      },
    };
    assert.throws(() => run(output), /no room/);
  });
});
