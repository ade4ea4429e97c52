// Frames over bytes that never came: what is of a known length goes on behind them.
import assert from 'node:assert/strict';
import { FlowFrames } from '../../src/framework/frame.ts';
import type { Frame } from '../../src/framework/frame.ts';
import { frameText } from '../../src/output/eve/frame.ts';

const WISHES = { logged: 64, inspected: new Set(['x']) };

function framesOf(...lengths: readonly number[]): [FlowFrames, Frame[]] {
  const frames = new FlowFrames(WISHES);
  return [frames, lengths.map((length) => frames.add(0, 'x', 0, length, null)!)];
}

const shown = (frame: Frame, limit?: number): string =>
  (
    JSON.parse(`{${frameText(frame, true, limit === undefined ? {} : { limit })}}`) as {
      frame: { payload_printable?: string };
    }
  ).frame.payload_printable ?? '';

describe('frames and missing bytes', () => {
  it('go on behind a hole, and are not complete', () => {
    const [frames, [frame]] = framesOf(10);
    frames.take(0, Buffer.from('abc'), 0, 3, 0);
    frames.gap(0, 7);
    assert.equal(frame!.isOver, false);
    frames.take(0, Buffer.from('hij'), 0, 3, 7);
    assert.deepEqual([frame!.isOver, frame!.isComplete, frame!.kept], [true, false, 3]);
    assert.equal(shown(frame!), 'abc[4 bytes missing]hij');
    assert.equal(shown(frame!, 6), 'abc[4', 'a byte less than there is room for');
  });

  it('end with a hole that reaches beyond them, or where their end is not known', () => {
    const [frames, [known, open]] = framesOf(5, -1);
    frames.take(0, Buffer.from('abc'), 0, 3, 0);
    frames.gap(0, 9);
    assert.deepEqual([known!.isOver, shown(known!)], [true, 'abc[2 bytes missing]']);
    assert.deepEqual([open!.isOver, open!.length, open!.isComplete], [true, 3, false]);
  });

  it('tell of a hole that nobody acknowledged yet, as far as it is theirs', () => {
    const [frames, [known, longer, open]] = framesOf(5, 20, -1);
    frames.take(0, Buffer.from('abc'), 0, 3, 0);
    const told = (frame: Frame): unknown[] => {
      const { payload_printable, complete } = (
        JSON.parse(`{${frameText(frame, true, { hole: 9 })}}`) as { frame: Record<string, unknown> }
      ).frame;
      return [payload_printable, complete];
    };
    assert.deepEqual(told(known!), ['abc[2 bytes missing]', true]);
    assert.deepEqual(told(longer!), ['abc[9 bytes missing]', false]);
    assert.deepEqual(told(open!), ['abc', false]);
  });

  it('count holes that follow each other as one', () => {
    const [frames, [frame]] = framesOf(10);
    frames.gap(0, 2);
    frames.gap(0, 5);
    frames.take(0, Buffer.from('fghij'), 0, 5, 5);
    assert.equal(shown(frame!), '[5 bytes missing]fghij');
  });

  it('keep so many bytes of all their parts, and show none where there is no room', () => {
    const frames = new FlowFrames({ logged: 8, inspected: new Set() });
    const frame = frames.add(0, 'x', 0, 100, null)!;
    frames.take(0, Buffer.from('abc'), 0, 3, 0);
    for (const at of [4, 8, 12]) {
      frames.gap(0, at);
      for (let i = 0; i < 3; i++) frames.take(0, Buffer.from('x'), 0, 1, at + i);
    }
    assert.equal(shown(frame), 'abc[1 bytes missing]xxx[1 bytes missing]xx[1 bytes missing]');
    assert.equal(shown(frame, 0), '');
  });
});
