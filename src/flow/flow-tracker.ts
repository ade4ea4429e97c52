// FlowTracker: finds or begins the flow of a packet, keeps its counts and state, and ends it when its time has come.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { F, FLOW_STRIDE, FlowEndReason, FlowFlag, Flows, FlowStateId } from '../framework/flows.ts';
import type { Packet } from '../framework/packet.ts';
import { PacketFlag } from '../framework/packet.ts';
import { flowId } from './flow-id.ts';
import { HashIndex } from './hash-index.ts';
import { noteFirstAnswer, noteFirstPacket } from './first-packet.ts';
import { icmpCounterpart, isIcmp, isIcmp4Error, quotesFlow } from './icmp.ts';
import { FlowKey } from './key.ts';
import type { FlowOptions } from './options.ts';
import { RateTracker } from './rate-tracker.ts';
import { countElephant, countFlow, countFlowEnd } from './statistics.ts';
import { swapDirections } from './swap.ts';
import { TimeoutTable } from './timeouts.ts';
import { TimerWheel } from './timer-wheel.ts';

const MEMCAP = defineCounter('flow.memcap');
const ACTIVE = defineCounter('flow.active');
const MEMUSE = defineCounter('flow.memuse');
/** Bytes of a flow and of its place in the index. */
const BYTES_PER_FLOW = Flows.bytesPerFlow + 16;
const TCP_REUSE = defineCounter('flow.tcp_reuse');
const EMERGENCY_ENTERED = defineCounter('flow.emerg_mode_entered');
const EMERGENCY_OVER = defineCounter('flow.emerg_mode_over');
const PROTO_TCP = 6;
const PROTO_UDP = 17;
const PROTO_SCTP = 132;
const PROTO_ESP = 50;

/** What the tracker asks of the engine around it. */
export interface FlowEvents {
  /** True when this packet begins a new connection on the tuple of a finished one. */
  isReuse(p: Packet, f: number): boolean;
  /** There is no room for the flow that this packet would begin. */
  memcap(p: Packet): void;
  /** The flow is over; its record is released when this returns. */
  ended(f: number): void;
}

export class FlowTracker {
  readonly flows: Flows;
  /** 1 while the memory cap forces shorter timeouts. */
  emergency = 0;
  private readonly counters: Counters;
  private readonly events: FlowEvents;
  private readonly key: FlowKey;
  private readonly index: HashIndex;
  private readonly wheel: TimerWheel;
  private readonly timeouts: TimeoutTable;
  /** Null where no rate makes a flow an elephant. */
  private readonly rates: RateTracker | null;
  private maxFlows = 0;
  private recoverAt = 0;
  private readonly emergencyRecovery: number;
  private readonly idleAbove: number;
  private readonly others: readonly Counters[];
  /** Second of the clock at which the flows of the others were counted latest. */
  private countedAt = -1;
  private readonly simulateMemcapAt: number;
  private begun = 0;
  /**
   * Microseconds of the packet or moment under way. A field, not an argument: numbers with fractions that go from call to
   * call are put into objects.
   */
  private now = 0;

  constructor(flows: Flows, counters: Counters, events: FlowEvents, options: FlowOptions) {
    this.flows = flows;
    this.counters = counters;
    this.events = events;
    this.key = new FlowKey(options, options.seed);
    this.index = new HashIndex(flows);
    this.wheel = new TimerWheel(flows);
    this.timeouts = new TimeoutTable(options.timeouts);
    this.rates = options.elephants === undefined ? null : new RateTracker(options.elephants);
    this.idleAbove = options.idleAbove;
    this.others = options.others ?? [];
    this.simulateMemcapAt = options.simulateMemcapAt ?? -1;
    this.emergencyRecovery = options.emergencyRecovery;
    this.limit(options.memcap);
  }

  /** Sets the bytes that flow records may take from here on. */
  limit(memcap: number): void {
    this.maxFlows = Math.max(16, Math.floor(memcap / BYTES_PER_FLOW));
    this.recoverAt = Math.floor((this.maxFlows * (100 - this.emergencyRecovery)) / 100);
  }

  /** The flow of that id (EVE `flow_id`), -1 when it is not open; looks at all of them. */
  byId(id: number): number {
    for (const f of this.index.all()) if (this.flows.double(f, F.id) === id) return f;
    return -1;
  }

  /** Brings the gauges up to date, before statistics are read. */
  updateGauges(): void {
    this.counters.set(MEMUSE, this.flows.active * BYTES_PER_FLOW);
  }

  /** Sets p.flow, the direction and the established flag; -1 when the packet has no flow. */
  handle(p: Packet): number {
    if ((p.flags & PacketFlag.wantsFlow) === 0) return -1;
    if (quotesFlow(p)) {
      const reported = this.reportedFlow(p);
      if (reported >= 0) return reported;
    }
    this.readKey(p);
    let f = this.index.find(this.key);
    if (f >= 0 && p.proto === PROTO_TCP && (p.tcpFlags & 0x12) === 0x02 && this.events.isReuse(p, f)) {
      this.counters.add(TCP_REUSE);
      this.flows.setFlag(f, FlowFlag.tcpReused);
      this.end(f, FlowEndReason.tcpReuse);
      f = -1;
    }
    this.now = p.ts;
    if (f >= 0 && this.isOver(f)) {
      this.end(f, FlowEndReason.timeout);
      f = -1;
    }
    if (f < 0) f = this.begin(p);
    else this.update(p, f, this.index.isReversed);
    return f;
  }

  private readKey(p: Packet): void {
    if (isIcmp(p.proto)) this.key.fromPacket(p, p.icmpType, icmpCounterpart(p));
    else if (p.proto === PROTO_TCP || p.proto === PROTO_UDP || p.proto === PROTO_SCTP)
      this.key.fromPacket(p, p.sp, p.dp);
    else if (p.proto === PROTO_ESP) this.key.fromPacket(p, p.espSpi >>> 16, p.espSpi & 0xffff);
    else this.key.fromPacket(p, 0, 0);
  }

  /** An ICMP error travels against the packet it quotes. */
  private reportedFlow(p: Packet): number {
    this.key.fromEmbedded(p);
    const f = this.index.find(this.key);
    if (f < 0) return -1;
    p.flags |= PacketFlag.icmpError;
    this.flows.setFlag(f, FlowFlag.icmpErrorSeen);
    this.update(p, f, !this.index.isReversed);
    return f;
  }

  private begin(p: Packet): number {
    if (isIcmp4Error(p)) return -1;
    const isFull = this.flows.active >= this.maxFlows || p.number === this.simulateMemcapAt;
    if (isFull && (p.number === this.simulateMemcapAt || !this.makeRoom(p.ts))) {
      this.counters.add(MEMCAP);
      this.events.memcap(p);
      return -1;
    }
    const { flows, key } = this;
    const f = flows.allocate();
    const base = f * FLOW_STRIDE;
    const words = flows.words;
    words[base] = key.src0;
    words[base + 1] = key.src1;
    words[base + 2] = key.src2;
    words[base + 3] = key.src3;
    words[base + 4] = key.dst0;
    words[base + 5] = key.dst1;
    words[base + 6] = key.dst2;
    words[base + 7] = key.dst3;
    words[base + F.ports] = key.ports;
    words[base + F.protoVersion] = key.protoVersion;
    words[base + F.vlan01] = key.vlan01;
    words[base + F.vlan2] = key.vlan2;
    words[base + F.vni] = p.vni;
    words[base + F.device] = key.device;
    words[base + F.hash] = key.hash;
    words[base + F.flags] = p.ipVersion === 6 ? FlowFlag.ip6 : 0;
    const doubles = flows.doubles;
    doubles[(base + F.startTs) >> 1] = p.ts;
    doubles[(base + F.id) >> 1] = flowId(key.hash, this.begun++);
    doubles[(base + F.firstNumber) >> 1] = p.number;
    noteFirstPacket(flows, f, p);
    this.index.insert(f);
    countFlow(this.counters, p.proto);
    this.counters.set(ACTIVE, flows.active);
    this.update(p, f, false);
    this.now = p.ts;
    this.schedule(f);
    return f;
  }

  private update(p: Packet, f: number, isReversed: boolean): void {
    const base = f * FLOW_STRIDE;
    const words = this.flows.words;
    const doubles = this.flows.doubles;
    let flags = words[base + F.flags]!;
    const isReport = (p.flags & PacketFlag.icmpError) !== 0; // says something of the flow, and answers nothing
    if (isReversed) {
      if (!isReport) {
        if ((flags & FlowFlag.toClientSeen) === 0) {
          p.flags |= PacketFlag.firstToClient;
          noteFirstAnswer(this.flows, f, p);
        }
        flags |= FlowFlag.toClientSeen;
      }
      p.flags |= PacketFlag.toClient;
      words[base + F.packetsToClient] = words[base + F.packetsToClient]! + 1;
      doubles[(base + F.bytesToClient) >> 1] = doubles[(base + F.bytesToClient) >> 1]! + (p.end - p.start);
    } else {
      if ((flags & FlowFlag.toServerSeen) === 0) p.flags |= PacketFlag.firstToServer;
      flags |= FlowFlag.toServerSeen;
      p.flags |= PacketFlag.toServer;
      words[base + F.packetsToServer] = words[base + F.packetsToServer]! + 1;
      doubles[(base + F.bytesToServer) >> 1] = doubles[(base + F.bytesToServer) >> 1]! + (p.end - p.start);
    }
    words[base + F.flags] = flags;
    if (this.rates !== null) this.noteRate(p, f, isReversed ? 1 : 0);
    const last = (base + F.lastTs) >> 1;
    if (p.ts > doubles[last]!) doubles[last] = p.ts;
    words[base + F.ttl] = ttlRange(words[base + F.ttl]!, p.ttl & 0xff, isReversed);
    p.flow = f;
    p.flowHash = words[base + F.hash]!;
    const isBothWays =
      (flags & (FlowFlag.toServerSeen | FlowFlag.toClientSeen)) === (FlowFlag.toServerSeen | FlowFlag.toClientSeen);
    if (isBothWays && p.proto !== PROTO_TCP && !isReport) this.establish(p, base);
  }

  /** A direction that carries as much within the interval as is asked for makes the flow an elephant, for good. */
  private noteRate(p: Packet, f: number, direction: 0 | 1): void {
    if (!this.rates!.isReached(f, direction, p.end - p.start, p.ts)) return;
    const flag = direction === 0 ? FlowFlag.elephantToServer : FlowFlag.elephantToClient;
    const flags = this.flows.flags(f);
    if ((flags & flag) !== 0) return;
    countElephant(this.counters, flags, direction);
    this.flows.setFlag(f, flag);
  }

  /** The first packet turned out to come from the server: client and server of the flow change places. */
  swap(f: number): void {
    swapDirections(this.flows, f);
    this.rates?.swap(f);
  }

  /** Without a handshake, traffic both ways makes a flow established. */
  private establish(p: Packet, base: number): void {
    p.flags |= PacketFlag.established;
    if (this.flows.words[base + F.state] === FlowStateId.new)
      this.flows.words[base + F.state] = FlowStateId.established;
  }

  private schedule(f: number): void {
    const last = this.flows.doubles[(f * FLOW_STRIDE + F.lastTs) >> 1]!;
    const from = last === 0 ? this.now : last;
    const deadline = from + this.timeoutOf(f) * 1e6;
    this.wheel.schedule(f, Math.floor(deadline / 1e6) + 1, Math.floor(from / 1e6));
  }

  /** Whether the flow's time is over by `now`. */
  private isOver(f: number): boolean {
    const last = this.flows.doubles[(f * FLOW_STRIDE + F.lastTs) >> 1]!;
    return (last === 0 ? this.now : last) + this.timeoutOf(f) * 1e6 <= this.now;
  }

  /** Seconds after which the flow times out if nothing more comes. */
  private timeoutOf(f: number): number {
    const { words } = this.flows;
    const base = f * FLOW_STRIDE;
    return this.timeouts.of(words[base + F.protoVersion]! & 0xff, words[base + F.state]!, this.emergency);
  }

  /** Whether `expire` has something to do, the clock being at that of the packet. */
  isExpiryDue({ ts }: Packet): boolean {
    const second = Math.floor(ts / 1e6);
    return this.wheel.isDue(second) && this.isCrowded(second);
  }

  /** So many flows are open that idle ones are looked for. Those of others, whose memory is theirs, count each second. */
  private isCrowded(second: number): boolean {
    let { active } = this.flows;
    if (active > this.idleAbove) return true;
    if (this.others.length === 0 || second === this.countedAt) return false;
    this.countedAt = second;
    for (const counters of this.others) active += counters.get(ACTIVE);
    return active > this.idleAbove;
  }

  /** Ends the flows whose time is over, however many are open, the clock being at `now` (microseconds). */
  expire(now: number): void {
    const second = Math.floor(now / 1e6);
    if (!this.wheel.isDue(second)) return;
    this.now = now;
    for (let f = this.wheel.take(second); f >= 0; f = this.wheel.take(second)) {
      if (this.isOver(f)) this.finish(f, FlowEndReason.timeout);
      else this.schedule(f);
    }
    if (this.emergency === 1 && this.flows.active < this.recoverAt) {
      this.emergency = 0;
      this.counters.add(EMERGENCY_OVER);
    }
  }

  /** At the memory cap: shorter timeouts from now on, and every flow is looked at once. */
  private makeRoom(now: number): boolean {
    if (this.emergency === 1) return false;
    this.emergency = 1;
    this.counters.add(EMERGENCY_ENTERED);
    this.now = now;
    this.forEach((f) => {
      if (!this.isOver(f)) return;
      this.flows.setFlag(f, FlowFlag.emergency);
      this.end(f, FlowEndReason.timeout);
    });
    return this.flows.active < this.maxFlows;
  }

  private end(f: number, reason: number): void {
    this.wheel.remove(f);
    this.finish(f, reason);
  }

  private finish(f: number, reason: number): void {
    this.flows.setWord(f, F.endReason, reason);
    countFlowEnd(this.counters, this.flows.word(f, F.state));
    this.index.remove(f);
    this.events.ended(f);
    this.rates?.release(f);
    this.flows.release(f);
    this.counters.set(ACTIVE, this.flows.active);
  }

  /** Ends all flows, in the order they began. */
  endAll(reason: number): void {
    const all: number[] = [];
    this.forEach((f) => all.push(f));
    const start = (f: number): number => this.flows.double(f, F.firstNumber);
    all.sort((a, b) => start(a) - start(b) || a - b);
    for (const f of all) this.end(f, reason);
  }

  private forEach(visit: (f: number) => void): void {
    for (const f of this.index.all()) visit(f);
  }
}

/** Keeps the smallest and largest TTL of a direction in its half of the word. */
function ttlRange(word: number, ttl: number, isToClient: boolean): number {
  const shift = isToClient ? 16 : 0;
  const low = (word >>> shift) & 0xff;
  const high = (word >>> (shift + 8)) & 0xff;
  const min = low === 0 || ttl < low ? ttl : low;
  const max = ttl > high ? ttl : high;
  return (word & ~(0xffff << shift)) | (min << shift) | (max << (shift + 8));
}
