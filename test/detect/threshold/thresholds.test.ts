// Thresholds over a hand-made run of matches.

import assert from 'node:assert/strict';
import { Action } from '../../../src/framework/packet.ts';
import type { Signature, ThresholdSpec } from '../../../src/framework/signature.ts';
import { ThresholdResult, Thresholds, globalSpecs } from '../../../src/detect/threshold/index.ts';
import type { GlobalSpec } from '../../../src/detect/threshold/index.ts';
import { Variables, parseThresholds } from '../../../src/rules/index.ts';
import { context, packet } from '../../keywords/support.ts';

const BASE: ThresholdSpec = {
  type: 'limit',
  track: 'by_src',
  count: 1,
  seconds: 10,
  multiplier: 0,
  uniqueOn: 'none',
  newAction: 0,
  timeout: 0,
  covers: null,
};

function signature(spec: Partial<ThresholdSpec> | null): Signature {
  return { gid: 1, sid: 5, threshold: spec === null ? null : { ...BASE, ...spec } } as Signature;
}

interface Run {
  readonly spec: Partial<ThresholdSpec> | null;
  readonly globals?: readonly GlobalSpec[];
  /** seconds of each match */
  readonly at: readonly number[];
  readonly src?: (i: number) => number;
  readonly dp?: (i: number) => number;
}

function run({ spec, globals = [], at, src = () => 1, dp = () => 80 }: Run): number[] {
  const thresholds = new Thresholds(globals);
  const s = signature(spec);
  const ctx = context();
  const p = packet();
  return at.map((second, i) => {
    p.src0 = src(i);
    p.dst0 = 9;
    p.dp = dp(i);
    ctx.now = second * 1e6;
    return thresholds.check(s, p, ctx);
  });
}

function globalLines(text: string): GlobalSpec[] {
  const file = parseThresholds(text, 'threshold.config', new Variables());
  assert.deepEqual(file.diagnostics, []);
  return globalSpecs(file.entries);
}

describe('Thresholds', () => {
  it('without any, every match alerts', () => {
    assert.deepEqual(run({ spec: null, at: [1, 1, 2] }), [1, 1, 1]);
  });

  it('limit: the first of a window alert, the rest only act', () => {
    assert.deepEqual(run({ spec: { count: 2 }, at: [1, 2, 3, 4, 12] }), [1, 1, 2, 2, 1]);
  });

  it('threshold: every n-th of a window', () => {
    assert.deepEqual(run({ spec: { type: 'threshold', count: 3 }, at: [1, 2, 3, 4, 5, 6] }), [0, 0, 1, 0, 0, 1]);
  });

  it('both: once in a window, at the n-th', () => {
    assert.deepEqual(run({ spec: { type: 'both', count: 2 }, at: [1, 2, 3, 30, 31] }), [0, 1, 2, 0, 1]);
  });

  it('detection_filter: all after the n-th', () => {
    assert.deepEqual(run({ spec: { type: 'detection_filter', count: 2 }, at: [1, 2, 3, 4, 20] }), [0, 0, 1, 1, 0]);
  });

  it('detection_filter with unique_on counts ports once', () => {
    const spec = { type: 'detection_filter', count: 1, uniqueOn: 'dst_port' } as const;
    assert.deepEqual(run({ spec, at: [1, 2, 3, 4], dp: (i) => (i < 2 ? 80 : 81) }), [0, 0, 1, 1]);
  });

  it('by_src keeps sources apart, by_rule does not', () => {
    const src = (i: number): number => i;
    assert.deepEqual(run({ spec: {}, at: [1, 1], src }), [1, 1]);
    assert.deepEqual(run({ spec: { track: 'by_rule' }, at: [1, 1], src }), [1, 2]);
  });

  it('backoff alerts at count, count times multiplier ...', () => {
    const thresholds = new Thresholds();
    const s = signature({ type: 'backoff', track: 'by_flow', count: 1, multiplier: 2 });
    const ctx = context();
    const p = packet();
    assert.equal(thresholds.check(s, p, ctx), ThresholdResult.none);
    p.flow = ctx.flows.allocate();
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(() => thresholds.check(s, p, ctx)),
      [1, 1, 2, 1, 2],
    );
  });

  it('rate_filter gives a new action for its timeout', () => {
    const globals = globalLines(
      'rate_filter gen_id 1, sig_id 5, track by_src, count 2, seconds 10, new_action drop, timeout 5',
    );
    assert.deepEqual(run({ spec: null, globals, at: [1, 2, 3, 7, 9] }), [1, 1, 3, 3, 1]);
    // the timeout is over by whole seconds, and the match that finds it over is not counted
    assert.deepEqual(run({ spec: null, globals, at: [1, 2, 3.9, 8.95, 9, 9.5, 9.6, 9.7] }), [1, 1, 3, 3, 1, 3, 3, 3]);
    assert.deepEqual(run({ spec: null, globals, at: [1, 2, 3, 500, 501, 502, 503] }), [1, 1, 3, 1, 1, 1, 3]);
    const thresholds = new Thresholds(globals);
    const ctx = context();
    for (let i = 0; i < 3; i++) thresholds.check(signature(null), packet(), ctx);
    const one = signature(null);
    for (let i = 0; i < 3; i++) thresholds.check(one, packet(), ctx);
    assert.equal(thresholds.newAction, Action.drop);
  });

  it('suppress covers by source, destination or either', () => {
    const line = (track: string): GlobalSpec[] =>
      globalLines(`suppress gen_id 1, sig_id 5, track ${track}, ip 0.0.0.9`);
    assert.deepEqual(run({ spec: null, globals: line('by_src'), at: [1] }), [1]);
    assert.deepEqual(run({ spec: null, globals: line('by_dst'), at: [1] }), [2]);
    assert.deepEqual(run({ spec: null, globals: line('by_either'), at: [1] }), [2]);
    assert.deepEqual(run({ spec: null, globals: globalLines('suppress gen_id 1, sig_id 6'), at: [1] }), [1]);
  });

  it('a line for the signature replaces its own threshold, one for all does not', () => {
    const all = globalLines('threshold gen_id 0, sig_id 0, type limit, track by_src, count 1, seconds 10');
    const one = globalLines('threshold gen_id 1, sig_id 5, type limit, track by_src, count 1, seconds 10');
    assert.deepEqual(run({ spec: { count: 2 }, globals: all, at: [1, 2, 3] }), [1, 1, 2]);
    assert.deepEqual(run({ spec: { count: 2 }, globals: one, at: [1, 2, 3] }), [1, 2, 2]);
  });

  it('stays within its memcap and says so', () => {
    const thresholds = new Thresholds([], { memcap: 4096 });
    const s = signature({});
    const ctx = context();
    const p = packet();
    for (let i = 0; i < 1000; i++) {
      p.src0 = i;
      assert.equal(thresholds.check(s, p, ctx), 1);
    }
    assert.ok(thresholds.size < 100);
    assert.ok(thresholds.allocationFailures > 900);
  });
});
