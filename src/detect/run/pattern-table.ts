// PatternTable: the fast patterns of some signatures, each where it is found at the least cost.

import type { SignatureOutline } from '../compile/outline.ts';
import type { FastPattern } from '../compile/fast-pattern.ts';
import type { MultiPatternMatcher, Pattern } from '../mpm/index.ts';
import { AnchoredPatterns, isAnchored } from './anchored-patterns.ts';
import type { Candidates } from './candidates.ts';

export type MakeMatcher = (patterns: readonly Pattern[]) => MultiPatternMatcher;

/** A matcher, and by pattern the signatures that it stands for. */
interface Database {
  readonly matcher: MultiPatternMatcher;
  readonly signatures: readonly Int32Array[];
}

/** A few patterns of one byte among many long ones make the whole database slow, so that they get one of their own. */
const SHORT = 1;
const MANY = 24;

export class PatternTable {
  private readonly anchored: AnchoredPatterns | null;
  private readonly databases: readonly Database[];

  constructor(anchored: AnchoredPatterns | null, databases: readonly Database[]) {
    this.anchored = anchored;
    this.databases = databases;
  }

  /**
   * Adds the signatures whose pattern occurs in data[offset, offset + length).
   * @param streamOffset of its first byte; what has a fixed place is looked for at the start of the stream only
   */
  scan(
    data: Uint8Array,
    bufferId: number,
    offset: number,
    length: number,
    streamOffset: number,
    candidates: Candidates,
  ): void {
    if (this.anchored !== null) this.anchored.scan(data, offset, length, streamOffset, candidates);
    const { databases } = this;
    for (let i = 0; i < databases.length; i++) {
      const { matcher, signatures } = databases[i]!;
      if (length < matcher.minLength) continue;
      const hits = matcher.scan(data, bufferId, offset, length, candidates.patterns);
      for (let k = 0; k < hits; k++) candidates.addAll(signatures[candidates.patterns[k]!]!);
    }
  }
}

/** A signature by its number, and the pattern that stands for it. */
export interface PatternEntry {
  readonly iid: number;
  readonly pattern: FastPattern;
}

/** A matcher and what it looks for, in the order of its numbers. */
interface Made {
  readonly matcher: MultiPatternMatcher;
  readonly keys: readonly string[];
  readonly has: ReadonlySet<string>;
}

/** How many times the patterns wanted a matcher that is there may look for: compiling another takes long. */
const MOST_SPARE = 1.25;
/** Patterns too few to be worth a thought. */
const WORTH_SHARING = 4;
const NONE = new Int32Array(0);

/** Makes tables: the same signatures get the same table, (nearly) the same patterns the same matcher. */
export class PatternTables {
  private readonly make: MakeMatcher;
  private readonly tables = new Map<string, PatternTable>();
  private readonly made: Made[] = [];

  constructor(make: MakeMatcher) {
    this.make = make;
  }

  /** @param signatures with a fast pattern on the payload each; null for none */
  of(signatures: readonly SignatureOutline[]): PatternTable | null {
    if (signatures.length === 0) return null;
    const key = signatures.map((signature) => signature.iid).join();
    const known = this.tables.get(key);
    if (known !== undefined) return known;
    const table = this.ofEntries(signatures.map(({ iid, pattern }) => ({ iid, pattern: pattern! })));
    this.tables.set(key, table);
    return table;
  }

  /** @param entries one at least */
  ofEntries(entries: readonly PatternEntry[]): PatternTable {
    const isShort = ({ pattern }: PatternEntry): boolean => pattern.bytes.length <= SHORT;
    const anchored = entries.filter(({ pattern }) => isAnchored(pattern));
    const floating = entries.filter(({ pattern }) => !isAnchored(pattern));
    const parts =
      floating.length < MANY ? [floating] : [floating.filter(isShort), floating.filter((entry) => !isShort(entry))];
    return new PatternTable(
      anchored.length === 0 ? null : anchoredOf(anchored),
      parts.filter((part) => part.length > 0).map((part) => this.database(part)),
    );
  }

  private database(entries: readonly PatternEntry[]): Database {
    const patterns: Pattern[] = [];
    const lists: number[][] = [];
    const numbers = new Map<string, number>();
    for (const { iid, pattern } of entries) {
      const { bytes, nocase } = pattern;
      const key = (nocase ? 'i' : 'c') + Buffer.from(bytes).toString('hex');
      let number = numbers.get(key);
      if (number === undefined) {
        number = patterns.push({ bytes, nocase }) - 1;
        numbers.set(key, number);
        lists.push([]);
      }
      lists[number]!.push(iid);
    }
    const { matcher, keys } = this.matcher([...numbers.keys()], patterns);
    const signaturesOf = (key: string): Int32Array => {
      const number = numbers.get(key);
      return number === undefined ? NONE : Int32Array.from(lists[number]!);
    };
    return { matcher, signatures: keys.map(signaturesOf) };
  }

  /** One that looks for all of the patterns, and for few others. */
  private matcher(keys: readonly string[], patterns: readonly Pattern[]): Made {
    const most = keys.length * MOST_SPARE + WORTH_SHARING;
    for (const made of this.made) {
      if (made.keys.length < keys.length || made.keys.length > most) continue;
      if (keys.every((key) => made.has.has(key))) return made;
    }
    const made = { matcher: this.make(patterns), keys, has: new Set(keys) };
    this.made.push(made);
    return made;
  }
}

function anchoredOf(entries: readonly PatternEntry[]): AnchoredPatterns {
  return new AnchoredPatterns(
    entries.map(({ pattern }) => pattern),
    entries.map(({ iid }) => iid),
  );
}
