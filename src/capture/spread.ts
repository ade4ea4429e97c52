// Spread: which worker a packet belongs to. All packets between two hosts go to the same one, fragments and the ICMP
// errors about their packets too, so that no flow is in two workers.

import { IpProtocol } from '../wire/ipv4.ts';
import { NO_NETWORK_HEADER as NOT_IP, networkHeader } from '../wire/network-header.ts';
import { i32, u16 } from '../wire/read.ts';

/** ICMP messages that carry the packet they are about: types of ICMPv4; all below 128 of ICMPv6. */
const ICMPV4_ERRORS = new Set([3, 4, 5, 11, 12]);
const ICMPV6_INFORMATIONAL = 128;
const ICMP_HEADER = 8;

/** @returns a number from 0 to workers - 1 */
export function workerOf(data: Uint8Array, start: number, end: number, linkType: number, workers: number): number {
  const at = networkHeader(data, start, end, linkType);
  if (at === NOT_IP || at >= end) return 0;
  const hash = pairHash(data, at, end);
  return hash === NOT_IP ? 0 : hash % workers;
}

/** The same for both directions. */
function pairHash(data: Uint8Array, at: number, end: number): number {
  const version = data[at]! >> 4;
  if (version === 4) return hash4(data, at, end);
  return version === 6 ? hash6(data, at, end) : NOT_IP;
}

function hash4(data: Uint8Array, at: number, end: number): number {
  if (at + 20 > end) return NOT_IP;
  const inner = at + (data[at]! & 15) * 4 + ICMP_HEADER;
  const isFirst = (u16(data, at + 6) & 0x1fff) === 0;
  if (data[at + 9] === IpProtocol.icmp && isFirst && inner + 20 <= end && ICMPV4_ERRORS.has(data[inner - ICMP_HEADER]!))
    if (data[inner]! >> 4 === 4) return mix(i32(data, inner + 12) ^ i32(data, inner + 16));
  return mix(i32(data, at + 12) ^ i32(data, at + 16));
}

function hash6(data: Uint8Array, at: number, end: number): number {
  if (at + 40 > end) return NOT_IP;
  const inner = at + 40 + ICMP_HEADER;
  const isError = data[at + 6] === IpProtocol.icmpv6 && inner + 40 <= end && data[at + 40]! < ICMPV6_INFORMATIONAL;
  const from = (isError && data[inner]! >> 4 === 6 ? inner : at) + 8;
  let words = 0;
  for (let i = 0; i < 32; i += 4) words ^= Math.imul(i32(data, from + i), i % 16 === 12 ? 1 : 0x9e3779b1);
  return mix(words);
}

function mix(words: number): number {
  let h = Math.imul(words ^ (words >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
