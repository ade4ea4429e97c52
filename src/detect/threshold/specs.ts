// Which thresholds hold for a signature: its own, and the lines of threshold.config that name it.

import { Action } from '../../framework/packet.ts';
import type { Signature, ThresholdSpec } from '../../framework/signature.ts';
import type { AddressSet, ThresholdEntry } from '../../rules/index.ts';

export interface GlobalSpec {
  /** 0: every generator */
  readonly gid: number;
  /** 0: every signature of the generator */
  readonly sid: number;
  readonly spec: ThresholdSpec;
}

const NEW_ACTIONS = {
  alert: Action.alert,
  drop: Action.drop,
  pass: Action.pass,
  reject: Action.reject | Action.drop,
} as const;

/** The lines of threshold.config in the form the run time wants. */
export function globalSpecs(entries: readonly ThresholdEntry[]): GlobalSpec[] {
  return entries.map((entry) => ({ gid: entry.gid, sid: entry.sid, spec: specOf(entry) }));
}

const BASE = { count: 0, seconds: 0, multiplier: 0, uniqueOn: 'none', newAction: 0, timeout: 0, covers: null } as const;

function specOf(entry: ThresholdEntry): ThresholdSpec {
  if (entry.kind === 'suppress') {
    const covers = entry.addresses === undefined ? null : coverage(entry.addresses);
    return { ...BASE, type: 'suppress', track: entry.track ?? 'none', covers };
  }
  const { track, count, seconds } = entry;
  if (entry.kind === 'threshold')
    return { ...BASE, type: entry.type, track, count, seconds, multiplier: entry.multiplier };
  const newAction = NEW_ACTIONS[entry.newAction];
  return { ...BASE, type: 'rate_filter', track, count, seconds, newAction, timeout: entry.timeout };
}

function coverage(set: AddressSet): NonNullable<ThresholdSpec['covers']> {
  return (version, a0, a1, a2, a3) => {
    if (version === 4) return set.contains4(a0);
    return version === 6 && set.contains6(a0, a1, a2, a3);
  };
}

/**
 * Suppressions first, each of them; then the thresholds. A line for this very signature takes the place of the rule's
 * own threshold; a line for all signatures holds only where there is no other.
 */
export function specsOf(signature: Signature, globals: readonly GlobalSpec[]): ThresholdSpec[] {
  const suppress: ThresholdSpec[] = [];
  let limits: ThresholdSpec[] = signature.threshold === null ? [] : [signature.threshold];
  let isOwn = true;
  for (const { gid, sid, spec } of globals) {
    if ((gid !== 0 && gid !== signature.gid) || (sid !== 0 && sid !== signature.sid)) continue;
    if (spec.type === 'suppress') suppress.push(spec);
    else if (sid !== 0) {
      limits = isOwn ? [spec] : [...limits, spec];
      isOwn = false;
    } else if (limits.length === 0) limits = [spec];
  }
  return [...suppress, ...limits];
}
