// The memcaps of a team: what all workers may use together. Each has its share.

import { limitOf } from '../memcaps.ts';
import type { Memcap } from '../memcaps.ts';
import { shareAt } from './membership.ts';
import type { MemcapShare } from './questions.ts';

/**
 * @param told of each worker, in one order
 * @param set gives each worker its share of what was set
 */
export function teamMemcaps(
  told: readonly (readonly MemcapShare[])[],
  set: (name: string, shares: readonly number[]) => void,
): Memcap[] {
  return (told[0] ?? []).map((first, at) => {
    const { name } = first;
    const shares = told.map((memcaps) => memcaps[at]!);
    const sum = (of: (share: MemcapShare) => number | undefined): number | undefined =>
      of(first) === undefined ? undefined : shares.reduce((all, share) => all + (of(share) ?? 0), 0);
    const inUse = sum((share) => share.inUse);
    const limit = { name, isFixed: inUse === undefined, most: sum((share) => share.most) };
    return {
      name,
      bytes: inUse === undefined ? first.bytes : sum(({ bytes }) => bytes)!,
      inUse: () => inUse,
      told: () => ({ name, bytes: first.bytes, most: limit.most }),
      set: (bytes) => {
        const problem = limitOf(limit, bytes);
        if (problem !== undefined) return problem;
        set(
          name,
          told.map((_, index) => shareAt(bytes, { index, count: told.length })),
        );
        return undefined;
      },
    };
  });
}
