// Runs the Aho-Corasick automaton: the multi-pattern matcher where Hyperscan is missing.
import { buildAutomaton, heldLength, lower } from './ac-build.ts';
import { matchRoom } from './matcher.ts';
import type { AcTables, MultiPatternMatcher, Pattern, SharedMatcher } from './matcher.ts';

const LOWER = Uint8Array.from({ length: 256 }, (_, byte) => lower(byte));

let lost = 0;
/** Matches of this thread that found no room. */
export function lostAcMatches(): number {
  return lost;
}

class AhoCorasick implements MultiPatternMatcher {
  readonly algorithm = 'ac';
  readonly patternCount: number;
  readonly minLength: number;
  readonly size: number;
  private readonly tables: AcTables;
  private readonly classes: Uint8Array;
  private readonly next: Int32Array;
  private readonly classCount: number;
  private readonly firstAccepting: number;
  /** per pattern, the scan that last reported it */
  private readonly seen: Int32Array;
  /** per accepting state, the last scan after which nothing was left to report in it */
  private readonly done: Int32Array;
  private epoch = 0;
  private found = 0;
  /** Ids that have room in what the scan under way writes to. */
  private room = 0;

  constructor(tables: AcTables) {
    this.tables = tables;
    this.classes = tables.classes;
    this.next = tables.next;
    this.classCount = tables.classCount;
    this.firstAccepting = tables.firstAccepting;
    this.patternCount = tables.nocase.length;
    this.minLength = tables.minLength;
    this.seen = new Int32Array(this.patternCount);
    this.done = new Int32Array(tables.reportStart.length - 1);
    const { next, reports, reportStart, bytes } = tables;
    this.size = (next.length + reports.length + reportStart.length + 2 * this.patternCount) * 4 + bytes.length;
  }

  scan(data: Uint8Array, _bufferId: number, offset: number, length: number, out: Int32Array): number {
    const { classes, next, firstAccepting } = this;
    this.startScan(matchRoom(out));
    const end = offset + length;
    let state = 0;
    for (let at = offset; at < end; at++) {
      state = next[state + classes[data[at]!]!]!;
      if (state >= firstAccepting) this.report(state, data, at + 1, offset, end, out);
    }
    return this.found;
  }

  private startScan(room: number): void {
    this.found = 0;
    this.room = room;
    this.epoch = (this.epoch + 1) | 0;
    if (this.epoch > 0) return;
    this.epoch = 1;
    this.seen.fill(0);
    this.done.fill(0);
  }

  /** `at` is one beyond the byte that led to the state. */
  private report(state: number, data: Uint8Array, at: number, start: number, end: number, out: Int32Array): void {
    const { epoch, seen } = this;
    const index = (state - this.firstAccepting) / this.classCount;
    if (this.done[index] === epoch) return;
    const { reports, reportStart, needsCheck } = this.tables;
    let isDone = true;
    for (let i = reportStart[index]!; i < reportStart[index + 1]!; i++) {
      const id = reports[i]!;
      if (seen[id] === epoch) continue;
      if (needsCheck[id] === 1 && !this.check(id, data, at, start, end)) {
        isDone = false;
        continue;
      }
      seen[id] = epoch;
      if (this.found < this.room) this.note(id, out, at - start, end - start);
      else lost++;
    }
    if (isDone) this.done[index] = epoch;
  }

  /** Where it lies last is not looked for: it would be checked each time. */
  private note(id: number, out: Int32Array, first: number, last: number): void {
    const ends = this.room + 2 * this.found;
    out[this.found++] = id;
    out[ends] = first;
    out[ends + 1] = last;
  }

  private check(id: number, data: Uint8Array, at: number, start: number, end: number): boolean {
    const { bytes, patternStart, nocase } = this.tables;
    const from = patternStart[id]!;
    const length = patternStart[id + 1]! - from;
    const base = at - heldLength(length);
    if (base < start || base + length > end) return false;
    if (nocase[id] === 1) {
      // the automaton has seen the held part, and case does not matter
      for (let i = at - base; i < length; i++) if (LOWER[data[base + i]!] !== bytes[from + i]) return false;
      return true;
    }
    for (let i = 0; i < length; i++) if (data[base + i] !== bytes[from + i]) return false;
    return true;
  }

  share(): SharedMatcher {
    return { algorithm: 'ac', tables: this.tables };
  }

  free(): void {
    // nothing outside the heap
  }
}

export function compileAc(patterns: readonly Pattern[]): MultiPatternMatcher {
  return new AhoCorasick(buildAutomaton(patterns));
}

export function attachAc(tables: AcTables): MultiPatternMatcher {
  return new AhoCorasick(tables);
}
