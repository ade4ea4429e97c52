// Numbers of signatures in transactions and frames, carried over several rule sets.

import assert from 'node:assert/strict';
import { finish } from '../../../src/base/steps.ts';
import type { SignatureOutline } from '../../../src/detect/compile/outline.ts';
import { Renumbering } from '../../../src/detect/run/renumbering.ts';
import { Frame } from '../../../src/framework/frame.ts';
import { TxInspectState } from '../../../src/framework/transaction.ts';
import { compile } from './support.ts';

const rule = (sid: number, content = 'x'): string =>
  `alert tcp any any -> any any (msg:"m"; content:"${content}"; sid:${String(sid)};)`;
const outlines = (...rules: string[]): readonly SignatureOutline[] => compile(rules).outlines;
const next = (renumbering: Renumbering, before: readonly SignatureOutline[], after: readonly SignatureOutline[]) =>
  finish(renumbering.next(before, after));

function stateOf(matched: readonly number[], waiting: readonly [number, number][]): TxInspectState {
  const state = new TxInspectState();
  state.matched = new Set(matched);
  state.waiting = waiting.map(([iid]) => iid);
  state.steps = waiting.map(([, step]) => step);
  return state;
}

describe('renumbering', () => {
  it('gives rules that stay their new numbers, and forgets those that went or changed', () => {
    const after = next(Renumbering.none, outlines(rule(1), rule(2), rule(3)), outlines(rule(2), rule(3, 'y'), rule(4)));
    const state = stateOf(
      [0, 1, 2],
      [
        [1, 7],
        [2, 8],
      ],
    );
    after.transaction(state);
    assert.deepEqual([...(state.matched ?? [])], [0]);
    assert.deepEqual([state.waiting, state.steps, state.generation], [[0], [7], 1]);
  });

  it('knows a rule by all of its lines', () => {
    const start = 'alert tcp any any -> any any (msg:"m"; \\\n';
    const before = outlines(`${start} content:"x"; sid:1;)`, rule(2));
    const same = next(Renumbering.none, before, outlines(rule(2), `${start} content:"x"; sid:1;)`));
    const other = next(Renumbering.none, before, outlines(rule(2), `${start} content:"y"; sid:1;)`));
    const [kept, lost] = [stateOf([0], []), stateOf([0], [])];
    same.transaction(kept);
    other.transaction(lost);
    assert.equal(kept.matched?.size, 1);
    assert.equal(lost.matched, null);
  });

  it('translates what slept through several rule sets, and begins anew after too many', () => {
    let sets = [outlines(rule(1), rule(2))];
    let renumbering = Renumbering.none;
    for (let n = 0; n < 3; n++) {
      const after = outlines(...Array.from({ length: n + 1 }, (_, i) => rule(100 + i)), rule(2));
      renumbering = next(renumbering, sets.at(-1)!, after);
      sets = [...sets, after];
    }
    const iid = sets.at(-1)!.find(({ sid }) => sid === 2)!.iid;
    const frame = new Frame(0, 'pdu', 0, 0, -1, -1);
    frame.matched = new Set([sets[0]!.find(({ sid }) => sid === 2)!.iid]);
    renumbering.frame(frame);
    assert.deepEqual([...(frame.matched ?? [])], [iid]);

    for (let n = 0; n < 8; n++) renumbering = next(renumbering, sets.at(-1)!, sets.at(-1)!);
    const old = stateOf([0], []);
    renumbering.transaction(old);
    assert.equal(old.matched, null);
  });
});
