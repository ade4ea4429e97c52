// Sorted disjoint ranges of integers: union and difference, for addresses and ports at load time.

/** Inclusive bounds. */
export type Range<T extends number | bigint> = readonly [low: T, high: T];

/** Sorted, disjoint, adjacent ranges joined. `one` is 1 or 1n. */
export function normalise<T extends number | bigint>(ranges: readonly Range<T>[], one: T): Range<T>[] {
  const sorted = [...ranges].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const result: [T, T][] = [];
  for (const [low, high] of sorted) {
    const last = result.at(-1);
    if (last !== undefined && low <= add(last[1], one)) {
      if (high > last[1]) last[1] = high;
    } else result.push([low, high]);
  }
  return result;
}

/** What of `from` is in no range of `without`; both normalised. */
export function subtract<T extends number | bigint>(
  from: readonly Range<T>[],
  without: readonly Range<T>[],
  one: T,
): Range<T>[] {
  const result: Range<T>[] = [];
  let j = 0;
  for (const [start, end] of from) {
    let low = start;
    let isDone = false;
    while (j < without.length && without[j]![1] < low) j++;
    for (let k = j; k < without.length && without[k]![0] <= end; k++) {
      const [cutLow, cutHigh] = without[k]!;
      if (cutLow > low) result.push([low, add(cutLow, -one as T)]);
      if (cutHigh >= end) {
        isDone = true;
        break;
      }
      low = add(cutHigh, one);
    }
    if (!isDone) result.push([low, end]);
  }
  return result;
}

function add<T extends number | bigint>(a: T, b: T): T {
  return ((a as number) + (b as number)) as T;
}
