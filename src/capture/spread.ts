// Spread: which worker a packet belongs to. All packets between two hosts go to the same one, fragments and the ICMP
// errors about their packets too, so that no flow is in two workers.

import { IpProtocol } from '../wire/ipv4.ts';
import { NO_NETWORK_HEADER, networkHeader } from '../wire/network-header.ts';
import type { PacketBatch } from '../pcap/index.ts';
import { i32, u16 } from '../wire/read.ts';

/** ICMP messages that carry the packet they are about: types of ICMPv4; all below 128 of ICMPv6. */
export const ICMPV4_ERRORS: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);
export const ICMPV6_INFORMATIONAL = 128;
const ICMP_HEADER = 8;
/** By which addresses become a hash. */
export const HASH_FACTORS = { address: 0x9e3779b1, first: 0x85ebca6b, second: 0xc2b2ae35 } as const;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
/** Flows that were seen, by some bits of their hash: a bit each, 4 MB. */
const SEEN_BITS = 25;

/** In place of the number of a packet that another worker has: it only moves the clock. */
export const NOT_OURS = 0;

/** What is read of an IP header; filled again and again. */
interface Head {
  /** The same for both directions: of the hosts, and of the flow. */
  hosts: number;
  flow: number;
  /** Where the header is that an ICMP error quotes, -1 for none. */
  quoted: number;
}

export class Spread {
  private readonly workers: number;
  private readonly seen = new Uint32Array(2 ** (SEEN_BITS - 5));
  private readonly head: Head = { hosts: 0, flow: 0, quoted: -1 };
  private readonly inner: Head = { hosts: 0, flow: 0, quoted: -1 };

  constructor(workers: number) {
    this.workers = workers;
  }

  /**
   * An ICMP error about a flow that was seen goes where that is; about another it is a flow of its own.
   * @returns a number from 0 to workers - 1
   */
  workerOf(data: Uint8Array, start: number, end: number, linkType: number): number {
    const at = networkHeader(data, start, end, linkType);
    const { head, inner } = this;
    if (at === NO_NETWORK_HEADER || !read(data, at, end, head)) return 0;
    if (head.quoted >= 0 && read(data, head.quoted, end, inner) && this.wasSeen(inner.flow))
      return inner.hosts % this.workers;
    this.note(head.flow);
    return head.hosts % this.workers;
  }

  /**
   * Numbers the packets of one worker.
   * @param first number of the first packet of the batch, from 1
   * @param numbers filled: of each packet its number, or NOT_OURS
   */
  number(batch: PacketBatch, worker: number, first: number, numbers: Float64Array): void {
    for (let i = 0; i < batch.count; i++) {
      const start = batch.offset[i]!;
      const to = this.workerOf(batch.data, start, start + batch.length[i]!, batch.linkType[i]!);
      numbers[i] = to === worker ? first + i : NOT_OURS;
    }
  }

  private wasSeen(flow: number): boolean {
    const bit = flow >>> (32 - SEEN_BITS);
    return ((this.seen[bit >>> 5]! >>> (bit & 31)) & 1) !== 0;
  }

  private note(flow: number): void {
    const bit = flow >>> (32 - SEEN_BITS);
    this.seen[bit >>> 5]! |= 1 << (bit & 31);
  }
}

/** @returns false when there is no IP header */
function read(data: Uint8Array, at: number, end: number, head: Head): boolean {
  if (at >= end) return false;
  const version = data[at]! >> 4;
  if (version === 4) return read4(data, at, end, head);
  return version === 6 && read6(data, at, end, head);
}

function read4(data: Uint8Array, at: number, end: number, head: Head): boolean {
  if (at + IPV4_HEADER > end) return false;
  const protocol = data[at + 9]!;
  const transport = at + (data[at]! & 15) * 4;
  const isFirst = (u16(data, at + 6) & 0x1fff) === 0;
  const isError = protocol === IpProtocol.icmp && isFirst && transport < end && ICMPV4_ERRORS.has(data[transport]!);
  put(head, pair(i32(data, at + 12), i32(data, at + 16)), isFirst ? ports(data, transport, end, protocol) : 0);
  head.quoted = isError ? transport + ICMP_HEADER : -1;
  return true;
}

function read6(data: Uint8Array, at: number, end: number, head: Head): boolean {
  if (at + IPV6_HEADER > end) return false;
  const protocol = data[at + 6]!;
  const transport = at + IPV6_HEADER;
  const isError = protocol === IpProtocol.icmpv6 && transport < end && data[transport]! < ICMPV6_INFORMATIONAL;
  put(head, pair(fold(data, at + 8), fold(data, at + 24)), ports(data, transport, end, protocol));
  head.quoted = isError ? transport + ICMP_HEADER : -1;
  return true;
}

/** An IPv6 address in one word. */
function fold(data: Uint8Array, at: number): number {
  return Math.imul(i32(data, at) ^ i32(data, at + 4) ^ i32(data, at + 8), HASH_FACTORS.address) ^ i32(data, at + 12);
}

/** The same for both directions, and another for hosts of another network whose addresses differ alike. */
function pair(source: number, destination: number): number {
  return source ^ destination ^ Math.imul(source + destination, HASH_FACTORS.address);
}

/** Protocol and ports, the same for both directions. */
function ports(data: Uint8Array, at: number, end: number, protocol: number): number {
  const hasPorts = protocol === IpProtocol.tcp || protocol === IpProtocol.udp || protocol === IpProtocol.sctp;
  if (!hasPorts || at + 4 > end) return protocol;
  const source = u16(data, at);
  const destination = u16(data, at + 2);
  return protocol ^ Math.imul(source ^ destination, 0x9e3779b1) ^ ((source + destination) << 8);
}

function put(head: Head, hosts: number, rest: number): void {
  head.hosts = mix(hosts);
  head.flow = mix(head.hosts ^ Math.imul(rest, 0x27d4eb2f));
}

function mix(words: number): number {
  let h = Math.imul(words ^ (words >>> 16), HASH_FACTORS.first);
  h = Math.imul(h ^ (h >>> 13), HASH_FACTORS.second);
  return (h ^ (h >>> 16)) >>> 0;
}
