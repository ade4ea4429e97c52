import assert from 'node:assert/strict';
import { Counters, defineCounter } from '../../src/base/counters.ts';
import { FlowTracker } from '../../src/flow/flow-tracker.ts';
import { DEFAULT_FLOW_OPTIONS } from '../../src/flow/options.ts';
import { F, FlowEndReason, FlowFlag, FlowStateId, Flows } from '../../src/framework/flows.ts';
import { Packet, PacketFlag } from '../../src/framework/packet.ts';

const SECOND = 1e6;

interface Tuple {
  readonly src: number;
  readonly dst: number;
  readonly sp: number;
  readonly dp: number;
  readonly seconds?: number;
  readonly vlan?: number;
}

function udp({ src, dst, sp, dp, seconds = 1, vlan }: Tuple): Packet {
  const data = new Uint8Array(64);
  const p = new Packet(data);
  p.reset(data, -1, 0, 60);
  p.flags = PacketFlag.wantsFlow;
  p.ipVersion = 4;
  p.proto = 17;
  p.src0 = src;
  p.dst0 = dst;
  p.sp = sp;
  p.dp = dp;
  p.ttl = 64;
  p.ts = seconds * SECOND;
  if (vlan !== undefined) {
    p.vlanCount = 1;
    p.vlan0 = vlan;
  }
  return p;
}

function setUp(options = {}): { tracker: FlowTracker; flows: Flows; ended: { f: number; reason: number }[] } {
  const flows = new Flows(4);
  const ended: { f: number; reason: number }[] = [];
  const events = {
    isReuse: () => false,
    memcap: () => undefined,
    ended: (f: number) => ended.push({ f, reason: flows.word(f, F.endReason) }),
  };
  return {
    tracker: new FlowTracker(flows, new Counters(), events, { ...DEFAULT_FLOW_OPTIONS, ...options }),
    flows,
    ended,
  };
}

const REQUEST = { src: 1, dst: 2, sp: 1000, dp: 53 };
const RESPONSE = { src: 2, dst: 1, sp: 53, dp: 1000 };

describe('FlowTracker', () => {
  it('puts both directions in one flow and calls it established when both were seen', () => {
    const { tracker, flows } = setUp();
    const first = udp(REQUEST);
    const f = tracker.handle(first);
    assert.ok((first.flags & PacketFlag.toServer) !== 0 && (first.flags & PacketFlag.firstToServer) !== 0);
    assert.equal(flows.word(f, F.state), FlowStateId.new);
    const answer = udp(RESPONSE);
    assert.equal(tracker.handle(answer), f);
    assert.ok((answer.flags & PacketFlag.toClient) !== 0 && (answer.flags & PacketFlag.established) !== 0);
    assert.equal(flows.word(f, F.state), FlowStateId.established);
    assert.deepEqual([flows.word(f, F.packetsToServer), flows.word(f, F.packetsToClient)], [1, 1]);
    assert.equal(flows.double(f, F.bytesToClient), 60);
  });

  it('tells VLANs apart unless told not to', () => {
    const apart = setUp().tracker;
    assert.notEqual(apart.handle(udp({ ...REQUEST, vlan: 1 })), apart.handle(udp({ ...REQUEST, vlan: 2 })));
    const together = setUp({ usesVlan: false }).tracker;
    assert.equal(together.handle(udp({ ...REQUEST, vlan: 1 })), together.handle(udp({ ...REQUEST, vlan: 2 })));
  });

  it('marks elephants for good, counts each once, and keeps the mark with its end', () => {
    const elephants = { bytes: 150, interval: 10 };
    const counters = new Counters();
    const flows = new Flows(4);
    const events = { isReuse: () => false, memcap: () => undefined, ended: () => undefined };
    const tracker = new FlowTracker(flows, counters, events, { ...DEFAULT_FLOW_OPTIONS, elephants });
    const f = tracker.handle(udp(REQUEST));
    const marks = (): boolean[] =>
      [FlowFlag.elephantToServer, FlowFlag.elephantToClient].map((flag) => flows.hasFlag(f, flag));
    tracker.handle(udp(RESPONSE));
    tracker.handle(udp(REQUEST));
    assert.deepEqual(marks(), [false, false]);
    tracker.handle(udp({ ...REQUEST, seconds: 2 }));
    assert.deepEqual(marks(), [true, false]);
    tracker.handle(udp({ ...REQUEST, seconds: 20 }));
    tracker.swap(f);
    assert.deepEqual(marks(), [false, true]);
    const names = ['flow.elephant', 'flow.elephant_toserver', 'flow.elephant_toclient'];
    assert.deepEqual(
      names.map((name) => counters.byName(name)),
      [1, 1, 0],
    );
  });

  it('ends an idle flow when its time is over, and not before', () => {
    const { tracker, flows, ended } = setUp();
    tracker.handle(udp(REQUEST));
    tracker.expire(30 * SECOND);
    assert.equal(ended.length, 0);
    tracker.expire(33 * SECOND);
    assert.deepEqual(ended, [{ f: 0, reason: FlowEndReason.timeout }]);
    assert.equal(flows.active, 0);
  });

  it('ends a flow in its time, whatever the time of the first of all', () => {
    const { tracker, ended } = setUp();
    tracker.handle(udp({ ...REQUEST, sp: 2000, seconds: 100 }));
    tracker.handle(udp({ ...REQUEST, sp: 3000, seconds: 90 }));
    tracker.expire(125 * SECOND);
    assert.deepEqual(
      ended.map(({ f }) => f),
      [1],
    );
    tracker.expire(135 * SECOND);
    assert.equal(ended.length, 2);
  });

  it('looks for idle flows when there are more than that with those of other workers', () => {
    for (const [open, isDue] of [
      [99, false],
      [100, true],
    ] as const) {
      const other = new Counters();
      other.set(defineCounter('flow.active'), open);
      const { tracker } = setUp({ idleAbove: 100, others: [other] });
      tracker.handle(udp(REQUEST));
      const late = udp({ ...REQUEST, seconds: 40 });
      assert.equal(tracker.isExpiryDue(late), isDue);
      other.set(defineCounter('flow.active'), 100);
      assert.equal(tracker.isExpiryDue(late), false, 'not looked at twice in a second');
      assert.equal(tracker.isExpiryDue(udp({ ...REQUEST, seconds: 41 })), true);
    }
  });

  it('begins a new flow for a packet that comes after the timeout', () => {
    const { tracker, ended } = setUp({ idleAbove: 100 });
    tracker.handle(udp(REQUEST));
    tracker.handle(udp({ ...REQUEST, seconds: 100 }));
    assert.deepEqual(
      ended.map((one) => one.reason),
      [FlowEndReason.timeout],
    );
  });

  it('begins a new flow for a packet at the very timeout, and none before', () => {
    const { tracker, ended } = setUp({ idleAbove: 100 });
    tracker.handle(udp(REQUEST));
    tracker.handle(udp({ ...REQUEST, seconds: 29 }));
    assert.equal(ended.length, 0);
    tracker.handle(udp({ ...REQUEST, seconds: 59 }));
    assert.equal(ended.length, 1);
  });

  it('finds every flow again among many, also after others ended', () => {
    const { tracker, flows, ended } = setUp();
    const tuple = (i: number): Tuple => ({
      src: 10,
      dst: 20 + (i % 7),
      sp: 1024 + i,
      dp: 80,
      seconds: i % 2 === 0 ? 1 : 50,
    });
    for (let i = 0; i < 20_000; i++) tracker.handle(udp(tuple(i)));
    assert.equal(flows.active, 20_000);
    tracker.expire(60 * SECOND);
    assert.equal(ended.length, 10_000);
    for (let i = 1; i < 20_000; i += 2) {
      const f = tracker.handle(udp({ ...tuple(i), seconds: 60 }));
      assert.equal(flows.word(f, F.packetsToServer), 2, `flow ${i}`);
    }
    tracker.endAll(FlowEndReason.shutdown);
    assert.equal(flows.active, 0);
    assert.equal(ended.length, 20_000);
  });

  it('refuses new flows at the memory cap when none can be ended', () => {
    const { tracker, flows } = setUp({ memcap: 1 });
    for (let i = 0; i < 40; i++) tracker.handle(udp({ ...REQUEST, sp: 2000 + i }));
    assert.equal(flows.active, 16);
    assert.equal(tracker.emergency, 1);
  });
});
