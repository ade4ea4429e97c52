// The arithmetic of each kind of threshold over one entry.

import type { ThresholdSpec } from '../../framework/signature.ts';
import { ThresholdField, ThresholdResult } from './result.ts';

export interface Sight {
  readonly isNew: boolean;
  /** False for a repeated port under `unique_on`: it is no further count. */
  readonly counts: boolean;
  /** microseconds */
  readonly now: number;
}

/** Updates the entry at `at` and gives a value of `ThresholdResult`. */
export function decide(spec: ThresholdSpec, values: Float64Array, at: number, sight: Sight): number {
  if (spec.type === 'backoff') return backoff(spec, values, at, sight);
  if (spec.type === 'rate_filter') return rateFilter(spec, values, at, sight);
  const count = advance(spec, values, at, sight);
  switch (spec.type) {
    case 'limit':
      return count <= spec.count ? ThresholdResult.alert : ThresholdResult.silent;
    case 'threshold':
      if (count < spec.count) return ThresholdResult.none;
      values[at + ThresholdField.count] = 0;
      return ThresholdResult.alert;
    case 'both':
      if (count < spec.count) return ThresholdResult.none;
      return count === spec.count ? ThresholdResult.alert : ThresholdResult.silent;
    case 'detection_filter':
      return count > spec.count ? ThresholdResult.alert : ThresholdResult.none;
    default:
      return ThresholdResult.alert;
  }
}

/** Counts in the running window, or begins a new one. */
function advance(spec: ThresholdSpec, values: Float64Array, at: number, sight: Sight): number {
  const isOver = sight.now > values[at + ThresholdField.since]! + spec.seconds * 1e6;
  if (sight.isNew || isOver) {
    values[at + ThresholdField.since] = sight.now;
    values[at + ThresholdField.count] = 1;
    return 1;
  }
  if (!sight.counts) return values[at + ThresholdField.count]!;
  return (values[at + ThresholdField.count] = values[at + ThresholdField.count]! + 1);
}

function backoff(spec: ThresholdSpec, values: Float64Array, at: number, sight: Sight): number {
  if (sight.isNew) values[at + ThresholdField.next] = spec.count;
  values[at + ThresholdField.since] = sight.now;
  const count = (values[at + ThresholdField.count] = values[at + ThresholdField.count]! + 1);
  if (count !== values[at + ThresholdField.next]) return ThresholdResult.silent;
  values[at + ThresholdField.next] = count * spec.multiplier;
  return ThresholdResult.alert;
}

function rateFilter(spec: ThresholdSpec, values: Float64Array, at: number, sight: Sight): number {
  const active = values[at + ThresholdField.active]!;
  if (active !== 0) {
    // in whole seconds, as Suricata has it
    if (Math.floor(sight.now / 1e6) - Math.floor(active / 1e6) <= spec.timeout) return ThresholdResult.newAction;
    values[at + ThresholdField.active] = 0;
    return ThresholdResult.alert;
  }
  if (advance(spec, values, at, sight) <= spec.count) return ThresholdResult.alert;
  values[at + ThresholdField.active] = sight.now;
  return ThresholdResult.newAction;
}
