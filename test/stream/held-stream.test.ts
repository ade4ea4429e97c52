// HeldStream: what outputs may show of the stream that an alert is about.

import assert from 'node:assert/strict';
import { StreamPayloads } from '../../src/engine/stream-payloads.ts';
import { Conversation } from './support.ts';

/** What an output would show with the packet under way. */
function shown(c: Conversation, limit = Infinity): string {
  const payloads = new StreamPayloads(c.engine.held, () => undefined);
  const length = payloads.open(c.p, limit);
  return Buffer.from(payloads.data.subarray(payloads.offset, payloads.offset + length)).toString('latin1');
}

describe('bytes held of a stream', () => {
  it('are those acknowledged of the direction of the packet', () => {
    const c = new Conversation();
    c.inspect = false;
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'hello ' });
    c.say('s', 'A', 1, 7);
    assert.equal(shown(c), '');
    c.say('c', 'A', 7, 1, { data: 'world' });
    assert.equal(shown(c), 'hello ');
  });

  it('are all that came, inline and at the end of the flow', () => {
    for (const inline of [true, false]) {
      const c = new Conversation((options) => {
        options.inline = inline;
      });
      c.inspect = false;
      c.shake();
      c.say('c', 'A', 1, 1, { data: 'hello ' });
      if (inline) c.say('c', 'A', 7, 1, { data: 'world' });
      else c.say('c', 'A', 0, 0, { pseudo: true });
      assert.equal(shown(c), inline ? 'hello world' : 'hello ');
    }
  });

  it('tell of what is missing among them, as far as there is room', () => {
    const c = new Conversation();
    c.inspect = false;
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    c.say('c', 'A', 14, 1, { data: 'two' });
    c.say('s', 'A', 1, 17);
    c.say('c', 'A', 17, 1);
    assert.equal(shown(c), 'one[10 bytes missing]two');
    assert.equal(shown(c, 6), 'one[10');
  });

  it('go once they are looked at, but for those that a protocol wants held', () => {
    for (const held of [false, true]) {
      const c = new Conversation();
      c.shake();
      if (held) c.engine.holdBehind(c.t, 0, 1500, { isKept: true });
      for (let i = 0; i < 10; i++) {
        c.say('c', 'A', 1 + i * 1000, 1, { data: String(i).repeat(1000) });
        c.say('s', 'A', 1, 1001 + i * 1000);
        c.engine.triggerRaw(c.t, 0);
        c.say('c', 'A', 1001 + i * 1000, 1);
      }
      const text = shown(c);
      assert.ok(held ? text.length >= 1500 && text.length < 5000 : text.length === 0, String(text.length));
      assert.ok(!held || text.endsWith('9'.repeat(1000)));
    }
  });

  it('are those that were needed behind the packet before, however far the application layer is by now', () => {
    const c = new Conversation();
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    c.engine.triggerRaw(c.t, 0);
    c.say('s', 'A', 1, 4);
    c.say('c', 'A', 4, 1, { data: 'two' });
    assert.equal(shown(c), 'one', 'looked at with this packet');
    c.engine.triggerRaw(c.t, 0);
    c.say('s', 'A', 1, 7);
    c.say('c', 'A', 7, 1, { data: 'three' });
    assert.equal(shown(c), 'two');
  });
});
