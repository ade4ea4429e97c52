import assert from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { Journal, NumberWords } from '../../src/base/journal.ts';

const ADD = 7;

/** A sum that all readers have a copy of. */
class Sum {
  value = 0;
  readonly seen: number[] = [];
  readonly journal: Journal;
  private readonly entry = new Int32Array(1);

  constructor(journal: Journal) {
    this.journal = journal;
    journal.on(ADD, (words, length) => {
      assert.equal(length, 1);
      this.take(words[0]!);
    });
  }

  add(amount: number): void {
    this.journal.begin();
    this.take(amount);
    this.entry[0] = amount;
    this.journal.append(ADD, this.entry, 1);
    this.journal.end();
  }

  private take(amount: number): void {
    this.value += amount;
    this.seen.push(amount);
  }
}

describe('Journal', () => {
  it('gives every copy the same history, whoever writes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2), fc.integer({ min: -9, max: 9 }), fc.boolean())), (steps) => {
        const memory = Journal.allocate(3, 256);
        const sums = [0, 1, 2].map((reader) => new Sum(new Journal(memory, reader, 3)));
        for (const [reader, amount, isRead] of steps) {
          if (isRead) sums[reader]!.journal.catchUp();
          else {
            sums[reader]!.add(amount);
            // one thread plays all of them here: nobody could make room while another waits for it
            for (const sum of sums) sum.journal.catchUp();
          }
        }
        for (const sum of sums) sum.journal.catchUp();
        for (const sum of sums) assert.deepEqual(sum.seen, sums[0]!.seen);
      }),
    );
  });

  it('keeps numbers beyond 32 bits', () => {
    const words = new Int32Array(4);
    const numbers = new NumberWords();
    for (const value of [0, 1, 1.7e15, -3.5, Infinity]) {
      numbers.write(value, words, 1);
      assert.equal(numbers.read(words, 1), value);
    }
  });

  it('waits for nobody who has left', () => {
    const memory = Journal.allocate(2, 64);
    const sum = new Sum(new Journal(memory, 0, 2));
    Journal.leave(memory, 1);
    for (let i = 0; i < 1000; i++) sum.add(1);
    assert.equal(sum.value, 1000);
  });

  it('is let go of where the reader that held it has left, with nothing of what it had not ended', () => {
    const memory = Journal.allocate(2, 64);
    const lost = new Journal(memory, 1, 2);
    const sum = new Sum(new Journal(memory, 0, 2));
    lost.begin();
    Journal.leave(memory, 1);
    sum.add(1);
    assert.deepEqual(sum.seen, [1]);
    // one that leaves while another holds it takes nothing from it
    sum.journal.begin();
    Journal.leave(memory, 1);
    let isFree = false;
    const words = new Int32Array(memory);
    if (words[0] === 0) isFree = true;
    sum.journal.end();
    assert.equal(isFree, false);
  });

  it('is not waited for by who only tries: not while another has it, nor without room for an entry', () => {
    const memory = Journal.allocate(2, 64);
    const other = new Journal(memory, 1, 2);
    const sum = new Sum(new Journal(memory, 0, 2));
    const isFree = (): boolean => new Int32Array(memory)[0] === 0;
    other.begin();
    assert.equal(sum.journal.tryBegin(), false);
    Journal.leave(memory, 1);
    assert.equal(sum.journal.tryBegin(), true, 'who held it is gone');
    sum.add(1);
    assert.equal(isFree(), false, 'what begins and ends within leaves it held');
    sum.journal.admit(1);
    sum.journal.end();
    assert.equal(isFree(), true);
    // 32 words may be unread, an entry has three
    for (let i = 0; i < 11; i++) sum.add(1);
    assert.equal(sum.journal.tryBegin(), false);
    assert.equal(isFree(), true);
    Journal.leave(memory, 1);
    assert.equal(sum.journal.tryBegin(), true, 'nobody waits for who is gone');
    sum.journal.end();
    assert.equal(isFree(), true);
  });

  it('lets a reader in later, which reads on from there', () => {
    const memory = Journal.allocate(2, 64);
    const sum = new Sum(new Journal(memory, 0, 2));
    Journal.leave(memory, 1);
    for (let i = 0; i < 100; i++) sum.add(1);
    const late = new Sum(new Journal(memory, 1, 2));
    sum.journal.begin();
    late.value = sum.value;
    sum.journal.admit(1);
    sum.journal.end();
    sum.add(5);
    late.journal.enter();
    late.journal.catchUp();
    late.add(7);
    sum.journal.catchUp();
    assert.deepEqual([late.value, sum.value], [112, 112]);
    assert.deepEqual(late.seen, [5, 7]);
  });

  it('lets threads change what they share at the same time, without losing anything', async function () {
    this.timeout(60_000);
    const readers = 3;
    const memory = Journal.allocate(readers, 256);
    // counts up to a limit that all share: each number once, whoever reaches it
    const code = `
      const { workerData, parentPort } = require('node:worker_threads');
      (async () => {
        const { Journal } = await import(workerData.module);
        const journal = new Journal(workerData.memory, workerData.reader, ${String(readers)});
        let value = 0;
        const mine = [];
        journal.on(1, (words) => { value = words[0]; });
        const entry = new Int32Array(1);
        for (;;) {
          journal.begin();
          if (value === 20000) break;
          entry[0] = ++value;
          mine.push(value);
          journal.append(1, entry, 1);
          journal.end();
        }
        journal.end();
        Journal.leave(workerData.memory, workerData.reader);
        parentPort.postMessage(mine);
      })();`;
    const module = new URL('../../dist/base/journal.js', import.meta.url).href;
    const parts = await Promise.all(
      Array.from({ length: readers }, (_, reader) => {
        const worker = new Worker(code, { eval: true, workerData: { memory, reader, module }, execArgv: [] });
        return new Promise<number[]>((resolve, reject) => {
          worker.on('message', resolve);
          worker.on('error', reject);
        });
      }),
    );
    const all = parts.flat().sort((a, b) => a - b);
    assert.deepEqual(
      all,
      Array.from({ length: 20000 }, (_, i) => i + 1),
    );
  });
});
