// Reassembly: what raw inspection sees of data in and out of order, with gaps, depth and overlaps.

import assert from 'node:assert/strict';
import { Action, PacketFlag } from '../../src/framework/packet.ts';
import { osPolicyId } from '../../src/stream/index.ts';
import { Conversation } from './support.ts';

describe('raw inspection, passive', () => {
  it('waits for a chunk to be acknowledged', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'a'.repeat(1400) });
    c.say('s', 'A', 1, 1401);
    c.say('c', 'A', 1401, 1, { data: 'b'.repeat(1400) });
    assert.deepEqual(c.inspected[0], []);
    c.say('s', 'A', 1, 2801);
    c.say('c', 'A', 2801, 1, { data: 'c' });
    assert.deepEqual(c.inspected[0], ['a'.repeat(1400) + 'b'.repeat(1400)]);
  });

  it('puts segments in order', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'A', 7, 1, { data: 'world' });
    c.say('c', 'A', 1, 1, { data: 'hello ' });
    c.say('s', 'A', 1, 12);
    c.end();
    assert.deepEqual(c.inspected[0], ['hello world']);
    assert.equal(c.engine.view.maxRegions(c.t, 'toServer'), 1);
  });

  it('counts as an overlap what comes again once it was read', () => {
    const c = new Conversation((options) => {
      options.rawInspection = false;
    });
    c.shake();
    c.say('s', 'PA', 1, 1, { data: '220 ready\r\n' });
    c.say('c', 'A', 1, 12);
    c.say('s', 'PA', 1, 1, { data: '220 ready\r\n' });
    assert.equal(c.counters.byName('tcp.overlap'), 1);
  });

  it('splits at a gap and says so once', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    c.say('c', 'A', 14, 1, { data: 'two' });
    assert.deepEqual(c.say('s', 'A', 1, 17), ['reassembly_seq_gap']);
    assert.equal(c.counters.byName('tcp.reassembly_gap'), 1);
    c.end();
    assert.deepEqual(c.inspected[0], ['one', 'two']);
    assert.equal(c.engine.view.missedBytes(c.t, 'toServer'), 10);
    assert.equal(c.engine.view.hasGap(c.t, 'toServer'), true);
  });

  it('waits with a gap behind the last data until more comes', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    assert.deepEqual(c.say('s', 'A', 1, 14), []);
    assert.equal(c.engine.view.hasGap(c.t, 'toServer'), false);
    assert.equal(c.engine.view.missedBytes(c.t, 'toServer'), 10);
    c.say('c', 'A', 14, 1, { data: 'two' });
    assert.deepEqual(c.say('s', 'A', 1, 17), ['reassembly_seq_gap']);
    assert.equal(c.engine.view.missedBytes(c.t, 'toServer'), 10);
  });

  it('takes data that comes after its acknowledgement', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    c.say('s', 'A', 1, 7);
    c.say('c', 'A', 4, 1, { data: 'two' });
    c.say('s', 'A', 1, 7);
    c.end();
    assert.deepEqual(c.inspected[0], ['onetwo']);
    assert.equal(c.engine.view.missedBytes(c.t, 'toServer'), 0);
  });

  it('keeps what content rules have not seen when the rest is encrypted, and takes no more', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'hello' });
    c.say('s', 'A', 1, 6);
    c.engine.disableReassembly(c.t, 0);
    c.say('c', 'A', 6, 1, { data: 'secret' });
    c.say('s', 'A', 1, 12);
    assert.deepEqual(c.inspected[0], []);
    c.end();
    assert.deepEqual(c.inspected[0], ['hello']);
    assert.equal(c.engine.view.hasGap(c.t, 'toServer'), false);
  });

  it('tells the application layer once that both directions are over', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    c.say('s', 'A', 1, 4, { data: 'two' });
    c.say('c', 'FA', 4, 4);
    c.say('s', 'FA', 4, 5);
    assert.deepEqual(c.ended, []);
    c.say('c', 'A', 5, 5);
    c.say('c', 'A', 5, 5);
    assert.deepEqual(c.ended, [0, 1]);
  });

  it('does not tell it of the end of a direction that said nothing', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    c.say('s', 'A', 1, 4);
    c.say('c', 'FA', 4, 1);
    c.say('s', 'FA', 1, 5);
    c.say('c', 'A', 5, 2);
    assert.deepEqual(c.ended, [0]);
  });

  it('hands over what the sender of a reset said, not what it acknowledges with it', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    c.say('s', 'A', 1, 4, { data: 'two' });
    c.say('c', 'A', 4, 1, { data: 'three' });
    c.say('c', 'RA', 9, 4);
    assert.deepEqual(c.delivered, [['one', 'three'], []]);
  });

  it('says nothing of the place of what is repeated once nobody needs it', () => {
    const SPURIOUS = 'pkt_spurious_retransmission';
    const say = (rules: boolean, isHeld: boolean): string[] => {
      const c = new Conversation((o) => (o.rawInspection = rules));
      c.shake();
      if (isHeld) c.engine.holdBehind(c.t, 0, 100, { isKept: false });
      c.say('c', 'A', 1, 1, { data: 'one' });
      c.say('s', 'A', 1, 4);
      c.say('c', 'A', 4, 1, { data: 'two' });
      c.say('s', 'A', 1, 7);
      return c.say('c', 'A', 1, 1, { data: 'one' });
    };
    assert.deepEqual(say(false, false), [SPURIOUS]);
    assert.deepEqual(say(true, false), [SPURIOUS, 'est_pkt_before_last_ack'], 'rules have not looked at it yet');
    assert.deepEqual(say(false, true), [SPURIOUS], 'without rules nothing is judged as if it were there');
  });

  it('judges what is repeated by what was needed after the last packet of its direction', () => {
    const c = new Conversation((o) => (o.rawInspection = false));
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    c.say('c', 'A', 4, 1, { data: 'two' });
    c.say('s', 'A', 1, 7);
    const again = (): string[] => c.say('c', 'A', 1, 1, { data: 'one' });
    assert.deepEqual(again(), ['pkt_spurious_retransmission', 'est_pkt_before_last_ack']);
    assert.deepEqual(again(), ['pkt_spurious_retransmission']);
  });

  it('tells of a hole as soon as there is something behind it', () => {
    const c = new Conversation();
    const hole = (): number[] => [c.engine.view.ordered(c.t, 'toServer'), c.engine.view.holeSize(c.t, 'toServer')];
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    assert.deepEqual(hole(), [3, 0]);
    c.say('c', 'A', 14, 1, { data: 'two' });
    assert.deepEqual(hole(), [3, 10]);
    c.say('c', 'A', 4, 1, { data: '0123456789' });
    assert.deepEqual(hole(), [16, 0]);
  });

  it('notes a hole that was acknowledged before with the data behind it, inline', () => {
    const c = new Conversation((o) => (o.inline = true));
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    assert.deepEqual(c.say('s', 'A', 1, 5), []);
    assert.deepEqual(c.say('c', 'A', 5, 1, { data: 'two' }), ['reassembly_seq_gap']);
    assert.deepEqual(c.delivered[0], ['one', '[1 missing]', 'two']);
  });

  it('stops at the depth', () => {
    const c = new Conversation((o) => (o.reassembly.depth = 8));
    c.shake();
    assert.deepEqual(c.say('c', 'A', 1, 1, { data: '0123456789' }), ['reassembly_depth_reached']);
    c.say('s', 'A', 1, 11);
    c.say('c', 'A', 11, 1, { data: 'more' });
    assert.deepEqual(c.inspected[0], ['01234567']);
    assert.equal(c.counters.byName('tcp.stream_depth_reached'), 1);
  });

  it('gives the application layer nothing more once the depth is reached', () => {
    const c = new Conversation((o) => (o.reassembly.depth = 8));
    c.shake();
    c.say('c', 'A', 1, 1, { data: '0123' });
    c.say('s', 'A', 1, 5);
    c.say('c', 'A', 5, 1, { data: '45' });
    assert.deepEqual(c.cut, []);
    c.say('c', 'A', 7, 1, { data: '6789' });
    assert.deepEqual(c.cut, [0], 'at once, whatever is acknowledged later');
    c.say('s', 'A', 1, 11);
    assert.deepEqual(c.delivered[0], ['0123']);
  });

  it('follows a session to a depth of its own', () => {
    const c = new Conversation((o) => (o.reassembly.depth = 4));
    c.shake();
    c.say('c', 'A', 1, 1, { data: '01' });
    c.engine.followTo(c.t, 8);
    assert.deepEqual(c.say('c', 'A', 3, 1, { data: '2345' }), []);
    c.say('s', 'A', 1, 7);
    assert.deepEqual(c.say('c', 'A', 7, 1, { data: '6789' }), ['reassembly_depth_reached']);
    assert.deepEqual([c.delivered[0], c.cut], [['012345'], [0]]);
    assert.deepEqual(c.say('s', 'A', 1, 7, { data: '012345678' }), ['reassembly_depth_reached'], 'both directions');
  });

  it('follows a session to its end, whatever its depth was', () => {
    const c = new Conversation((o) => (o.reassembly.depth = 4));
    c.shake();
    c.engine.followTo(c.t, 6);
    c.engine.followTo(c.t, 0);
    assert.deepEqual(c.say('c', 'A', 1, 1, { data: '0123456789' }), []);
    c.say('s', 'A', 1, 11);
    assert.deepEqual([c.delivered[0], c.cut], [['0123456789'], []]);
  });

  it('leaves out the urgent byte', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'UA', 1, 1, { data: 'abX', urgent: 3 });
    c.say('c', 'A', 4, 1, { data: 'cd' });
    assert.deepEqual(c.say('s', 'A', 1, 6), []);
    c.end();
    assert.deepEqual(c.inspected[0], ['abcd']);
  });

  it('treats the urgent byte by the policy, and only at the end of a packet', () => {
    const inspect = (policy: 'oob' | 'gap' | 'drop' | 'inline', urgent: number, inline = false): string => {
      const c = new Conversation((o) => {
        o.reassembly.urgentPolicy = policy;
        o.inline = inline;
      });
      c.shake();
      c.say('c', 'UA', 1, 1, { data: 'abX', urgent });
      const isInStream = (c.p.flags & PacketFlag.streamAdded) !== 0;
      const isDropped = (c.p.action & Action.drop) !== 0;
      c.say('c', 'A', 4, 1, { data: 'cd' });
      c.say('s', 'A', 1, 6);
      c.end();
      return [c.inspected[0].at(-1), isInStream ? 'stream' : 'packet', ...(isDropped ? ['dropped'] : [])].join(' ');
    };
    assert.equal(inspect('oob', 3), 'abcd stream');
    assert.equal(inspect('oob', 2), 'abXcd stream');
    assert.equal(inspect('oob', 3, true), 'abcd packet');
    assert.equal(inspect('inline', 3), 'abXcd stream');
    assert.equal(inspect('gap', 2), 'abXcd stream');
    assert.match(inspect('gap', 3), /^cd stream$/);
    // nothing is dropped where packets are only watched
    assert.equal(inspect('drop', 3), 'abXcd stream');
    assert.match(inspect('drop', 3, true), / packet dropped$/);
  });

  it('keeps nothing after release', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'A', 5, 1, { data: 'late' });
    c.say('s', 'A', 1, 1, { data: 'x'.repeat(9000) });
    assert.notEqual(c.engine.usage().bytes, 0);
    c.engine.release(c.f);
    assert.deepEqual(c.engine.usage(), { sessions: 0, segments: 0, bytes: 0 });
  });
});

describe('raw inspection, inline', () => {
  it('shows a packet at once with what is before it', () => {
    const c = new Conversation((o) => (o.inline = true));
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    c.say('c', 'A', 4, 1, { data: 'two' });
    assert.deepEqual(c.inspected[0], ['one', 'onetwo']);
  });

  it('lets the first data win and rewrites the packet', () => {
    const c = new Conversation((o) => (o.inline = true));
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'evil' });
    const raised = c.say('c', 'A', 1, 1, { data: 'good' });
    assert.equal(raised.includes('reassembly_overlap_different_data'), true);
    assert.notEqual(c.p.flags & PacketFlag.modified, 0);
    assert.equal(Buffer.from(c.data.subarray(0, 4)).toString(), 'evil');
  });
});

describe('overlaps', () => {
  // Old data at 4..8 of the stream; new data at the places given.
  const NEW: Readonly<Record<string, [number, string]>> = {
    before: [3, 'NNNN'],
    'same place': [4, 'NNNN'],
    'same start, longer': [4, 'NNNNNN'],
    after: [6, 'NNNN'],
  };
  const EXPECTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    bsd: { before: 'NNNNo', 'same place': 'oooo', 'same start, longer': 'ooooNN', after: 'ooooNN' },
    linux: { before: 'NNNNo', 'same place': 'oooo', 'same start, longer': 'NNNNNN', after: 'ooooNN' },
    'old-linux': { before: 'NNNNo', 'same place': 'NNNN', 'same start, longer': 'NNNNNN', after: 'ooooNN' },
    first: { before: 'Noooo', 'same place': 'oooo', 'same start, longer': 'ooooNN', after: 'ooooNN' },
    last: { before: 'NNNNo', 'same place': 'NNNN', 'same start, longer': 'NNNNNN', after: 'ooNNNN' },
    solaris: { before: 'Noooo', 'same place': 'NNNN', 'same start, longer': 'NNNNNN', after: 'ooNNNN' },
  };
  for (const [policy, cases] of Object.entries(EXPECTED)) {
    for (const [name, expected] of Object.entries(cases)) {
      it(`${policy}: new data ${name}`, () => {
        const c = new Conversation(undefined, osPolicyId(policy as 'bsd'));
        c.shake();
        c.say('c', 'A', 5, 1, { data: 'oooo' });
        const [at, data] = NEW[name]!;
        const raised = c.say('c', 'A', 1 + at, 1, { data });
        assert.equal(raised.includes('reassembly_overlap_different_data'), name !== 'same place');
        c.end();
        assert.equal(c.inspected[0].join(''), expected);
      });
    }
  }
});
