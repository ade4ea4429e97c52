// What is written for packets of a queue: few messages for those that go on as they came, one for each of the others.

import assert from 'node:assert/strict';
import { QueueVerdicts } from '../../src/capture/queue-verdicts.ts';
import type { VerdictSettings } from '../../src/capture/queue-verdicts.ts';
import { Counters, defineCounter } from '../../src/base/counters.ts';
import { Action, Packet, PacketFlag } from '../../src/framework/packet.ts';
import type { KernelSocket } from '../../src/native/kernel-socket.ts';

const ERRORS = defineCounter('tayra.test_queue_errors');
const PLAIN: VerdictSettings = {
  mode: 'accept',
  repeat: { mark: 1, mask: 1 },
  bypass: { mark: 0, mask: 0 },
  routeQueue: 0,
  batchCount: 255,
  isShadow: false,
};

/** One message as read back from what was sent, independently of the writer. */
interface Told {
  readonly batch: boolean;
  readonly id: number;
  readonly verdict: number;
  readonly mark?: number;
  readonly bytes?: string;
}

function read(sent: Buffer): Told[] {
  const told: Told[] = [];
  for (let o = 0; o < sent.length;) {
    const end = o + sent.readUInt32LE(o);
    const batch = sent.readUInt16LE(o + 4) === 0x303;
    assert.equal(sent.readUInt16BE(o + 18), 9, 'the number of the queue');
    let one: Told = { batch, id: sent.readUInt32BE(o + 28), verdict: sent.readUInt32BE(o + 24) };
    for (let at = o + 32; at < end;) {
      const length = sent.readUInt16LE(at);
      const type = sent.readUInt16LE(at + 2);
      if (type === 3) one = { ...one, mark: sent.readUInt32BE(at + 4) };
      if (type === 10) one = { ...one, bytes: sent.toString('latin1', at + 4, at + length) };
      at += (length + 3) & ~3;
    }
    told.push(one);
    o = (end + 3) & ~3;
  }
  return told;
}

describe('verdicts on queued packets', () => {
  let sent: Buffer[];
  let result: number;
  beforeEach(() => {
    sent = [];
    result = 0;
  });

  function verdictsOf(settings: Partial<VerdictSettings> = {}): QueueVerdicts {
    const verdicts = new QueueVerdicts({ ...PLAIN, ...settings }, 64, ERRORS);
    const socket = {
      send(data: Uint8Array, offset: number, length: number) {
        sent.push(Buffer.from(data.slice(offset, offset + length)));
        return result;
      },
    };
    verdicts.begin(socket as unknown as KernelSocket, 9);
    for (let i = 0; i < 64; i++) verdicts.ids[i] = 100 + i;
    return verdicts;
  }

  function packet(change: (p: Packet) => void = () => undefined): Packet {
    const data = Uint8Array.from(Buffer.from('....packet....'));
    const p = new Packet(data);
    p.reset(data, -1, 4, 10);
    change(p);
    return p;
  }

  const messages = (): Told[] => sent.flatMap(read);
  const drop = packet((p) => (p.action |= Action.drop));

  it('are one for all that go on as they came', () => {
    const verdicts = verdictsOf();
    for (let i = 0; i < 5; i++) verdicts.decide(i, packet());
    assert.deepEqual(sent, []);
    verdicts.flush();
    assert.deepEqual(messages(), [{ batch: true, id: 104, verdict: 1 }]);
    verdicts.flush();
    assert.equal(sent.length, 1, 'nothing is told twice');
  });

  it('keep the order: those before a dropped packet are let go before it is dropped', () => {
    const verdicts = verdictsOf();
    [packet(), packet(), drop, packet()].forEach((p, i) => {
      verdicts.decide(i, p);
    });
    verdicts.flush();
    assert.deepEqual(messages(), [
      { batch: true, id: 101, verdict: 1 },
      { batch: false, id: 102, verdict: 0 },
      { batch: false, id: 103, verdict: 1 },
    ]);
  });

  it('drop what is rejected', () => {
    const verdicts = verdictsOf();
    for (const action of [Action.reject, Action.rejectDst, Action.rejectBoth])
      verdicts.decide(
        0,
        packet((p) => (p.action = action)),
      );
    verdicts.flush();
    assert.deepEqual(
      messages().map(({ verdict }) => verdict),
      [0, 0, 0],
    );
  });

  it('carry the bytes of a packet that was written into', () => {
    const verdicts = verdictsOf();
    verdicts.decide(
      0,
      packet((p) => (p.flags |= PacketFlag.modified)),
    );
    verdicts.decide(1, packet());
    verdicts.flush();
    assert.deepEqual(messages(), [
      { batch: false, id: 100, verdict: 1, bytes: 'packet' },
      { batch: false, id: 101, verdict: 1 },
    ]);
  });

  it('set the bits that a rule asks for, and leave the others', () => {
    const verdicts = verdictsOf();
    verdicts.marks[0] = 0xf0f0 | 0;
    verdicts.decide(
      0,
      packet((p) => {
        p.mark = 0x0a;
        p.markMask = 0xff;
      }),
    );
    verdicts.flush();
    assert.deepEqual(messages(), [{ batch: false, id: 100, verdict: 1, mark: 0xf00a }]);
  });

  it('mark packets of flows that are not looked at any more, where a mark is set for them', () => {
    const bypassed = packet((p) => (p.flags |= PacketFlag.bypassed));
    const plain = verdictsOf();
    plain.decide(0, bypassed);
    plain.flush();
    assert.deepEqual(messages(), [{ batch: false, id: 100, verdict: 1 }]);
    sent = [];
    const marking = verdictsOf({ bypass: { mark: 0x80000000 | 0, mask: 0x80000000 | 0 } });
    marking.marks[0] = 1;
    marking.decide(0, bypassed);
    marking.decide(1, packet());
    marking.flush();
    assert.deepEqual(messages(), [
      { batch: false, id: 100, verdict: 1, mark: 0x80000001 },
      { batch: false, id: 101, verdict: 1 },
    ]);
  });

  it('send packets through the chain again, marked, or on to another queue', () => {
    const repeating = verdictsOf({ mode: 'repeat' });
    repeating.marks[0] = 8;
    repeating.decide(0, packet());
    repeating.decide(1, drop);
    repeating.flush();
    assert.deepEqual(messages(), [
      { batch: false, id: 100, verdict: 4, mark: 9 },
      { batch: false, id: 101, verdict: 0 },
    ]);
    sent = [];
    const routing = verdictsOf({ mode: 'route', routeQueue: 3 });
    routing.decide(0, packet());
    routing.decide(1, packet());
    routing.flush();
    assert.deepEqual(messages(), [{ batch: true, id: 101, verdict: 0x30003 }]);
  });

  it('let everything go in shadow mode, as it came', () => {
    const verdicts = verdictsOf({ isShadow: true, mode: 'repeat' });
    verdicts.decide(0, drop);
    verdicts.decide(
      1,
      packet((p) => (p.flags |= PacketFlag.modified)),
    );
    verdicts.flush();
    assert.deepEqual(messages(), [{ batch: true, id: 101, verdict: 1 }]);
  });

  it('do not wait for more than so many others', () => {
    const verdicts = verdictsOf({ batchCount: 2 });
    for (let i = 0; i < 5; i++) verdicts.decide(i, packet());
    assert.deepEqual(
      messages().map(({ id }) => id),
      [101, 103],
    );
  });

  it('fit into the buffer however many packets were written into', () => {
    const verdicts = verdictsOf();
    const data = new Uint8Array(60_000).fill(7);
    const large = new Packet(data);
    large.reset(data, -1, 0, data.length);
    large.flags |= PacketFlag.modified;
    for (let i = 0; i < 5; i++) verdicts.decide(i, large);
    verdicts.flush();
    assert.deepEqual(
      messages().map(({ id, bytes }) => [id, bytes?.length]),
      [100, 101, 102, 103, 104].map((id) => [id, 60_000]),
    );
    assert.ok(sent.length > 1 && sent.every(({ length }) => length <= 1 << 17));
  });

  it('are counted as errors when the kernel does not take them', () => {
    const verdicts = verdictsOf();
    const counters = new Counters();
    verdicts.attach(counters);
    result = -1;
    verdicts.decide(0, packet());
    verdicts.flush();
    assert.equal(counters.byName('tayra.test_queue_errors'), 1);
  });

  it('on packets nobody looked at stand alone: older ones of the batch are not decided yet', () => {
    const verdicts = verdictsOf();
    verdicts.pass(120, 0);
    verdicts.decide(0, packet());
    verdicts.flush();
    assert.deepEqual(messages(), [
      { batch: false, id: 120, verdict: 1 },
      { batch: false, id: 100, verdict: 1 },
    ]);
  });
});
