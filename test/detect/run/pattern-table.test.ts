import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compileMatcher } from '../../../src/detect/mpm/index.ts';
import { Candidates } from '../../../src/detect/run/candidates.ts';
import { PatternTables } from '../../../src/detect/run/pattern-table.ts';
import { shareMatchers } from '../../../src/detect/run/matcher-sharing.ts';
import type { PatternEntry, PatternTable } from '../../../src/detect/run/pattern-table.ts';

const WORDS = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel', 'india', 'juliett', 'kilo'];

function entry(iid: number, word: string): PatternEntry {
  return { iid, pattern: { bytes: Buffer.from(word), nocase: false, first: 0, last: -1, isAtEnd: false } };
}

const ALL = WORDS.map((word, i) => entry(i, word));

function hits(table: PatternTable): number[] {
  const text = Buffer.from(WORDS.join(' '));
  const candidates = new Candidates(100);
  candidates.clear();
  table.scan(text, -1, 0, text.length, 0, candidates);
  return [...candidates.iids.subarray(0, candidates.count)];
}

function iidsOf(entries: readonly PatternEntry[]): number[] {
  return entries.map(({ iid }) => iid);
}

/** Makes a table of each list. @returns the tables, and of how many patterns the matchers are */
function make(lists: readonly (readonly PatternEntry[])[]): {
  readonly tables: PatternTable[];
  readonly made: number[];
} {
  const made: number[] = [];
  const tables = new PatternTables((patterns) => {
    made.push(patterns.length);
    return compileMatcher('ac', patterns);
  });
  const all = lists.map((entries) => tables.ofEntries(entries));
  tables.compile();
  return { tables: all, made };
}

describe('candidates', () => {
  const { tables } = make([[entry(1, 'alpha'), entry(2, 'bravo')]]);
  const text = Buffer.from('..alpha bravo alpha');
  const [id, other] = [7, 8];

  it('know between which places the pattern lies, in what was scanned with this packet', () => {
    const candidates = new Candidates(100);
    candidates.clear();
    tables[0]!.scan(text, id, 2, text.length - 2, 0, candidates);
    assert.deepEqual([...candidates.iids.subarray(0, candidates.count)], [1, 2]);
    assert.ok(candidates.isPlaced(1, id, 2));
    assert.equal(candidates.firstEnd(1), 7);
    assert.equal(candidates.lastEnd(1), text.length);
    assert.ok(!candidates.isPlaced(1, id, 0), 'nothing is known of other bytes');
    assert.ok(!candidates.isPlaced(1, other, 2), 'nor of those of another buffer');
    assert.ok(!candidates.isPlaced(1, -1, 2));
    candidates.clear();
    assert.ok(!candidates.isPlaced(1, id, 2), 'nor with another packet');
  });

  it('know nothing of a pattern that was found in two places, or of a signature that came without', () => {
    const candidates = new Candidates(100);
    candidates.clear();
    tables[0]!.scan(text, id, 2, text.length - 2, 0, candidates);
    tables[0]!.scan(text, id, 8, text.length - 8, 0, candidates);
    candidates.add(3);
    for (const iid of [1, 2, 3]) for (const place of [2, 8]) assert.ok(!candidates.isPlaced(iid, id, place));
    candidates.clear();
    candidates.add(1);
    tables[0]!.scan(text, id, 2, text.length - 2, 0, candidates);
    assert.ok(!candidates.isPlaced(1, id, 2));
  });

  it('keep what they know where the same bytes are scanned again', () => {
    const candidates = new Candidates(100);
    candidates.clear();
    for (let i = 0; i < 2; i++) tables[0]!.scan(text, id, 2, text.length - 2, 0, candidates);
    assert.ok(candidates.isPlaced(1, id, 2));
  });
});

describe('pattern tables', () => {
  it('share a matcher that looks for the same patterns and few others, each finding its own signatures', () => {
    const most = ALL.slice(2).map(({ pattern }, i) => ({ iid: 50 + i, pattern }));
    const last = entry(70, 'kilo');
    const lists = [[last], most, ALL, [entry(71, 'lima'), entry(72, 'golf')]];
    const { tables, made } = make(lists);
    assert.deepEqual(made, [WORDS.length, 3]);
    assert.deepEqual(tables.map(hits), [[70], iidsOf(most), iidsOf(ALL), [72]]);
  });

  it('make one matcher of sets that have a little each that the other has not', () => {
    const lists = [ALL.slice(1), ALL.slice(0, -1), ALL.slice(2)];
    const { tables, made } = make(lists);
    assert.deepEqual(made, [WORDS.length]);
    assert.deepEqual(tables.map(hits), lists.map(iidsOf));
  });

  it('find whatever else is looked for beside it what each is made of', () => {
    const list = fc.uniqueArray(fc.nat(WORDS.length - 1), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(list, { minLength: 1, maxLength: 8 }), (chosen) => {
        const lists = chosen.map((numbers, k) => numbers.map((n) => entry(k * 11 + n, WORDS[n]!)));
        const { tables } = make(lists);
        assert.deepEqual(
          tables.map(hits),
          lists.map((entries) => iidsOf(entries).sort((a, b) => a - b)),
        );
      }),
    );
  });
});

describe('sharing matchers', () => {
  const set = fc.uniqueArray(fc.nat(60), { minLength: 1 });

  it('serves each set once, with all it looks for and not much more', () => {
    fc.assert(
      fc.property(fc.array(set), (sets) => {
        const shared = shareMatchers(sets, 61);
        const served = shared.flatMap(({ members }) => members).sort((a, b) => a - b);
        assert.deepEqual(
          served,
          sets.map((_, i) => i),
        );
        for (const { patterns, members } of shared) {
          assert.equal(new Set(patterns).size, patterns.length);
          for (const member of members) {
            assert.ok(sets[member]!.every((number) => patterns.includes(number)));
            assert.ok(patterns.length <= sets[member]!.length * 1.25 + 4);
          }
        }
      }),
    );
  });
});
