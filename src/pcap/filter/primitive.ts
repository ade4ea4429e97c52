// The primitives of a packet filter as tests: protocol, address, network, port, Ethernet address.
import { parseIpv4, parseIpv6 } from '../../base/ip.ts';
import { ETHER_TYPES, IP_PROTOCOLS, servicePort } from './constants.ts';
import { ETHER_IPV4, ETHER_IPV6 } from './view.ts';
import type { FilterView } from './view.ts';
import { FilterError } from './words.ts';

export type Test = (view: FilterView) => boolean;
export type Side = 'src' | 'dst' | 'either' | 'both';

const PORTED: readonly number[] = [6, 17, 132];

/** A test of both ends, joined as the direction says. */
export function sided(side: Side, source: Test, destination: Test): Test {
  if (side === 'src') return source;
  if (side === 'dst') return destination;
  if (side === 'both') return (v) => source(v) && destination(v);
  return (v) => source(v) || destination(v);
}

/** `tcp`, `ip6`, `arp` ... alone. */
export function protocolTest(name: string, tags: number): Test {
  if (name === 'ether') return (v) => v.isEthernet;
  const type = ETHER_TYPES[name];
  if (type !== undefined) return (v) => v.etherType(tags) === type;
  return ipProtocolTest(IP_PROTOCOLS[name]!, tags, name === 'icmp' ? ETHER_IPV4 : name === 'icmp6' ? ETHER_IPV6 : 0);
}

/** @param family EtherType the packet must have, 0 for IPv4 or IPv6 */
export function ipProtocolTest(proto: number, tags: number, family: number): Test {
  return (v) => v.protocol(tags) === proto && (family === 0 || v.etherType(tags) === family);
}

/** `port`, `portrange`: of TCP, UDP and SCTP unless `proto` names one. */
export function portTest(low: number, high: number, side: Side, proto: number | undefined, tags: number): Test {
  const end =
    (delta: number): Test =>
    (v) => {
      const port = v.word(v.transport(tags) + delta);
      return port >= low && port <= high;
    };
  const ends = sided(side, end(0), end(2));
  return (v) => {
    const found = v.protocol(tags);
    const isRight = proto === undefined ? PORTED.includes(found) : found === proto;
    return isRight && v.transport(tags) >= 0 && ends(v);
  };
}

export function portNumber(word: string): number {
  const port = /^(?:0x[0-9a-f]+|\d+)$/i.test(word) ? Number(word) : servicePort(word);
  if (port < 0) throw new FilterError(`unknown port '${word}'`);
  if (port > 65_535) throw new FilterError(`illegal port number ${String(port)} > 65535`);
  return port;
}

/** Words of an address with their masks, and the EtherType of its family. */
export interface Network {
  readonly family: number;
  readonly words: readonly number[];
  readonly masks: readonly number[];
}

/** `10.0.0.0/8`, `10.1` (a network of two bytes), `2001:db8::/32`; a whole address has a full mask. */
export function parseNetwork(text: string, mask?: string): Network {
  const [address = '', length] = text.split('/');
  const words = [0, 0, 0, 0];
  if (address.includes(':')) {
    if (!parseIpv6(address, words)) throw new FilterError(`invalid IPv6 address '${text}'`);
    return { family: ETHER_IPV6, words, masks: masksOf(length ?? '128', 128) };
  }
  const parts = address.split('.').length;
  const value = parseIpv4(address + '.0'.repeat(4 - parts));
  if (value < 0) throw new FilterError(`unknown host '${text}': host names are not looked up`);
  const masks = mask === undefined ? masksOf(length ?? String(parts * 8), 32) : [parseIpv4(mask) >>> 0];
  return { family: ETHER_IPV4, words: [value], masks };
}

function masksOf(length: string, bits: number): number[] {
  const n = Number(length);
  if (!/^\d+$/.test(length) || n > bits) throw new FilterError(`mask length must be <= ${String(bits)}`);
  return Array.from({ length: bits / 32 }, (_, i) => {
    const here = Math.min(32, Math.max(0, n - 32 * i));
    return here === 0 ? 0 : (-1 << (32 - here)) >>> 0;
  });
}

/** Addresses of IP and, without `only`, of ARP. @param only `ip`, `ip6`, `arp`, `rarp` */
export function networkTest(net: Network, side: Side, only: string | undefined, tags: number): Test {
  const at = (offset: number): Test => {
    return (v) => {
      const from = v.network(tags) + offset;
      for (let i = 0; i < net.words.length; i++) {
        const value = v.load(from + 4 * i, 4);
        if (value < 0 || ((value ^ net.words[i]!) & net.masks[i]!) !== 0) return false;
      }
      return true;
    };
  };
  const family = (type: number, test: Test): Test => {
    return (v) => v.etherType(tags) === type && test(v);
  };
  if (net.family === ETHER_IPV6) return family(ETHER_IPV6, sided(side, at(8), at(24)));
  const ip = family(ETHER_IPV4, sided(side, at(12), at(16)));
  const arp = family(ETHER_TYPES['arp']!, sided(side, at(14), at(24)));
  const rarp = family(ETHER_TYPES['rarp']!, sided(side, at(14), at(24)));
  if (only === 'ip') return ip;
  if (only === 'arp') return arp;
  if (only === 'rarp') return rarp;
  return (v) => ip(v) || arp(v) || rarp(v);
}

export function etherTest(mac: string, side: Side): Test {
  const bytes = mac.split(/[:-]/).map((part) => parseInt(part, 16));
  if (bytes.length !== 6 || bytes.some((byte) => Number.isNaN(byte)))
    throw new FilterError(`invalid Ethernet address '${mac}'`);
  const at =
    (offset: number): Test =>
    (v) =>
      bytes.every((byte, i) => v.byte(v.start + offset + i) === byte);
  const ends = sided(side, at(6), at(0));
  return (v) => v.isEthernet && ends(v);
}
