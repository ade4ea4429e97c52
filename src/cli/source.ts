// Where packets come from, as the command line says: a capture file, or one of the live sources.
import { existsSync, statSync } from 'node:fs';
import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';
import { isStopping, parseQueues } from '../engine/settings/index.ts';
import { comingCaptures, listCaptures } from '../pcap/index.ts';
import { isGiven, lastValue } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import { MISSING_SOURCES } from './missing-parts.ts';

/** Options that name interfaces to capture from. */
const INTERFACES: readonly string[] = ['interface', 'afPacket', 'pcap'];
export interface UsageProblem {
  readonly message: string;
  /** Who says so; without it the program. */
  readonly module?: string;
  /** Whether the help text goes with it. */
  readonly withHelp: boolean;
}

/** What is wrong with the choice of a source; undefined when it can be worked with (or is not needed). */
export function sourceProblem(args: Arguments): UsageProblem | undefined {
  const sources = [['read'], ['queue'], ['unixSocket'], ['listen'], INTERFACES, ...MISSING_SOURCES];
  if (sources.filter((options) => options.some((option) => isGiven(args, option))).length > 1)
    return { message: 'more than one run mode has been specified', withHelp: true };
  if (args.values.get('interface')?.includes('') === true)
    return { message: '-i needs the name of an interface', withHelp: false };
  const queues = parseQueues(args.values.get('queue') ?? []);
  if (typeof queues === 'string') return { message: queues, withHelp: false, module: 'nfq' };
  const checksums = lastValue(args, 'checksums') ?? 'auto';
  if (!['all', 'none', 'auto'].includes(checksums))
    return { message: `option '${checksums}' invalid for -k`, withHelp: false };
  const path = lastValue(args, 'read');
  if (path !== undefined && path !== '-' && !existsSync(path))
    return { message: `pcap file '${path}': No such file or directory`, withHelp: false };
  if (args.flags.has('daemon') && args.values.has('read'))
    return { message: 'ERROR: pcap offline mode cannot run as daemon', withHelp: false };
  return undefined;
}

/** Whether packets are to come as they are sent, from interfaces or queues. */
export function isLive(args: Arguments): boolean {
  return INTERFACES.some((option) => isGiven(args, option)) || hasQueues(args) || isGiven(args, 'listen');
}

/** Whether packets are to come from queues of the firewall, to which verdicts go back. */
export function hasQueues(args: Arguments): boolean {
  return isGiven(args, 'queue');
}

/** Whether something can be done about packets, really or as if. */
export function isInline(args: Arguments, config: ConfigNode): boolean {
  if (args.flags.has('simulateIps') || hasQueues(args)) return true;
  const isCapturing = INTERFACES.some((option) => isGiven(args, option));
  return isCapturing && interfaceSection(args) === 'af-packet' && isStopping(config, interfacesOf(args));
}

/** The section of the configuration that says more of the interfaces. */
export function interfaceSection(args: Arguments): 'af-packet' | 'pcap' {
  return isGiven(args, 'pcap') && !isGiven(args, 'afPacket') ? 'pcap' : 'af-packet';
}

/** The interfaces of -i, --af-packet and --pcap; none for those of the configuration. */
export function interfacesOf(args: Arguments): string[] {
  return INTERFACES.flatMap((option) => args.values.get(option) ?? []).filter((name) => name !== '');
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Whether captures are to be read as clients of the command socket ask for them. */
export function isServing(args: Arguments): boolean {
  return isGiven(args, 'unixSocket');
}

/** The files of -r; undefined, with the reason told, when there are none. */
export function capturesOf(args: Arguments, config: ConfigNode): Iterable<string | undefined> | undefined {
  const path = lastValue(args, 'read');
  if (path === undefined) {
    log.error('suricata', 'Please specify a runmode or capture option. Use --list-runmodes to see available runmodes.');
    return undefined;
  }
  if (!isFolder(path)) return [path];
  const recursive = args.flags.has('recursive');
  if (!args.flags.has('continuous')) return listCaptures(path, { recursive });
  const delay = 1000 * config.seconds('pcap-file.delay', 30);
  return comingCaptures(path, { recursive, delay, interval: 1000 * config.seconds('pcap-file.poll-interval', 5) });
}
