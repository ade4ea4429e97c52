// ToldStreams: outputs that write streams down are told every byte once, in order, whoever else reads them.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Conversation } from './support.ts';

/** A conversation whose streams are written down, with a mark where a stream begins. */
function told(c: Conversation): [string, string] {
  const streams: [string, string] = ['', ''];
  c.engine.listen((f, direction, data, start, end, { isFirst }) => {
    assert.equal(f, c.f);
    streams[direction] += (isFirst ? '^' : '') + Buffer.from(data.subarray(start, end)).toString('latin1');
  });
  return streams;
}

describe('streams that are written down', () => {
  it('are told as far as they are acknowledged, and to their end', () => {
    const c = new Conversation();
    const streams = told(c);
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one ' });
    assert.deepEqual(streams, ['', '']);
    c.say('s', 'A', 1, 5, { data: 'reply' });
    assert.deepEqual(streams, ['^one ', '']);
    c.say('c', 'A', 5, 6, { data: 'two' });
    assert.deepEqual(streams, ['^one ', '^reply']);
    c.engine.release(c.f);
    assert.deepEqual(streams, ['^one two', '^reply']);
  });

  it('are told as they are acknowledged inline, too, what is acknowledged at once in one piece', () => {
    const c = new Conversation((options) => {
      options.inline = true;
    });
    const pieces: string[] = [];
    c.engine.listen((_f, _direction, data, start, end) => {
      pieces.push(Buffer.from(data.subarray(start, end)).toString('latin1'));
    });
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one ' });
    c.say('c', 'A', 5, 1, { data: 'two ' });
    assert.deepEqual(pieces, []);
    c.say('s', 'A', 1, 9);
    assert.deepEqual(pieces, ['one two ']);
  });

  it('go on behind the end of reassembly where there are rules', () => {
    for (const rules of [true, false]) {
      const c = new Conversation((options) => (options.rawInspection = rules));
      const streams = told(c);
      c.shake();
      c.say('c', 'A', 1, 1, { data: 'one ' });
      c.engine.disableReassembly(c.t, 0);
      c.say('s', 'A', 1, 5);
      c.say('c', 'A', 5, 1, { data: 'two' });
      c.say('s', 'A', 1, 8);
      c.engine.release(c.f);
      assert.deepEqual(streams, [rules ? '^one two' : '^one ', '']);
      assert.deepEqual(c.inspected[0], [], 'rules see nothing of it');
    }
  });

  it('are told once, without what never came', () => {
    const c = new Conversation();
    const streams = told(c);
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    c.say('c', 'A', 1, 1, { data: 'one' });
    c.say('c', 'A', 14, 1, { data: 'two' });
    c.say('s', 'A', 1, 17);
    c.say('c', 'A', 17, 1, { data: ' three' });
    c.engine.release(c.f);
    assert.deepEqual(streams, ['^onetwo three', '']);
  });

  it('change sides with a session that is turned around', () => {
    const c = new Conversation();
    const streams = told(c);
    c.shake();
    c.say('c', 'A', 1, 1, { data: 'one' });
    c.say('s', 'A', 1, 4);
    c.engine.requestTurn(c.t);
    c.say('c', 'A', 4, 1, { data: 'two' });
    c.engine.release(c.f);
    assert.deepEqual(streams, ['^one', 'two']);
  });

  it('are whole where nobody else reads, and where the application layer passes bytes over', () => {
    for (const app of [false, true]) {
      const c = new Conversation(
        (options) => {
          options.rawInspection = false;
          options.reassembly.checkOverlapDifferentData = false;
        },
        0,
        { app },
      );
      c.uselessBehind = () => 1000;
      const streams = told(c);
      c.shake();
      for (let i = 0; i < 20; i++) {
        c.say('c', 'A', 1 + i * 100, 1, { data: String(i % 10).repeat(100) });
        c.say('s', 'A', 1, 101 + i * 100);
      }
      c.engine.release(c.f);
      assert.equal(streams[0], `^${[...'01234567890123456789'].map((digit) => digit.repeat(100)).join('')}`);
    }
  });

  it('are the bytes that were sent, whatever the order of the segments', () => {
    const segments = fc.array(fc.nat(40), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(segments, fc.infiniteStream(fc.nat()), (sizes, chance) => {
        const c = new Conversation();
        const streams = told(c);
        c.shake();
        let sent = '';
        const waiting: { seq: number; data: string }[] = [];
        const say = (): void => {
          const [one] = waiting.splice(chance.next().value % waiting.length, 1);
          c.say('c', 'A', one!.seq, 1, { data: one!.data });
        };
        for (const size of sizes) {
          const data = Array.from({ length: size }, (_, i) => String.fromCharCode(97 + ((sent.length + i) % 26))).join(
            '',
          );
          if (size > 0) waiting.push({ seq: 1 + sent.length, data });
          sent += data;
          if (waiting.length > 3) say();
          if (waiting.length === 0) c.say('s', 'A', 1, 1 + sent.length);
        }
        while (waiting.length > 0) say();
        c.say('s', 'A', 1, 1 + sent.length);
        assert.equal(streams[0], sent === '' ? '' : `^${sent}`);
        c.engine.release(c.f);
        assert.equal(c.engine.usage().bytes, 0);
      }),
    );
  });
});
