// Options of IPv6 hop-by-hop and destination headers (RFC 8200 section 4.2).

import { defineAnomalies } from '../framework/anomaly.ts';
import { markInvalid } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';
import { IpProtocol } from '../wire/ipv4.ts';
import { Ipv6Option } from '../wire/ipv6.ts';

const ANOMALY = defineAnomalies('decode', 'ipv6', [
  'exthdr_invalid_optlen',
  'zero_len_padn',
  'hopopts_unknown_opt',
  'hopopts_only_padding',
  'dstopts_unknown_opt',
  'dstopts_only_padding',
]);

const ROUTER_ALERT_LENGTH = 2;
const JUMBO_LENGTH = 4;
const HOME_ADDRESS_LENGTH = 16;

/** Looks at the options of the header of `length` bytes at `o`. */
export function inspectIpv6Options(p: Packet, header: number, o: number, length: number): void {
  const data = p.data;
  const end = o + length;
  let padding = 0;
  let others = 0;
  for (o += 2; o < end;) {
    const type = data[o]!;
    if (type === Ipv6Option.pad1) {
      padding++;
      o++;
      continue;
    }
    const size = o + 1 < end ? data[o + 1]! : 0;
    if (o + 1 >= end || o + 2 + size > end || size < minimumLength(type)) {
      markInvalid(p, ANOMALY.exthdr_invalid_optlen);
      break;
    }
    if (type === Ipv6Option.padN) {
      padding++;
      if (size === 0) p.addAnomaly(ANOMALY.zero_len_padn);
    } else {
      if (type !== Ipv6Option.jumbo) others++;
      if (!isKnown(type)) p.addAnomaly(unknownOption(header));
    }
    o += size + 2;
  }
  if (padding > 0 && others === 0) p.addAnomaly(onlyPadding(header));
}

function minimumLength(type: number): number {
  if (type === Ipv6Option.routerAlert) return ROUTER_ALERT_LENGTH;
  if (type === Ipv6Option.jumbo) return JUMBO_LENGTH;
  return type === Ipv6Option.homeAddress ? HOME_ADDRESS_LENGTH : 0;
}

function isKnown(type: number): boolean {
  return type === Ipv6Option.routerAlert || type === Ipv6Option.jumbo || type === Ipv6Option.homeAddress;
}

function unknownOption(header: number): number {
  return header === IpProtocol.hopByHop ? ANOMALY.hopopts_unknown_opt : ANOMALY.dstopts_unknown_opt;
}

function onlyPadding(header: number): number {
  return header === IpProtocol.hopByHop ? ANOMALY.hopopts_only_padding : ANOMALY.dstopts_only_padding;
}
