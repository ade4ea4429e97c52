// What must be settled before the rules are loaded: whom to run as, the packet filter, parts that are not there yet.
import { log } from '../base/log.ts';
import { configProblem } from '../config/index.ts';
import type { ConfigNode } from '../config/index.ts';
import type { Simulations } from '../engine/settings/index.ts';
import type { PacketFilter } from '../pcap/index.ts';
import type { Arguments } from './arguments.ts';
import { filterOf } from './packet-filter.ts';
import { missingPart } from './missing-parts.ts';
import { readSimulations } from './simulations.ts';
import { findRunAs } from './user.ts';
import type { RunAs } from './user.ts';

export interface Preparation {
  readonly runAs: RunAs | undefined;
  readonly filter: PacketFilter | undefined;
  readonly simulate: Simulations;
}

/** Undefined when the run cannot start; the reason is in the log. */
export function prepare(args: Arguments, config: ConfigNode): Preparation | undefined {
  const runAs = findRunAs(args, config);
  if (typeof runAs === 'string') return refused('privs', runAs);
  const problem = configProblem(config);
  if (problem !== undefined) return refused('suricata', problem);
  setUmask(config.string('umask'));
  const isDry = args.flags.has('test') || args.flags.has('engineAnalysis');
  const missing = isDry ? undefined : missingPart(args);
  if (missing !== undefined) return refused('suricata', missing);
  const filter = filterOf(args);
  if (typeof filter === 'string') return refused('pcap', filter);
  const simulate = readSimulations(args);
  if (typeof simulate === 'string') return refused('suricata', simulate);
  return { runAs, filter, simulate };
}

function refused(module: string, message: string): Preparation | undefined {
  log.error(module, message);
  return undefined;
}

/** `umask`: octal, as in the shell; what the shell gave stays where it says nothing. */
function setUmask(text: string | undefined): void {
  if (text === undefined) return;
  if (/^[0-7]{1,4}$/.test(text)) process.umask(parseInt(text, 8));
  else log.warning('suricata', `umask: "${text}" is no octal number such as 022`);
}
