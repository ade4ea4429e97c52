// The plan as input of iptables-restore, whose changes come into force all at once; for IPv4 and IPv6 alike.

import { familyOf } from './plan.ts';
import type { Exclude, Family, FirewallPlan } from './plan.ts';

/** All chains of ours begin so. */
const PREFIX = 'TAYRA-';

const queueChain = ({ queues }: FirewallPlan): string => `${PREFIX}QUEUE-${String(queues[0])}`;
const markChain = ({ queues }: FirewallPlan): string => `${PREFIX}MARK-${String(queues[0])}`;

/** Of the table `mangle`: what it lets go on still meets the administrator's own rules in `filter`. */
export function setupText(plan: FirewallPlan, family: Family): string {
  const queue = queueChain(plan);
  const mark = markChain(plan);
  const isMarking = plan.bypass.mask !== 0;
  const { hooks } = plan;
  const lines = [
    '*mangle',
    `:${queue} - [0:0]`,
    ...(isMarking ? [`:${mark} - [0:0]`] : []),
    ...(isMarking ? [`-A ${queue} -m connmark --mark ${marked(plan)} -j RETURN`] : []),
    ...plan.excludes
      .filter((exclude) => (familyOf(exclude) ?? family) === family)
      .flatMap((exclude) => matchesOf(exclude).map((match) => `-A ${queue} ${match} -j RETURN`)),
    `-A ${queue} -j NFQUEUE ${queueWords(plan)}${plan.passesUnattended ? ' --queue-bypass' : ''}`,
    ...(isMarking ? [`-A ${mark} -m mark --mark ${marked(plan)} -j CONNMARK --save-mark ${masks(plan)}`] : []),
    ...(isMarking ? [`-I POSTROUTING 1 -j ${mark}`] : []),
    ...hooks.map((hook) => `-I ${hook} 1 -j ${queue}`),
    'COMMIT',
  ];
  return `${lines.join('\n')}\n`;
}

/** @param listing what `iptables -t mangle -S` says @returns '' when there is nothing of ours in it */
export function teardownText(listing: string): string {
  const lines = listing.split('\n').map((line) => line.trim());
  const chains = lines.filter((line) => line.startsWith(`-N ${PREFIX}`)).map((line) => line.slice(3));
  if (chains.length === 0) return '';
  const jumps = lines.filter((line) => line.startsWith('-A ') && chains.some((chain) => line.endsWith(`-j ${chain}`)));
  return [
    '*mangle',
    ...jumps.map((line) => line.replace(/^-A/, '-D')),
    ...chains.map((chain) => `-F ${chain}`),
    ...chains.map((chain) => `-X ${chain}`),
    'COMMIT',
    '',
  ].join('\n');
}

function queueWords({ queues: [first, last] }: FirewallPlan): string {
  return first === last ? `--queue-num ${String(first)}` : `--queue-balance ${String(first)}:${String(last)}`;
}

const hexadecimal = (value: number): string => `0x${(value >>> 0).toString(16)}`;
const marked = ({ bypass }: FirewallPlan): string => `${hexadecimal(bypass.mark)}/${hexadecimal(bypass.mask)}`;
const masks = ({ bypass: { mask } }: FirewallPlan): string =>
  `--nfmask ${hexadecimal(mask)} --ctmask ${hexadecimal(mask)}`;

/** Both directions: to the excluded end, and from it. */
function matchesOf({ address, port }: Exclude): string[] {
  const to = [address === undefined ? '' : `-d ${address}`, port === undefined ? '' : `-p tcp --dport ${String(port)}`];
  const from = [
    address === undefined ? '' : `-s ${address}`,
    port === undefined ? '' : `-p tcp --sport ${String(port)}`,
  ];
  return [to, from].map((words) => words.filter((word) => word !== '').join(' '));
}
