import assert from 'node:assert/strict';
import { compileMatcher } from '../../../src/detect/mpm/index.ts';
import { Candidates } from '../../../src/detect/run/candidates.ts';
import { PatternTables } from '../../../src/detect/run/pattern-table.ts';
import type { PatternEntry } from '../../../src/detect/run/pattern-table.ts';

const WORDS = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel', 'india', 'juliett', 'kilo'];

function entry(iid: number, word: string): PatternEntry {
  return { iid, pattern: { bytes: Buffer.from(word), nocase: false, first: 0, last: -1, isAtEnd: false } };
}

function found(tables: PatternTables, entries: readonly PatternEntry[]): number[] {
  const text = Buffer.from(WORDS.join(' '));
  const candidates = new Candidates(100);
  candidates.clear();
  tables.ofEntries(entries).scan(text, -1, 0, text.length, 0, candidates);
  return [...candidates.iids.subarray(0, candidates.count)];
}

describe('pattern tables', () => {
  it('share a matcher that looks for the same patterns and few others, each finding its own signatures', () => {
    let made = 0;
    const tables = new PatternTables((patterns) => {
      made++;
      return compileMatcher('ac', patterns);
    });
    const all = WORDS.map((word, i) => entry(i, word));
    assert.deepEqual(
      found(tables, all),
      WORDS.map((_, i) => i),
    );
    const most = all.slice(2).map(({ pattern }, i) => ({ iid: 50 + i, pattern }));
    assert.deepEqual(
      found(tables, most),
      most.map(({ iid }) => iid),
    );
    assert.equal(made, 1);
    assert.deepEqual(found(tables, [entry(70, 'kilo')]), [70]);
    assert.equal(made, 2);
    assert.deepEqual(found(tables, [entry(71, 'lima'), entry(72, 'golf')]), [72]);
    assert.equal(made, 3);
  });
});
