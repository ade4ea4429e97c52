// `--simulate-*`: exceptions played at given packets, to try exception policies.

import { NO_SIMULATIONS } from '../engine/settings/index.ts';
import type { Simulations } from '../engine/settings/index.ts';
import type { Arguments } from './arguments.ts';

type Numbers = Omit<Simulations, 'alertQueueFailure'>;

const OPTIONS: Readonly<Record<keyof Numbers, string>> = {
  flowMemcap: 'simulateFlowMemcap',
  sessionMemcap: 'simulateSessionMemcap',
  reassemblyMemcap: 'simulateReassemblyMemcap',
  defragMemcap: 'simulateDefragMemcap',
  appErrorToServer: 'simulateAppErrorToServer',
  appErrorToClient: 'simulateAppErrorToClient',
};

/** What the command line asks for, or the text of what is wrong with it. */
export function readSimulations(args: Arguments): Simulations | string {
  const result: Record<keyof Numbers, number> = { ...NO_SIMULATIONS };
  for (const [name, option] of Object.entries(OPTIONS) as [keyof Numbers, string][]) {
    const text = args.values.get(option)?.at(-1);
    if (text === undefined) continue;
    if (!/^\d{1,15}$/.test(text)) return `--simulate-*: "${text}" is no number`;
    result[name] = Number(text);
  }
  return { ...result, alertQueueFailure: args.flags.has('simulateAlertQueueFailure') };
}
