// What is known of a value beforehand by the condition on it.

import type { IntegerMatch } from '../../rules/index.ts';

/** A bound that the value cannot exceed, Infinity without one: as the check of dsize and bsize counts it, not the tightest. */
export function largestValue(match: IntegerMatch): number {
  if (match.op === 'eq' || match.op === 'le' || match.op === 'lt') return Number(match.a);
  return match.op === 'range' ? Number(match.b) : Infinity;
}
