// Exception policies of the configuration: `exception-policy` for all, the sections' own settings above it.

import type { ConfigNode } from '../../config/index.ts';
import { EXCEPTION_POLICIES } from '../../respond/exception-policy.ts';
import type { ExceptionChoices, ExceptionPolicy, ExceptionTarget } from '../../respond/exception-policy.ts';

const KEYS: Readonly<Record<ExceptionTarget, string>> = {
  flowMemcap: 'flow.memcap-policy',
  defragMemcap: 'defrag.memcap-policy',
  sessionMemcap: 'stream.memcap-policy',
  midstream: 'stream.midstream-policy',
  reassemblyMemcap: 'stream.reassembly.memcap-policy',
  appLayerError: 'app-layer.error-policy',
};
const CHOICES = ['auto', ...EXCEPTION_POLICIES, 'rejectboth'] as const;
const STOPPING: readonly ExceptionPolicy[] = ['drop-flow', 'drop-packet'];

/** Passive mode drops nothing; `auto` is drop-flow inline and ignore otherwise. */
export function exceptionChoices(config: ConfigNode, isInline: boolean): ExceptionChoices {
  const master = config.choice('exception-policy', CHOICES, 'auto');
  const entries = (Object.entries(KEYS) as [ExceptionTarget, string][]).map(([target, key]) => {
    const asked = config.get(key)?.value === undefined ? master : config.choice(key, CHOICES, 'auto');
    const chosen = resolved(asked, isInline);
    return [target, target === 'midstream' ? midstream(config, asked, chosen) : chosen] as const;
  });
  return Object.fromEntries(entries) as Record<ExceptionTarget, ExceptionPolicy>;
}

/**
 * Whether errors of application layers are nothing to stop a flow for that was picked up in its midst: its parser began
 * anywhere. So where sessions may be picked up, and no policy is spelled out.
 */
export function forgivesPickedUp(config: ConfigNode): boolean {
  const key = config.get(KEYS.appLayerError)?.value === undefined ? 'exception-policy' : KEYS.appLayerError;
  return config.bool('stream.midstream', false) && config.choice(key, CHOICES, 'auto') === 'auto';
}

function resolved(asked: (typeof CHOICES)[number], isInline: boolean): ExceptionPolicy {
  if (asked === 'auto') return isInline ? 'drop-flow' : 'ignore';
  if (asked === 'rejectboth') return 'reject-both';
  return !isInline && STOPPING.includes(asked) ? 'ignore' : asked;
}

/** Where sessions may be picked up, only what was asked for itself holds. */
function midstream(config: ConfigNode, asked: string, chosen: ExceptionPolicy): ExceptionPolicy {
  return asked === 'auto' && config.bool('stream.midstream', false) ? 'ignore' : chosen;
}
