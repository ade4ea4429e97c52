import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BodyBuffer } from '../../src/framework/body-buffer.ts';
import { BufferView } from '../../src/framework/buffer.ts';

const ALL = { limit: 0, minimum: 0, window: 0, overlap: 0, whole: 0 };

function shown(body: BodyBuffer): string {
  const view = new BufferView();
  return body.view(view, ALL) ? Buffer.from(view.data.subarray(view.start, view.end)).toString('latin1') : '';
}

function filled(...pieces: readonly Uint8Array[]): BodyBuffer {
  const body = new BodyBuffer();
  for (const piece of pieces) body.append(piece, 0, piece.length, ALL);
  return body;
}

describe('body buffer', () => {
  it('holds what was appended, whatever the pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9000 }), { maxLength: 12 }), (pieces) => {
        const body = filled(...pieces);
        assert.equal(shown(body), Buffer.concat(pieces).toString('latin1'));
        body.release();
      }),
      { numRuns: 50 },
    );
  });

  it('shows nothing of a body whose room it took over', () => {
    const former = filled(Buffer.alloc(3000, 'a'));
    former.release();
    const next = filled(Buffer.from('bc'), Buffer.alloc(2500, 'd'));
    assert.equal(shown(next), `bc${'d'.repeat(2500)}`);
    assert.equal(shown(former), '');
  });

  it('keeps its bytes while others grow and go', () => {
    const kept = filled(Buffer.alloc(5000, 'k'));
    for (let i = 0; i < 100; i++) filled(Buffer.alloc(100 * i, 'x')).release();
    assert.equal(shown(kept), 'k'.repeat(5000));
    kept.release();
    kept.release();
    const [one, two] = [filled(Buffer.alloc(5000, '1')), filled(Buffer.alloc(5000, '2'))];
    assert.equal(shown(one), '1'.repeat(5000));
    assert.equal(shown(two), '2'.repeat(5000));
  });

  it('drops what rules have seen beyond the window, and nothing else', () => {
    const limits = { limit: 0, minimum: 0, window: 0, overlap: 10, whole: 0 };
    const body = new BodyBuffer();
    let all = '';
    for (let i = 0; i < 200; i++) {
      const piece = Buffer.alloc(300, 97 + (i % 26));
      body.append(piece, 0, piece.length, limits);
      const before = all.slice(-10);
      all += piece.toString();
      const view = new BufferView();
      assert.ok(body.view(view, limits));
      const text = Buffer.from(view.data.subarray(view.start, view.end)).toString();
      assert.equal(text, before + piece.toString());
      body.commit(limits);
    }
  });

  it('shows all of a body at first, and then a window of so many bytes, or what is new', () => {
    const limits = { limit: 0, minimum: 0, window: 100, overlap: 0, whole: 250 };
    const body = new BodyBuffer();
    const lengths = [100, 100, 100, 60, 150].map((count, i) => {
      body.append(Buffer.alloc(count, 97 + i), 0, count, limits);
      const view = new BufferView();
      assert.ok(body.view(view, limits));
      assert.equal(view.streamOffset + view.end - view.start, body.size);
      body.commit(limits);
      return view.end - view.start;
    });
    assert.deepEqual(lengths, [100, 200, 300, 100, 150]);
  });
});
