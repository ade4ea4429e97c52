import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { Counters } from '../../src/base/counters.ts';
import { Files } from '../../src/applayer/files.ts';
import type { AppFlow } from '../../src/framework/app-flow.ts';
import { FileState } from '../../src/framework/file.ts';
import type { TrackedFile } from '../../src/framework/file.ts';
import { Transaction } from '../../src/framework/transaction.ts';

const app = { keptFiles: 0 } as never as AppFlow;
const name = Buffer.from('a.jpg');
const WHOLE = Buffer.from(Array.from({ length: 200 }, (_, i) => (i * 7) & 255));
const DIGEST = createHash('sha256').update(WHOLE).digest('hex');

class Joining {
  readonly counters = new Counters();
  readonly files = new Files(new Set(['file.sha256']), this.counters);
  private readonly transactions = new Map<TrackedFile, Transaction>();

  /** Begins the part [from, to]. */
  begin(from: number, to: number, { now = 0, memcap = 1000, total = WHOLE.length } = {}): TrackedFile {
    const tx = new Transaction(0);
    const file = this.files.open(app, tx, 1, name);
    file.rangeStart = from;
    file.rangeEnd = to;
    this.files.join(file, tx, { key: 'a', total, now, memcap, timeout: 60 });
    this.transactions.set(file, tx);
    return file;
  }

  feed(file: TrackedFile, size = 16): this {
    for (let at = file.rangeStart; at <= file.rangeEnd; at += size)
      this.files.append(file, WHOLE, at, Math.min(at + size, file.rangeEnd + 1));
    return this;
  }

  /** Ends the part; the whole, where it is complete with it. */
  end(file: TrackedFile): TrackedFile | undefined {
    this.files.close(file, 'closed');
    return this.transactions.get(file)!.files![1];
  }

  /** All of a part at once. */
  part(from: number, to: number, more?: { now?: number; memcap?: number; total?: number }): TrackedFile | undefined {
    const file = this.begin(from, to, more);
    return this.feed(file).end(file);
  }
}

describe('files that come in parts', () => {
  it('are a file of the transaction that completes them, and so is the part', () => {
    const joining = new Joining();
    assert.equal(joining.part(0, 99), undefined);
    const whole = joining.part(100, 199);
    assert.deepEqual([whole?.size, whole?.state, whole?.sha256], [200, FileState.closed, DIGEST]);
  });

  it('may come at the same time', () => {
    const joining = new Joining();
    const [first, second] = [joining.begin(0, 99), joining.begin(100, 199)];
    joining.feed(second).feed(first);
    assert.equal(joining.end(second), undefined);
    assert.equal(joining.end(first)?.sha256, DIGEST);
  });

  it('are put together in any order, whatever overlaps', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(199), fc.nat(199)), { maxLength: 8 }), fc.nat(), (ranges, seed) => {
        const parts = ranges.map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
        parts.splice(seed % (parts.length + 1), 0, [120, 199], [0, 60], [50, 125]);
        const joining = new Joining();
        const wholes = parts.map(([from, to]) => joining.part(from, to)).filter((file) => file !== undefined);
        assert.ok(wholes.length > 0);
        for (const whole of wholes) assert.equal(whole.sha256, DIGEST);
      }),
    );
  });

  it('are given up when bytes are missing, or the whole is another by now', () => {
    const joining = new Joining();
    const file = joining.begin(0, 99);
    joining.files.gap(file, 10);
    assert.equal(joining.feed(file).end(file), undefined);
    assert.equal(joining.part(100, 199), undefined);
    assert.equal(joining.part(0, 99)?.sha256, DIGEST, 'the part that waited still counts');
    assert.equal(joining.part(0, 99), undefined);
    assert.equal(joining.part(100, 149, { total: 150 }), undefined, 'not the file whose beginning is known');
  });

  it('take nothing beyond what the part says to be', () => {
    const joining = new Joining();
    const file = joining.begin(0, 99);
    joining.files.append(file, WHOLE, 0, 90);
    joining.files.append(file, Buffer.alloc(200), 90, 190);
    joining.end(file);
    const whole = joining.part(100, 199);
    const seen = Buffer.concat([WHOLE.subarray(0, 90), Buffer.alloc(10), WHOLE.subarray(100)]);
    assert.deepEqual([whole?.size, whole?.sha256], [200, createHash('sha256').update(seen).digest('hex')]);
  });

  it('wait no longer than they may, and no more of them than there is room for', () => {
    const joining = new Joining();
    joining.part(0, 99);
    assert.equal(joining.part(100, 199, { now: 61e6 }), undefined);
    const narrow = new Joining();
    narrow.part(100, 199, { memcap: 50 });
    assert.equal(narrow.part(0, 99), undefined);
    assert.equal(narrow.counters.byName('http.byterange.memcap'), 1);
  });
});
