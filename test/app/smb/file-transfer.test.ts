// Parts of files in any order: what overlaps is passed on once, what is missing of one that waits is a gap in its place.
import assert from 'node:assert/strict';
import { FileTransfer, Refused } from '../../../src/app/smb/file-transfer.ts';
import { HeldBytes } from '../../../src/app/smb/held-bytes.ts';
import type { FileTracker, TrackedFile } from '../../../src/framework/file.ts';
import type { Transaction } from '../../../src/framework/transaction.ts';

const UNLIMITED = { size: 0, queueSize: 0, queueCount: 0 };
const FILE = { tx: undefined as unknown as Transaction, file: undefined as unknown as TrackedFile };

/** What comes of parts: [where they begin, bytes, or how many never came, ...]. */
function told(...parts: readonly (readonly [at: number, ...(string | number)[]])[]): string {
  let text = '';
  const files: Pick<FileTracker, 'append' | 'gap' | 'close'> = {
    append: (_file, data, start, end) => (text += Buffer.from(data.subarray(start, end)).toString()),
    gap: (_file, length) => (text += `[${String(length)}]`),
    close: () => (text += '.'),
  };
  const transfer = new FileTransfer(files as FileTracker, FILE, UNLIMITED, new HeldBytes(0));
  for (const [at, ...pieces] of parts) {
    const length = pieces.reduce<number>((sum, piece) => sum + (typeof piece === 'number' ? piece : piece.length), 0);
    transfer.begin(at, length);
    for (const piece of pieces)
      if (typeof piece === 'number') transfer.miss(piece);
      else transfer.append(Buffer.from(piece), 0, piece.length);
    transfer.endPart();
  }
  text += '|';
  transfer.close('closed');
  return text;
}

describe('parts of files in SMB', () => {
  it('are used though they begin before what is known of the file', () => {
    assert.equal(told([4, 'efgh'], [0, 'abcde'], [8, 'ijk']), 'abcdefghijk|.');
    assert.equal(told([4, 'efgh'], [2, 'cd'], [0, 'ab']), 'abcdefgh|.');
    assert.equal(told([4, 'ef'], [3, 'defg'], [0, 'abc'], [7, 'h']), 'abcdefgh|.');
    assert.equal(told([2, 'c'], [2, 'cdef'], [2, 'x'], [0, 'ab']), 'abcdef|.', 'a longer one that begins there too');
  });

  it('are used at the end as far as they are new', () => {
    assert.equal(told([2, 'cd'], [3, 'defg'], [10, 'k']), '|[2]cdefg[3]k.');
  });

  it('that wait keep what is missing of them in its place', () => {
    assert.equal(told([3, 'def', 3], [9, 'jkl'], [0, 'abc']), 'abcdef[3]jkl|.');
    assert.equal(told([3, 3, 'ghi'], [0, 'abcd']), 'abcd[2]ghi|.');
    assert.equal(told([3, 'd', 2, 'g'], [0, 'abc'], [7, 'h']), 'abcd[2]gh|.');
    assert.equal(told([3, 'd', 2, 'g']), '|[3]d[2]g.');
  });

  it('that wait are counted, and no more once they are used', () => {
    const files = { append: () => undefined, gap: () => undefined, close: () => undefined };
    const transfer = new FileTransfer(
      files as unknown as FileTracker,
      FILE,
      { size: 0, queueSize: 4, queueCount: 1 },
      new HeldBytes(0),
    );
    const part = (at: number, length: number): number => {
      const refused = transfer.begin(at, length);
      if (refused === Refused.no) transfer.append(new Uint8Array(length), 0, length);
      transfer.endPart();
      return refused;
    };
    assert.deepEqual(
      [part(5, 5), part(5, 4), part(6, 0), part(20, 1)],
      [Refused.size, Refused.no, Refused.no, Refused.size],
    );
    assert.deepEqual(
      [part(0, 5), transfer.position, part(20, 4), part(30, 0)],
      [Refused.no, 9, Refused.no, Refused.no],
    );
    assert.equal(part(0, 20), Refused.no);
    assert.equal(transfer.position, 24);
    assert.equal(part(30, 4), Refused.no, 'nothing waits any more');
  });

  it('that wait cost so much of the whole connection, and nothing once they are used', () => {
    const files = { append: () => undefined, gap: () => undefined, close: () => undefined };
    const held = new HeldBytes(1000);
    const [one, other] = [0, 1].map(() => new FileTransfer(files as unknown as FileTracker, FILE, UNLIMITED, held));
    const part = (transfer: FileTransfer, at: number, length: number): number => {
      const refused = transfer.begin(at, length);
      for (let i = 0; i < length; i++) transfer.append(Buffer.of(i), 0, 1);
      transfer.endPart();
      return refused;
    };
    assert.deepEqual([part(one!, 10, 300), part(other!, 10, 300), held.room], [Refused.no, Refused.size, 444]);
    assert.deepEqual([part(other!, 0, 600), part(other!, 1000, 100), held.room], [Refused.no, Refused.no, 88]);
    assert.deepEqual([part(one!, 0, 10), held.room], [Refused.no, 644]);
    other!.close('truncated');
    assert.equal(held.room, 1000);
  });

  it('lie where numbers are exact, wherever they say', () => {
    assert.equal(told([2 ** 64, 'ab']), `|[${String(Number.MAX_SAFE_INTEGER - 2)}]ab.`);
  });
});
