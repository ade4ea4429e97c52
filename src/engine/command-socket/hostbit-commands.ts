// add-hostbit, remove-hostbit, list-hostbit: marks of hosts, set and asked from outside.

import { parseIpv4, parseIpv6 } from '../../base/ip.ts';
import { hostBitsOf } from '../../keywords/xbits.ts';
import type { Host, HostBits } from '../../keywords/xbits.ts';
import type { LoadedRules } from '../load-rules.ts';
import type { CommandArguments } from './arguments.ts';
import { ok, refused } from './server.ts';
import type { Answer, Command, Exclusively } from './server.ts';

const SECOND = 1e6;
/** Marks that rules set for good, as Suricata tells them. */
const FOR_GOOD = 0xffffffff;

/**
 * @param alone for those that change marks
 * @param now microseconds of packets
 */
export function hostbitCommands(
  rules: () => LoadedRules | null,
  alone: Exclusively,
  now: () => number,
): readonly (readonly [string, Command])[] {
  const withHost =
    (act: (bits: HostBits, host: Host, given: CommandArguments) => Answer) =>
    (given: CommandArguments): Answer => {
      if (typeof given['ipaddress'] !== 'string') return refused('ipaddress is not an string');
      const host = hostOf(given['ipaddress']);
      if (host === undefined) return refused('invalid address string');
      const current = rules();
      return current === null ? refused('detection is disabled') : act(hostBitsOf(current.setup), host, given);
    };
  return [
    ['add-hostbit', alone(withHost((bits, host, given) => add(bits, host, given, now())))],
    ['remove-hostbit', alone(withHost(remove))],
    ['list-hostbit', withHost((bits, host) => list(bits, host, now()))],
  ];
}

function hostOf(text: string): Host | undefined {
  const v4 = parseIpv4(text);
  if (v4 >= 0) return { isIp6: false, words: [v4 | 0, 0, 0, 0] };
  const words = new Int32Array(4);
  if (!parseIpv6(text, words)) return undefined;
  return { isIp6: true, words: [words[0]!, words[1]!, words[2]!, words[3]!] };
}

function add(bits: HostBits, host: Host, { hostbit, expire }: CommandArguments, now: number): Answer {
  if (typeof hostbit !== 'string') return refused('hostbit is not a string');
  if (!bits.isKnownForHosts(hostbit)) return refused('hostbit not found');
  if (typeof expire !== 'number' || !Number.isInteger(expire)) return refused('expire is not an integer');
  return bits.setHost(hostbit, host, { now, until: now + expire * SECOND })
    ? ok('hostbit added')
    : refused('no room for more hostbits');
}

function remove(bits: HostBits, host: Host, { hostbit }: CommandArguments): Answer {
  if (typeof hostbit !== 'string') return refused('hostbit is not a string');
  if (!bits.isKnownForHosts(hostbit)) return refused('hostbit not found');
  if (bits.marksOf(host) === undefined) return refused('host not found');
  bits.setHost(hostbit, host, { now: 0, until: 0 });
  return ok('hostbit removed');
}

function list(bits: HostBits, host: Host, now: number): Answer {
  const marks = bits.marksOf(host)?.filter(({ until }) => until > now);
  if (marks === undefined) return refused('host not found');
  const hostbits = marks.map(({ name, until }) => ({
    name,
    expire: Math.min(FOR_GOOD, Math.ceil((until - now) / SECOND)),
  }));
  return ok({ count: hostbits.length, hostbits });
}
