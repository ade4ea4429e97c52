// The program by which the kernel gives each datagram of a mirror to one of several sockets: by the hosts of the packet
// inside, as `Spread` does of captures. It remembers nothing: an ICMP error goes where the packet that it quotes would.

import { Condition, SocketProgram, Step } from '../native/socket-program.ts';
import { ETHERNET_HEADER_LENGTH, EtherType } from '../wire/ethernet.ts';
import { GENEVE_HEADER_LENGTH } from '../wire/geneve.ts';
import { IpProtocol } from '../wire/ipv4.ts';
import { VXLAN_HEADER_LENGTH } from '../wire/vxlan.ts';
import { HASH_FACTORS, ICMPV4_ERRORS, ICMPV6_INFORMATIONAL } from './spread.ts';

const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const ICMP_HEADER = 8;
/** From the MAC addresses to the type. */
const ETHERNET_TYPE = ETHERNET_HEADER_LENGTH - 2;
const TYPE = 2;
const TAG = 4;
const LABEL = 4;
const PPPOE_HEADER = 8;
const FRAGMENT_OFFSET = 0x1fff;
/** Of IPv6. */
const ADDRESS_WORDS = 4;
const MAX_TAGS = 4;
const MAX_LABELS = 8;
const TAGS = [EtherType.vlan, EtherType.qinq, EtherType.qinqOld];

/** Words of the program's memory: where the outer IP header is, what was computed so far, addresses, and words of them. */
const OUTER = 0;
const SO_FAR = 1;
const SOURCE = 2;
const DESTINATION = 3;
const WORDS = 4;

/** @param sockets how many share the packets; it returns the number of one of them, 0 of what is no IP packet */
export function hostProgram(encapsulation: 'vxlan' | 'geneve', sockets: number): Uint8Array {
  const program = new SocketProgram();
  if (encapsulation === 'vxlan') program.step(Step.setIndex, VXLAN_HEADER_LENGTH + ETHERNET_TYPE);
  else geneve(program);
  afterType(program);
  program.mark('ip');
  byVersion(program, { v4: 'v4', v6: 'v6', other: 'none' });
  program.mark('none').result(0);
  v6(program);
  v4(program);
  hashed(program.mark('pair'), sockets);
  return program.bytes();
}

/** Leaves the index at the type of the Ethernet header, or at an IP header without one. */
function geneve(program: SocketProgram): void {
  program.step(Step.loadByte, 0).step(Step.and, 0x3f).step(Step.shiftLeft, 2).step(Step.add, GENEVE_HEADER_LENGTH);
  program.step(Step.toIndex).step(Step.loadHalf, 2);
  program.when(Condition.equals, EtherType.ipv4, { yes: 'bare' });
  program.when(Condition.equals, EtherType.ipv6, { no: 'ethernet' });
  program.mark('bare').go('ip');
  program.mark('ethernet').advance(ETHERNET_TYPE);
}

/** Steps over VLAN tags, MPLS labels and PPPoE, as `networkHeader` does. */
function afterType(program: SocketProgram): void {
  for (let tags = 0; tags <= MAX_TAGS; tags++) {
    program.step(Step.loadHalfAt);
    for (const type of [EtherType.ipv4, EtherType.ipv6]) program.when(Condition.equals, type, { yes: 'typed' });
    for (const type of [EtherType.mplsUnicast, EtherType.mplsMulticast])
      program.when(Condition.equals, type, { yes: 'labels' });
    program.when(Condition.equals, EtherType.pppoeSession, { yes: 'pppoe' });
    const tag = `tag ${String(tags)}`;
    for (const type of TAGS) program.when(Condition.equals, type, { yes: tag });
    program.result(0);
    program.mark(tag).advance(TAG);
  }
  program.result(0);
  program.mark('labels').advance(TYPE);
  for (let labels = 0; labels < MAX_LABELS; labels++)
    program.step(Step.loadByteAt, 2).when(Condition.has, 1, { yes: 'last label' }).advance(LABEL);
  program.result(0);
  program.mark('last label').advance(LABEL).go('ip');
  program
    .mark('pppoe')
    .advance(TYPE + PPPOE_HEADER)
    .go('ip');
  program.mark('typed').advance(TYPE);
}

function byVersion(program: SocketProgram, to: Readonly<Record<'v4' | 'v6' | 'other', string>>): void {
  program.step(Step.loadByteAt).step(Step.shiftRight, 4);
  program.when(Condition.equals, 4, { yes: to.v4 }).when(Condition.equals, 6, { yes: to.v6, no: to.other });
}

function v4(program: SocketProgram): void {
  program.mark('v4').step(Step.storeIndex, OUTER);
  program.step(Step.loadByteAt, 9).when(Condition.equals, IpProtocol.icmp, { no: 'v4 hosts' });
  program.step(Step.loadHalfAt, 6).when(Condition.has, FRAGMENT_OFFSET, { yes: 'v4 hosts' });
  program.step(Step.loadByteAt).step(Step.and, 0xf).step(Step.shiftLeft, 2).step(Step.addIndex).step(Step.toIndex);
  program.step(Step.loadLength).when(Condition.isAboveIndex, 0, { no: 'v4 own' });
  program.step(Step.loadByteAt);
  for (const type of ICMPV4_ERRORS) program.when(Condition.equals, type, { yes: 'v4 error' });
  program.go('v4 own');
  program.mark('v4 error');
  quoted(program, 'v4');
  program.mark('v4 own').step(Step.loadIndex, OUTER);
  hosts4(program.mark('v4 hosts'));
}

function v6(program: SocketProgram): void {
  program.mark('v6').step(Step.storeIndex, OUTER);
  program.step(Step.loadByteAt, 6).when(Condition.equals, IpProtocol.icmpv6, { no: 'v6 hosts' });
  program.advance(IPV6_HEADER).step(Step.loadLength).when(Condition.isAboveIndex, 0, { no: 'v6 own' });
  program.step(Step.loadByteAt).when(Condition.isAtLeast, ICMPV6_INFORMATIONAL, { yes: 'v6 own' });
  quoted(program, 'v6');
  program.mark('v6 own').step(Step.loadIndex, OUTER);
  hosts6(program.mark('v6 hosts'));
}

/** From an ICMP error, at which the index is: the hosts of the packet that it quotes, where those are there. */
function quoted(program: SocketProgram, outer: 'v4' | 'v6'): void {
  const own = `${outer} own`;
  program.advance(ICMP_HEADER).step(Step.loadLength).when(Condition.isAboveIndex, 0, { no: own });
  byVersion(program, { v4: `${outer} quotes v4`, v6: `${outer} quotes v6`, other: own });
  for (const [version, header, hosts] of [
    ['v4', IPV4_HEADER, hosts4],
    ['v6', IPV6_HEADER, hosts6],
  ] as const) {
    program.mark(`${outer} quotes ${version}`).advance(header);
    program.step(Step.loadLength).when(Condition.isAtLeastIndex, 0, { no: own });
    program.step(Step.fromIndex).step(Step.subtract, header).step(Step.toIndex);
    hosts(program);
  }
}

/** From here on as `pair` of `Spread` has it: the source in memory, the destination in the accumulator. */
function hosts4(program: SocketProgram): void {
  program.step(Step.loadWordAt, 12).step(Step.store, SOURCE).step(Step.loadWordAt, 16).go('pair');
}

function hosts6(program: SocketProgram): void {
  for (let i = 0; i < 2 * ADDRESS_WORDS; i++) program.step(Step.loadWordAt, 8 + 4 * i).step(Step.store, WORDS + i);
  folded6(program, WORDS).step(Step.store, SOURCE);
  folded6(program, WORDS + ADDRESS_WORDS).go('pair');
}

function folded6(program: SocketProgram, at: number): SocketProgram {
  program
    .step(Step.loadMemory, at)
    .step(Step.loadIndex, at + 1)
    .step(Step.xorIndex);
  program
    .step(Step.loadIndex, at + 2)
    .step(Step.xorIndex)
    .step(Step.multiply, HASH_FACTORS.address);
  return program.step(Step.loadIndex, at + 3).step(Step.xorIndex);
}

/** Of the source and, in the accumulator, the destination: the hash of `Spread`, and which socket that is. */
function hashed(program: SocketProgram, sockets: number): void {
  program.step(Step.store, DESTINATION).step(Step.loadIndex, SOURCE).step(Step.addIndex);
  program.step(Step.multiply, HASH_FACTORS.address).step(Step.store, SO_FAR);
  program.step(Step.loadMemory, DESTINATION).step(Step.xorIndex).step(Step.loadIndex, SO_FAR).step(Step.xorIndex);
  folded(program, 16).step(Step.multiply, HASH_FACTORS.first);
  folded(program, 13).step(Step.multiply, HASH_FACTORS.second);
  folded(program, 16).step(Step.modulo, sockets).result();
}

function folded(program: SocketProgram, shift: number): SocketProgram {
  program.step(Step.store, SO_FAR).step(Step.shiftRight, shift);
  return program.step(Step.loadIndex, SO_FAR).step(Step.xorIndex);
}
