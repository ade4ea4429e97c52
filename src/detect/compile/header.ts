// Rule header to a condition on packets: addresses and ports of both ends, either way round for `<>`.

import type { Packet } from '../../framework/packet.ts';
import type { PacketMatch } from '../../framework/signature.ts';
import type { AddressSet, PortSet } from '../../rules/index.ts';
import { hasPorts } from './protocols.ts';

export interface HeaderSets {
  readonly source: AddressSet;
  readonly sourcePort: PortSet;
  readonly destination: AddressSet;
  readonly destinationPort: PortSet;
}

const always: PacketMatch = () => true;

function sourceIn(set: AddressSet): PacketMatch {
  if (set.isAny) return always;
  return (p) =>
    p.ipVersion === 4
      ? set.contains4(p.src0 >>> 0)
      : p.ipVersion === 6 && set.contains6(p.src0 >>> 0, p.src1 >>> 0, p.src2 >>> 0, p.src3 >>> 0);
}

function destinationIn(set: AddressSet): PacketMatch {
  if (set.isAny) return always;
  return (p) =>
    p.ipVersion === 4
      ? set.contains4(p.dst0 >>> 0)
      : p.ipVersion === 6 && set.contains6(p.dst0 >>> 0, p.dst1 >>> 0, p.dst2 >>> 0, p.dst3 >>> 0);
}

/** Packets without ports satisfy only rules that ask for none. */
function portMatch(set: PortSet, port: (p: Packet) => number): PacketMatch {
  if (set.isAny) return always;
  return (p) => hasPorts(p.proto) && set.contains(port(p));
}

function allOf(conditions: readonly PacketMatch[]): PacketMatch {
  const [first = always, second = always, third = always, fourth = always] = conditions.filter((one) => one !== always);
  if (first === always) return always;
  if (second === always) return first;
  if (third === always) return (p, ctx) => first(p, ctx) && second(p, ctx);
  return (p, ctx) => first(p, ctx) && second(p, ctx) && third(p, ctx) && fourth(p, ctx);
}

/** The condition of the sets read from left to right. */
export function headerMatch(sets: HeaderSets): PacketMatch {
  return allOf([
    portMatch(sets.destinationPort, (p) => p.dp),
    portMatch(sets.sourcePort, (p) => p.sp),
    destinationIn(sets.destination),
    sourceIn(sets.source),
  ]);
}

/** `<>`: the sets hold in one of the two readings. */
export function eitherWay(sets: HeaderSets): PacketMatch {
  const forward = headerMatch(sets);
  const backward = headerMatch({
    source: sets.destination,
    sourcePort: sets.destinationPort,
    destination: sets.source,
    destinationPort: sets.sourcePort,
  });
  return (p, ctx) => forward(p, ctx) || backward(p, ctx);
}
