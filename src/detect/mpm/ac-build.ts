// Builds the dense Aho-Corasick automaton (Aho, Corasick 1975): trie, failure links, byte classes, accepting states last.
// It folds case and holds the first DEPTH bytes of each pattern; what that leaves open is checked at a hit.
import type { AcTables, Pattern } from './matcher.ts';
import { shortest } from './matcher.ts';

// Deep states are many and rarely reached: cutting long patterns keeps the table small at the price of some checks.
const DEPTH = 8;

function isUpper(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}

function isLetter(byte: number): boolean {
  return isUpper(byte & 0xdf);
}

export function lower(byte: number): number {
  return isUpper(byte) ? byte + 0x20 : byte;
}

function shared(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes);
}

function sharedInts(values: ArrayLike<number>): Int32Array {
  const copy = new Int32Array(shared(values.length * 4));
  copy.set(values);
  return copy;
}

/** Bytes that occur in no pattern share class 0; both cases of a letter share one. */
function byteClasses(patterns: readonly Pattern[]): { readonly classes: Uint8Array; readonly classCount: number } {
  const used = new Uint8Array(256);
  for (const { bytes } of patterns) {
    for (let i = 0; i < bytes.length && i < DEPTH; i++) used[lower(bytes[i]!)] = 1;
  }
  const classes = new Uint8Array(shared(256));
  let classCount = 1;
  // upper case is never used, so 230 classes at most
  for (let byte = 0; byte < 256; byte++) if (used[byte] === 1) classes[byte] = classCount++;
  for (let byte = 0x41; byte <= 0x5a; byte++) classes[byte] = classes[byte + 0x20]!;
  return { classes, classCount };
}

interface Trie {
  readonly stateCount: number;
  /** [state * classCount + class] -> state, 0 for none */
  readonly next: Int32Array;
  /** state in which each pattern ends */
  readonly ends: Int32Array;
}

function buildTrie(patterns: readonly Pattern[], classes: Uint8Array, classCount: number): Trie {
  let capacity = 1024;
  let next = new Int32Array(capacity * classCount);
  let stateCount = 1;
  const ends = new Int32Array(patterns.length);
  patterns.forEach(({ bytes }, id) => {
    let state = 0;
    for (let i = 0; i < bytes.length && i < DEPTH; i++) {
      const place = state * classCount + classes[bytes[i]!]!;
      if (next[place] === 0) {
        if (stateCount === capacity) {
          capacity *= 2;
          const larger = new Int32Array(capacity * classCount);
          larger.set(next);
          next = larger;
        }
        next[place] = stateCount++;
      }
      state = next[place]!;
    }
    ends[id] = state;
  });
  return { stateCount, next, ends };
}

interface Links {
  readonly failure: Int32Array;
  /** states from the root outwards */
  readonly order: Int32Array;
}

/** Completes `trie.next` to a full transition table, breadth first. */
function link({ stateCount, next }: Trie, classCount: number): Links {
  const failure = new Int32Array(stateCount);
  const order = new Int32Array(stateCount);
  let filled = 1;
  for (let at = 0; at < filled; at++) {
    const state = order[at]!;
    const fallback = failure[state]!;
    for (let c = 0; c < classCount; c++) {
      const place = state * classCount + c;
      const target = next[place]!;
      if (target === 0) {
        next[place] = state === 0 ? 0 : next[fallback * classCount + c]!;
      } else {
        failure[target] = state === 0 ? 0 : next[fallback * classCount + c]!;
        order[filled++] = target;
      }
    }
  }
  return { failure, order };
}

/** Ids reported in each state: its own, then those of the states that end with a shorter suffix. */
function collectReports(trie: Trie, { failure, order }: Links): (number[] | undefined)[] {
  const reports = new Array<number[] | undefined>(trie.stateCount);
  trie.ends.forEach((state, id) => (reports[state] ??= []).push(id));
  for (const state of order) {
    const inherited = reports[failure[state]!];
    if (state === 0 || inherited === undefined) continue;
    const own = reports[state];
    reports[state] = own === undefined ? inherited : own.concat(inherited);
  }
  return reports;
}

/** Renumbers states so that one comparison tells whether a state reports anything, and multiplies them by the row length. */
function layOut(trie: Trie, reports: readonly (number[] | undefined)[], classCount: number) {
  const { stateCount } = trie;
  const renumbered = new Int32Array(stateCount);
  const accepting: number[] = [];
  let plain = 0;
  for (let state = 0; state < stateCount; state++) {
    if (reports[state] === undefined) renumbered[state] = plain++;
    else accepting.push(state);
  }
  accepting.forEach((state, i) => (renumbered[state] = plain + i));
  const next = new Int32Array(shared(stateCount * classCount * 4));
  for (let state = 0; state < stateCount; state++) {
    const row = renumbered[state]! * classCount;
    for (let c = 0; c < classCount; c++) next[row + c] = renumbered[trie.next[state * classCount + c]!]! * classCount;
  }
  return { next, accepting, firstAccepting: plain * classCount };
}

function packReports(reports: readonly (number[] | undefined)[], accepting: readonly number[]) {
  const starts = [0];
  const flat: number[] = [];
  for (const state of accepting) {
    for (const id of reports[state]!) flat.push(id);
    starts.push(flat.length);
  }
  return { reports: sharedInts(flat), reportStart: sharedInts(starts) };
}

function packBytes(patterns: readonly Pattern[]) {
  const starts = [0];
  for (const { bytes } of patterns) starts.push(starts[starts.length - 1]! + bytes.length);
  const all = new Uint8Array(shared(starts[patterns.length]!));
  const nocase = new Uint8Array(shared(patterns.length));
  const needsCheck = new Uint8Array(shared(patterns.length));
  patterns.forEach((pattern, i) => {
    all.set(pattern.nocase ? pattern.bytes.map(lower) : pattern.bytes, starts[i]);
    nocase[i] = pattern.nocase ? 1 : 0;
    needsCheck[i] = pattern.bytes.length > DEPTH || (!pattern.nocase && pattern.bytes.some(isLetter)) ? 1 : 0;
  });
  return { bytes: all, patternStart: sharedInts(starts), nocase, needsCheck };
}

/** Compiles patterns (none of them empty) to tables in shared memory. */
export function buildAutomaton(patterns: readonly Pattern[]): AcTables {
  const { classes, classCount } = byteClasses(patterns);
  const trie = buildTrie(patterns, classes, classCount);
  const reports = collectReports(trie, link(trie, classCount));
  const { next, accepting, firstAccepting } = layOut(trie, reports, classCount);
  return {
    classes,
    classCount,
    next,
    firstAccepting,
    ...packReports(reports, accepting),
    ...packBytes(patterns),
    minLength: shortest(patterns),
  };
}

/** How far behind its end in the automaton a pattern starts. */
export function heldLength(length: number): number {
  return Math.min(length, DEPTH);
}
