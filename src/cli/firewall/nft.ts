// The plan as a script of nft, whose changes come into force all at once: a table of its own, for IPv4 and IPv6.

import { familyOf } from './plan.ts';
import type { Exclude, FirewallPlan } from './plan.ts';

/** All tables of ours begin so. */
const PREFIX = 'tayra_queue_';

/** A packet that a chain here accepts still meets the chains of other tables. */
export function setupScript(plan: FirewallPlan): string {
  const name = `inet ${PREFIX}${String(plan.queues[0])}`;
  const isMarking = plan.bypass.mask !== 0;
  const rules = [
    ...(isMarking ? [`ct mark and ${mask(plan)} == ${mark(plan)} accept`] : []),
    ...plan.excludes.flatMap(matchesOf).map((match) => `${match} accept`),
    `queue num ${queueWords(plan)}${plan.passesUnattended ? ' bypass' : ''}`,
  ];
  const chains = plan.hooks.map((hook) => chain(hook.toLowerCase(), hook.toLowerCase(), rules));
  if (isMarking)
    chains.push(
      chain('save_mark', 'postrouting', [
        `meta mark and ${mask(plan)} == ${mark(plan)} ct mark set ct mark or ${mark(plan)}`,
      ]),
    );
  return `table ${name} {\n${chains.join('')}}\n`;
}

/** @param listing what `nft list tables` says @returns '' when there is nothing of ours in it */
export function teardownScript(listing: string): string {
  const tables = listing.split('\n').filter((line) => line.startsWith(`table inet ${PREFIX}`));
  return tables.map((line) => `delete ${line.trim()}\n`).join('');
}

function chain(name: string, hook: string, rules: readonly string[]): string {
  const head = `    type filter hook ${hook} priority -150; policy accept;`;
  return [`  chain ${name} {`, head, ...rules.map((rule) => `    ${rule}`), '  }', ''].join('\n');
}

const hexadecimal = (value: number): string => `0x${(value >>> 0).toString(16)}`;
const mark = ({ bypass }: FirewallPlan): string => hexadecimal(bypass.mark);
const mask = ({ bypass }: FirewallPlan): string => hexadecimal(bypass.mask);

function queueWords({ queues: [first, last] }: FirewallPlan): string {
  return first === last ? String(first) : `${String(first)}-${String(last)}`;
}

/** Both directions: to the excluded end, and from it. */
function matchesOf(exclude: Exclude): string[] {
  const { address, port } = exclude;
  const family = familyOf(exclude) === 6 ? 'ip6' : 'ip';
  return (['d', 's'] as const).map((side) =>
    [
      address === undefined ? '' : `${family} ${side}addr ${address}`,
      port === undefined ? '' : `tcp ${side}port ${String(port)}`,
    ]
      .filter((word) => word !== '')
      .join(' '),
  );
}
