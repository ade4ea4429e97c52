// Renumbering: what is remembered of signatures by their numbers, carried from one rule set to the next.
//
// Flows outlive rule sets. What a transaction or a frame remembers names signatures by number (matched, waiting), and
// the same rule has another number in another set: it is translated when it is next looked at, not when sets change.
// A rule that was changed or taken away is forgotten; a new one looks at what comes after it.

import type { Steps } from '../../base/steps.ts';
import type { Frame } from '../../framework/frame.ts';
import type { TxInspectState } from '../../framework/transaction.ts';
import type { SignatureOutline } from '../compile/outline.ts';

/** Sets back that numbers are known of: who slept longer begins anew. */
const KNOWN_SETS = 8;
const GONE = -1;
/** Signatures a step. */
const STEP = 2000;

export interface RenumberingHost {
  readonly renumbering: Renumbering;
}

export class Renumbering {
  /** Number of the rule set in force, from 0. */
  readonly generation: number;
  /** Of the sets before, the latest last: by number there, the number here. */
  private readonly former: readonly Int32Array[];

  private constructor(generation: number, former: readonly Int32Array[]) {
    this.generation = generation;
    this.former = former;
  }

  /** Of the first rule set. */
  static readonly none = new Renumbering(0, []);

  /** Of the set that takes the place of this one. */
  *next(before: readonly SignatureOutline[], after: readonly SignatureOutline[]): Steps<Renumbering> {
    const numbers = new Map<number, number>();
    for (const outline of after) {
      numbers.set(identityOf(outline), outline.iid);
      if (numbers.size % STEP === 0) yield;
    }
    const step = new Int32Array(before.length);
    for (let i = 0; i < before.length; i++) {
      const number = numbers.get(identityOf(before[i]!));
      step[i] = number !== undefined && isSame(before[i]!, after[number]!) ? number : GONE;
      if (i % STEP === STEP - 1) yield;
    }
    const known = this.former.slice(1 - KNOWN_SETS).map((numbers) => numbers.map((n) => (n < 0 ? GONE : step[n]!)));
    return new Renumbering(this.generation + 1, [...known, step]);
  }

  transaction(state: TxInspectState): void {
    const numbers = this.numbersOf(state.generation);
    state.generation = this.generation;
    state.matched = translated(state.matched, numbers);
    const { waiting, steps } = state;
    state.waiting = state.steps = null;
    waiting?.forEach((iid, i) => {
      const now = numbers?.[iid] ?? GONE;
      if (now < 0) return;
      (state.waiting ??= []).push(now);
      (state.steps ??= []).push(steps![i]!);
    });
  }

  frame(frame: Frame): void {
    frame.matched = translated(frame.matched, this.numbersOf(frame.generation));
    frame.generation = this.generation;
  }

  /**
   * Undefined where they are not known any more. What was made since this set came is of generation 0 as well, and
   * has nothing to translate.
   */
  private numbersOf(generation: number): Int32Array | undefined {
    return this.former[this.former.length - (this.generation - generation)];
  }
}

function translated(matched: Set<number> | null, numbers: Int32Array | undefined): Set<number> | null {
  if (matched === null || numbers === undefined) return null;
  const result = new Set<number>();
  for (const iid of matched) if (numbers[iid]! >= 0) result.add(numbers[iid]!);
  return result.size === 0 ? null : result;
}

function identityOf({ gid, sid }: SignatureOutline): number {
  return gid * 0x100000000 + sid;
}

/** The same text: its steps are the same too. */
function isSame({ place: a, rev }: SignatureOutline, { place: b, rev: otherRev }: SignatureOutline): boolean {
  return rev === otherRev && textAt(a).equals(textAt(b));
}

const LINE_END = 10;
const CARRIAGE_RETURN = 13;
const BACKSLASH = 0x5c;

/** The bytes of a rule: from its place to the end of the line, or of the last that it is continued on. */
function textAt({ text, start }: SignatureOutline['place']): Buffer {
  const { buffer, byteOffset, byteLength } = text.bytes;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  let end = bytes.indexOf(LINE_END, start);
  while (end >= 0 && isContinued(bytes, end)) end = bytes.indexOf(LINE_END, end + 1);
  return bytes.subarray(start, end < 0 ? byteLength : end);
}

function isContinued(bytes: Buffer, end: number): boolean {
  return bytes[bytes[end - 1] === CARRIAGE_RETURN ? end - 2 : end - 1] === BACKSLASH;
}
