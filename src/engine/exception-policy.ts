// Exception policies: which values make sense where (`stream.midstream-policy`), told before the start.

import type { ConfigNode } from '../config/index.ts';

const WITH_PICKUP = ['ignore', 'pass-flow', 'auto'];
const NEVER = ['drop-packet', 'pass-packet'];

/** What is wrong with `stream.midstream-policy`, undefined when it is usable. */
export function midstreamPolicyProblem(config: ConfigNode, isInline: boolean): string | undefined {
  const policy = config.string('stream.midstream-policy', 'auto') ?? 'auto';
  if (NEVER.includes(policy)) return `Error parsing stream.midstream-policy: ${policy} is not valid for whole flows`;
  if (config.bool('stream.midstream', false)) {
    if (WITH_PICKUP.includes(policy)) return undefined;
    return `Error parsing stream.midstream-policy: ${policy} cannot be used with stream.midstream enabled`;
  }
  if (policy === 'drop-flow' && !isInline) return 'Error parsing stream.midstream-policy: drop-flow needs inline mode';
  return undefined;
}
