// Exception policies: which values make sense where (`stream.midstream-policy`), told before the start.

import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';

const WITH_PICKUP = ['ignore', 'pass-flow', 'auto'];
const DROPPING = ['drop-flow', 'drop-packet'];
const NEVER = ['drop-packet', 'pass-packet'];

/** Says what `exception-policy` came to, where the configuration has it. */
export function tellMasterPolicy(config: ConfigNode, isInline: boolean): void {
  const asked = config.string('exception-policy');
  if (asked === undefined) return;
  const dropsNothing = !isInline && DROPPING.includes(asked);
  log.info('exception-policy', `master exception-policy set to: ${dropsNothing ? 'ignore' : asked}`);
}

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
