// The condition of integer keywords as a closure over doubles.

import type { IntegerMatch } from '../../rules/index.ts';

/** Values are exact up to 2^53, as lengths and counts are. */
export function integerTest(match: IntegerMatch): (value: number) => boolean {
  const a = Number(match.a);
  switch (match.op) {
    case 'eq':
      return (value) => value === a;
    case 'ne':
      return (value) => value !== a;
    case 'lt':
      return (value) => value < a;
    case 'le':
      return (value) => value <= a;
    case 'gt':
      return (value) => value > a;
    case 'ge':
      return (value) => value >= a;
    case 'range':
    case 'not_range': {
      const b = Number(match.b);
      return match.op === 'range' ? (value) => value > a && value < b : (value) => !(value > a && value < b);
    }
    case 'mask_eq':
    case 'mask_ne': {
      const mask = Number(match.mask);
      const wanted = match.op === 'mask_eq';
      return (value) => ((value & mask) >>> 0 === a) === wanted;
    }
  }
}

/** A bound that the value cannot exceed, Infinity without one: as the check of dsize and bsize counts it, not the tightest. */
export function largestValue(match: IntegerMatch): number {
  if (match.op === 'eq' || match.op === 'le' || match.op === 'lt') return Number(match.a);
  return match.op === 'range' ? Number(match.b) : Infinity;
}
