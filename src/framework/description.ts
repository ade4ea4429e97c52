// Descriptions: what a condition of a rule is, in words and numbers, for engine analysis. Data only, never run.

import type { IntegerMatch } from '../rules/index.ts';

export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/** What stands beside the name of a condition, e.g. `{ ttl: { equal: 5 } }`. */
export type Details = Readonly<Record<string, Json>>;

/** What a packet must bring for the condition to hold (`requirements` of engine analysis). */
export type Requirement =
  'payload' | 'no_payload' | 'flow' | 'tcp_flags_init_deinit' | 'tcp_flags_unusual' | 'engine_event';

/** A condition or action of a rule. */
export interface Description {
  readonly keyword: string;
  readonly details?: Details;
  /** False: the rule may still be one about addresses alone, looked at once per flow and direction (ip_only). */
  readonly isPerPacket?: boolean;
}

/** An integer condition: `{ equal: 5 }`, `{ range: { min: 1, max: 8 } }` ... */
export function describeInteger(match: IntegerMatch): Details {
  const a = Number(match.a);
  switch (match.op) {
    case 'eq':
      return { equal: a };
    case 'ne':
      return { diff: a };
    case 'lt':
      return { lt: a };
    case 'le':
      return { lte: a };
    case 'gt':
      return { gt: a };
    case 'ge':
      return { gte: a };
    case 'range':
      return { range: { min: a, max: Number(match.b) } };
    case 'not_range':
      return { negated_range: { min: a, max: Number(match.b) } };
    case 'mask_eq':
      return { bitmask: { mask: Number(match.mask), value: a } };
    case 'mask_ne':
      return { negated_bitmask: { mask: Number(match.mask), value: a } };
  }
}
