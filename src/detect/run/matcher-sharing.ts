// Which sets of patterns are looked for by one matcher: compiling another for nearly the same costs more than it saves.

/** One matcher to be made. */
export interface SharedSet {
  /** Numbers of the patterns that it looks for. */
  readonly patterns: readonly number[];
  /** Which of the sets it serves, by their places. */
  readonly members: readonly number[];
}

/** How many times the patterns of a set its matcher may look for. */
const MOST_SPARE = 1.25;
/** Beyond that, whatever the size of the set. */
const WORTH_SHARING = 4;

class Shared implements SharedSet {
  readonly patterns: number[] = [];
  readonly members: number[] = [];
  /** By number of a pattern, 1 for those that it looks for. */
  private readonly has: Uint8Array;
  /** What the smallest of its sets allows. */
  private most = Infinity;

  constructor(patternCount: number) {
    this.has = new Uint8Array(patternCount);
  }

  /** How many patterns more it would look for, Infinity where that is too many for one of the sets. */
  costOf(set: readonly number[]): number {
    const room = Math.min(this.most, mostFor(set)) - this.patterns.length;
    if (room < 0) return Infinity;
    let more = 0;
    for (const number of set) if (this.has[number] === 0 && ++more > room) return Infinity;
    return more;
  }

  add(member: number, set: readonly number[]): void {
    this.members.push(member);
    this.most = Math.min(this.most, mostFor(set));
    for (const number of set) {
      if (this.has[number] !== 0) continue;
      this.has[number] = 1;
      this.patterns.push(number);
    }
  }
}

function mostFor(set: readonly number[]): number {
  return set.length * MOST_SPARE + WORTH_SHARING;
}

/**
 * Brings sets that are nearly the same together, the large ones first.
 * @param sets numbers of patterns below `patternCount`, each once
 */
export function shareMatchers(sets: readonly (readonly number[])[], patternCount: number): SharedSet[] {
  const order = sets.map((_, i) => i).sort((a, b) => sets[b]!.length - sets[a]!.length);
  const shared: Shared[] = [];
  for (const member of order) {
    const set = sets[member]!;
    let best: Shared | undefined;
    let least = Infinity;
    for (const one of shared) {
      const cost = one.costOf(set);
      if (cost < least) [best, least] = [one, cost];
      if (least === 0) break;
    }
    if (best === undefined) shared.push((best = new Shared(patternCount)));
    best.add(member, set);
  }
  return shared;
}
