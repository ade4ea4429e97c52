import { strict as assert } from 'node:assert';
import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import websocket from '../../../src/app/websocket/index.ts';
import { WebSocketTransaction } from '../../../src/app/websocket/parser.ts';
import { ParserDriver } from '../../support/app-parser.ts';

/** A frame: first byte, payload, mask (none without). */
function frame(first: number, payload: Uint8Array, mask?: number): Buffer {
  const length = payload.length;
  const head = [first];
  const masked = mask === undefined ? 0 : 0x80;
  if (length < 126) head.push(masked | length);
  else head.push(masked | 126, length >> 8, length & 0xff);
  const key = mask === undefined ? Buffer.alloc(0) : Buffer.alloc(4);
  if (mask !== undefined) key.writeUInt32BE(mask);
  const body = Buffer.from(payload);
  if (mask !== undefined) for (let i = 0; i < body.length; i++) body[i]! ^= key[i % 4]!;
  return Buffer.concat([Buffer.from(head), key, body]);
}

function deflated(text: string, window: string): Buffer {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, dictionary: Buffer.from(window) };
  return deflateRawSync(Buffer.from(text), options).subarray(0, -4);
}

function play(bytes: Uint8Array, size = Infinity): ParserDriver {
  const driver = new ParserDriver(websocket);
  for (let at = 0; at < bytes.length; at += size) driver.feed(0, bytes.subarray(at, at + size));
  return driver;
}

function shown(driver: ParserDriver): unknown[] {
  return driver.parser.transactions.map((tx) => {
    assert.ok(tx instanceof WebSocketTransaction);
    return [tx.flags, tx.opcode, tx.mask, Buffer.from(tx.payload).toString('latin1'), ...driver.anomalies(tx)];
  });
}

const SESSION = Buffer.concat([
  frame(0x81, Buffer.from('hello'), 0xe2b695ed),
  frame(0x01, Buffer.from('one ')),
  frame(0x89, Buffer.from('beat')),
  frame(0x80, Buffer.from('message')),
  frame(0x82, Buffer.alloc(300, 'x')),
]);

describe('WebSocket parser', () => {
  it('unmasks, and joins the frames of a message around control frames', () => {
    assert.deepEqual(shown(play(SESSION)), [
      [0x80, 1, 0xe2b695ed, 'hello'],
      [0x00, 1, -1, 'one '],
      [0x80, 9, -1, 'beat'],
      [0x80, 0, -1, 'one message'],
      [0x80, 2, -1, 'x'.repeat(300)],
    ]);
  });

  it('goes on behind missing bytes where it is known, or hoped, what follows', () => {
    const driver = play(Buffer.alloc(0));
    assert.equal(driver.parser.gap(0, 30), true);
    driver.feed(0, frame(0x81, Buffer.from('one')));
    const wide = Buffer.concat([Buffer.of(0x82, 127, 0, 0, 0, 0, 0, 2, 0, 0), Buffer.alloc(131_072, 'z')]);
    driver.feed(0, wide.subarray(0, 20));
    assert.equal(driver.parser.gap(0, 1000), true);
    driver.feed(0, wide.subarray(1020, -10));
    assert.equal(driver.parser.gap(0, 10), true);
    driver.feed(0, frame(0x81, Buffer.from('two')));
    assert.deepEqual(
      shown(driver).map((one) => (one as unknown[])[3]),
      ['one', 'z'.repeat(10), 'two'],
    );
    assert.equal(driver.parser.gap(0, 30), false);
  });

  it('knows a frame once all of it is there', () => {
    const end = SESSION.length - 1;
    assert.equal(play(SESSION.subarray(0, end)).parser.transactions.length, 4);
    assert.equal(play(SESSION.subarray(0, end)).parser.transactionCount, 4);
  });

  it('inflates messages that refer to those before them', () => {
    const first = 'a message that is long enough to be referred to';
    const session = Buffer.concat([
      frame(0xc1, deflated(first, '')),
      frame(0xc1, deflated(`${first}, and once more`, first)),
    ]);
    assert.deepEqual(
      shown(play(session)).map((one) => (one as unknown[])[3]),
      [first, `${first}, and once more`],
    );
  });

  it('keeps what is not compressed as it claims', () => {
    assert.deepEqual(shown(play(frame(0xc1, Buffer.from('\xff\xff')))), [[0xc0, 1, -1, '\xc3\xbf\xc3\xbf']]);
  });

  it('skips the end of a payload beyond the limit, and goes on', () => {
    const long = Buffer.concat([
      Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 1, 0, 5]),
      Buffer.alloc(65541, 'y'),
      frame(0x81, Buffer.from('next')),
    ]);
    const [first, second] = shown(play(long, 1400)) as unknown[][];
    assert.equal((first![3] as string).length, 65536);
    assert.equal(first![4], 'websocket.skip_end_of_payload');
    assert.deepEqual(second, [0x80, 1, -1, 'next']);
  });

  it('is the same wherever the bytes are cut', () => {
    const whole = shown(play(SESSION));
    for (let size = 1; size < SESSION.length; size++) assert.deepEqual(shown(play(SESSION, size)), whole);
  });

  it('neither throws nor hangs on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (bytes, size) => {
        play(bytes, size);
      }),
      { numRuns: 300 },
    );
  });
});
