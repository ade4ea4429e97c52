// PatternTable: the fast patterns of some signatures, each where it is found at the least cost.

import type { SignatureOutline } from '../compile/outline.ts';
import type { FastPattern } from '../compile/fast-pattern.ts';
import type { MultiPatternMatcher, Pattern } from '../mpm/index.ts';
import { AnchoredPatterns, isAnchored } from './anchored-patterns.ts';
import type { Candidates } from './candidates.ts';
import { shareMatchers } from './matcher-sharing.ts';
import type { SharedSet } from './matcher-sharing.ts';
import { finish } from '../../base/steps.ts';
import type { Steps } from '../../base/steps.ts';

export type MakeMatcher = (patterns: readonly Pattern[]) => MultiPatternMatcher;

/** A matcher, and by its patterns the signatures that they stand for here. */
interface Database {
  readonly matcher: MultiPatternMatcher;
  readonly signatures: readonly Int32Array[];
}

/** A few patterns of one byte among many long ones make the whole database slow, so that they get one of their own. */
const SHORT = 1;
const MANY = 24;

export class PatternTable {
  private readonly anchored: AnchoredPatterns | null;
  /** Filled when all tables are known. */
  private readonly databases: Database[] = [];

  constructor(anchored: AnchoredPatterns | null) {
    this.anchored = anchored;
  }

  add(database: Database): void {
    this.databases.push(database);
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
      for (let k = 0; k < hits; k++) candidates.addFound(signatures[candidates.patterns[k]!]!, k, bufferId, offset);
    }
  }
}

/** A signature by its number, and the pattern that stands for it. */
export interface PatternEntry {
  readonly iid: number;
  readonly pattern: FastPattern;
}

/** What one table wants to be looked for. */
interface Wanted {
  readonly table: PatternTable;
  /** By number of a pattern, the signatures that it stands for. */
  readonly signatures: ReadonlyMap<number, readonly number[]>;
}

const NONE = new Int32Array(0);

/** Makes tables: the same signatures get the same table, nearly the same patterns the same matcher. */
export class PatternTables {
  private readonly make: MakeMatcher;
  private readonly tables = new Map<string, PatternTable>();
  private readonly patterns: Pattern[] = [];
  /** Numbers of the patterns by what they look for. */
  private readonly numbers = new Map<string, number>();
  private readonly matchers: MultiPatternMatcher[] = [];
  /** What is yet to be compiled: patterns of one byte alone, and all else. */
  private readonly short: Wanted[] = [];
  private readonly long: Wanted[] = [];

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

  /**
   * A table, which finds what is not anchored after `compile` alone.
   * @param entries one at least
   */
  ofEntries(entries: readonly PatternEntry[]): PatternTable {
    const isShort = ({ pattern }: PatternEntry): boolean => pattern.bytes.length <= SHORT;
    const anchored = entries.filter(({ pattern }) => isAnchored(pattern));
    const floating = entries.filter(({ pattern }) => !isAnchored(pattern));
    const parts =
      floating.length < MANY ? [floating] : [floating.filter(isShort), floating.filter((entry) => !isShort(entry))];
    const table = new PatternTable(anchored.length === 0 ? null : anchoredOf(anchored));
    for (const part of parts) {
      if (part.length === 0) continue;
      const wanted = part.every(isShort) ? this.short : this.long;
      wanted.push({ table, signatures: this.byPattern(part) });
    }
    return table;
  }

  private byPattern(entries: readonly PatternEntry[]): Map<number, number[]> {
    const signatures = new Map<number, number[]>();
    for (const { iid, pattern } of entries) {
      const number = this.number(pattern);
      const list = signatures.get(number);
      if (list === undefined) signatures.set(number, [iid]);
      else list.push(iid);
    }
    return signatures;
  }

  private number({ bytes, nocase }: FastPattern): number {
    const key = (nocase ? 'i' : 'c') + Buffer.from(bytes).toString('hex');
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.patterns.push({ bytes, nocase }) - 1;
      this.numbers.set(key, number);
    }
    return number;
  }

  /** Compiles what all tables asked for so far look for. */
  compile(): void {
    finish(this.compileSteps());
  }

  /** The same, a matcher a step. */
  *compileSteps(): Steps {
    yield* this.compileAll(this.short.splice(0));
    yield* this.compileAll(this.long.splice(0));
  }

  /** Gives back the memory of the matchers: the tables find nothing any more. */
  free(): void {
    for (const matcher of this.matchers.splice(0)) matcher.free();
  }

  /** What the matchers that are yet to be made look for, each. */
  sets(): Pattern[][] {
    return [this.short, this.long].flatMap((wanted) =>
      this.shared(wanted).map(({ patterns }) => this.listOf(patterns)),
    );
  }

  private shared(wanted: readonly Wanted[]): readonly SharedSet[] {
    const sets = wanted.map(({ signatures }) => [...signatures.keys()]);
    return shareMatchers(sets, this.patterns.length);
  }

  private listOf(numbers: readonly number[]): Pattern[] {
    return numbers.map((number) => this.patterns[number]!);
  }

  private *compileAll(wanted: readonly Wanted[]): Steps {
    for (const { patterns, members } of this.shared(wanted)) {
      const matcher = this.make(this.listOf(patterns));
      this.matchers.push(matcher);
      for (const member of members) {
        const { table, signatures } = wanted[member]!;
        const listOf = (number: number): Int32Array => {
          const list = signatures.get(number);
          return list === undefined ? NONE : Int32Array.from(list);
        };
        table.add({ matcher, signatures: patterns.map(listOf) });
      }
      yield;
    }
  }
}

function anchoredOf(entries: readonly PatternEntry[]): AnchoredPatterns {
  return new AnchoredPatterns(
    entries.map(({ pattern }) => pattern),
    entries.map(({ iid }) => iid),
  );
}
