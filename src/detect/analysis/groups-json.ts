// rule_group.json: which rules can match packets of a protocol, direction and port.

import { ProtocolTest, SigFlag } from '../../framework/signature.ts';
import { groupStats } from './group-stats.ts';
import type { JsonObject } from './matches.ts';
import { portGroups } from './port-groups.ts';
import type { GroupLimits } from './port-groups.ts';
import type { AnalysedRule } from './rule.ts';
import type { PortSet } from '../../rules/index.ts';

type Direction = 'toserver' | 'toclient';
const DIRECTIONS: readonly Direction[] = ['toserver', 'toclient'];
/** Of a port that is preferred by the configuration. */
const PREFERRED_SCORE = 111;

export interface GroupOptions {
  readonly withRules: boolean;
  readonly withSearch: boolean;
  /** `detect.grouping.tcp-whitelist` and its like for UDP. */
  readonly preferred: Readonly<Record<'tcp' | 'udp', PortSet>>;
  /** Groups of ports per protocol (`detect.profile`). */
  readonly max: Readonly<Record<Direction, number>>;
}

/** IP protocols by the names of the sections. */
const PROTOCOLS = { tcp: 6, udp: 17, icmpv4: 1, icmpv6: 58 } as const;
type Section = keyof typeof PROTOCOLS;
const EVERYWHERE: readonly number[] = [
  ProtocolTest.any,
  ProtocolTest.ip,
  ProtocolTest.ip4,
  ProtocolTest.ip6,
  ProtocolTest.ether,
];

export function groupsObject(rules: readonly AnalysedRule[], options: GroupOptions): JsonObject {
  // rules about addresses alone are found by address, not by port
  const grouped = rules.filter(({ signature }) => signature.type !== 'ip_only');
  const dump = new GroupDump(options);
  const tcp = dump.byPort('tcp', grouped);
  const udp = dump.byPort('udp', grouped);
  dump.forget();
  const icmpv4 = dump.whole('icmpv4', grouped);
  const icmpv6 = dump.whole('icmpv6', grouped);
  return { ...named('icmpv4', icmpv4), ...named('tcp', tcp), ...named('udp', udp), ...named('icmpv6', icmpv6) };
}

function named(name: string, section: JsonObject): JsonObject {
  return Object.keys(section).length === 0 ? {} : { [name]: section };
}

function covers({ signature }: AnalysedRule, section: Section): boolean {
  const { protocol } = signature.header;
  if (protocol === PROTOCOLS[section] || EVERYWHERE.includes(protocol)) return true;
  return protocol === ProtocolTest.icmp && section.startsWith('icmp');
}

function isOfDirection({ signature }: AnalysedRule, direction: Direction): boolean {
  const other = direction === 'toserver' ? SigFlag.toClient : SigFlag.toServer;
  return (signature.flags & (SigFlag.toServer | SigFlag.toClient)) !== other;
}

class GroupDump {
  private readonly options: GroupOptions;
  /** Groups of the same rules have the same number. */
  private readonly ids = new Map<string, number>();
  private count = 0;

  constructor(options: GroupOptions) {
    this.options = options;
  }

  forget(): void {
    this.ids.clear();
  }

  byPort(protocol: 'tcp' | 'udp', all: readonly AnalysedRule[]): JsonObject {
    const result: JsonObject = {};
    for (const direction of DIRECTIONS) {
      this.forget();
      const rules = all.filter((rule) => covers(rule, protocol) && isOfDirection(rule, direction));
      const limits = { preferred: this.options.preferred[protocol], max: this.options.max[direction] };
      const groups = this.groupsOf(rules, direction, limits);
      if (groups.length > 0) result[direction] = groups;
    }
    return result;
  }

  /** The port is that of the server: where packets to it go, and where those from it come from. */
  private groupsOf(rules: readonly AnalysedRule[], direction: Direction, limits: GroupLimits): JsonObject[] {
    const ports = rules.map((rule) => (direction === 'toserver' ? rule.destinationPort : rule.sourcePort));
    return portGroups(ports, limits).map(({ low, high, rules: members }) => {
      const score = low === high && limits.preferred.contains(low) ? PREFERRED_SCORE : 0;
      const group = this.group(
        members.map((i) => rules[i]!),
        score,
      );
      return { port: low, port2: high, rulegroup: group };
    });
  }

  whole(protocol: Section, all: readonly AnalysedRule[]): JsonObject {
    const result: JsonObject = {};
    for (const direction of DIRECTIONS) {
      const rules = all.filter((rule) => covers(rule, protocol) && isOfDirection(rule, direction));
      if (rules.length > 0) result[direction] = { rulegroup: this.group(rules, 0) };
    }
    return result;
  }

  private group(rules: readonly AnalysedRule[], score: number): JsonObject {
    const key = rules.map(({ signature }) => signature.iid).join();
    const known = this.ids.get(key);
    const id = known ?? this.count++;
    if (known === undefined) this.ids.set(key, id);
    return {
      id,
      ...(this.options.withRules && { rules: rules.map(({ signature }) => ({ sig_id: signature.sid })) }),
      stats: groupStats(rules, this.options),
      score,
    };
  }
}
