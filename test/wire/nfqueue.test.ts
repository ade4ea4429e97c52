// Messages of nfnetlink_queue, written byte by byte as the kernel does on a little-endian machine.

import assert from 'node:assert/strict';
import {
  QueueMessage,
  QueuedPacket,
  putBatchVerdict,
  putChangingVerdict,
  putCopyRange,
  putQueueCommand,
  putQueueFlags,
  putQueueLength,
  putVerdict,
  toQueue,
} from '../../src/wire/nfqueue.ts';
import { bytes, concat, hex } from '../support/packets.ts';
import type { Bytes } from '../support/packets.ts';

function u16le(value: number): Bytes {
  return bytes(value & 255, value >> 8);
}

/** An attribute with its padding. */
function attribute(type: number, value: Uint8Array): Bytes {
  return concat(u16le(4 + value.length), u16le(type), value, new Uint8Array(-value.length & 3));
}

function message(type: number, queue: number, ...parts: Uint8Array[]): Bytes {
  const body = concat(bytes(2, 0, queue >> 8, queue & 255), ...parts);
  const length = 16 + body.length;
  return concat(u16le(length), bytes(0, 0), u16le(type), bytes(0, 0), new Uint8Array(8), body);
}

const HEADER = attribute(1, hex('00 00 00 07 08 00 02'));
const PAYLOAD = hex('45 00 00 15 aa');
const FULL = message(
  0x300,
  5,
  HEADER,
  attribute(3, hex('80 00 00 01')),
  attribute(4, hex('00 00 00 00 65 00 00 00 00 00 00 00 00 01 e2 40')),
  attribute(5, hex('00 00 00 03')),
  attribute(6, hex('00 00 00 04')),
  attribute(7, hex('00 00 00 08')),
  attribute(8, hex('00 00 00 09')),
  attribute(9, hex('00 06 00 00 02 00 00 00 00 01 00 00')),
  attribute(13, hex('00 00 06 00')),
  attribute(14, hex('00 00 00 03')),
  attribute(99, hex('01')),
  attribute(10, PAYLOAD),
);

describe('messages of a netfilter queue', () => {
  it('are read with all that the kernel tells', () => {
    const p = new QueuedPacket();
    const data = concat(bytes(0xff, 0xff, 0xff, 0xff), FULL);
    assert.equal(p.read(data, 4, data.length), QueueMessage.packet);
    const { queue, id, protocol, hook, mark, timestamp, wholeLength, info } = p;
    assert.deepEqual([queue, id, protocol, hook], [5, 7, 0x800, 2]);
    assert.deepEqual([mark >>> 0, timestamp, wholeLength, info], [0x80000001, 0x65000000 * 1e6 + 123456, 1536, 3]);
    assert.deepEqual([p.inDevice, p.outDevice, p.physicalInDevice, p.physicalOutDevice], [3, 4, 8, 9]);
    assert.deepEqual(data.slice(p.addressOffset, p.addressOffset + p.addressLength), hex('02 00 00 00 00 01'));
    assert.deepEqual(data.slice(p.payloadOffset, p.payloadOffset + p.payloadLength), PAYLOAD);
  });

  it('leave nothing of the packet before', () => {
    const p = new QueuedPacket();
    p.read(FULL, 0, FULL.length);
    const bare = message(0x300, 1, HEADER);
    assert.equal(p.read(bare, 0, bare.length), QueueMessage.packet);
    assert.deepEqual({ ...p }, { ...new QueuedPacket(), queue: 1, id: 7, protocol: 0x800, hook: 2 });
  });

  it('are malformed at every shorter length, and when an attribute says more than there is', () => {
    const p = new QueuedPacket();
    for (let end = 0; end < FULL.length; end++)
      assert.equal(p.read(FULL, 0, end), QueueMessage.malformed, `length ${String(end)}`);
    // the length in the header cut as well: then the attributes end early
    for (let end = 20; end < FULL.length; end++) {
      const cut = FULL.slice(0, end);
      cut.set(u16le(end), 0);
      const kind = p.read(cut, 0, end);
      assert.ok(kind === QueueMessage.malformed || kind === QueueMessage.packet, `length ${String(end)}`);
      assert.ok(p.payloadOffset + p.payloadLength <= end, `length ${String(end)}`);
    }
    const headless = message(0x300, 1, attribute(10, PAYLOAD));
    assert.equal(p.read(headless, 0, headless.length), QueueMessage.malformed);
    const long = message(0x300, 1, HEADER, attribute(10, PAYLOAD));
    long.set(u16le(4 + PAYLOAD.length + 4), long.length - 12);
    assert.equal(p.read(long, 0, long.length), QueueMessage.malformed);
  });

  it('tell errors, and others are told apart', () => {
    const p = new QueuedPacket();
    const error = concat(hex('24 00 00 00 02 00 00 00 00 00 00 00 00 00 00 00 ff ff ff ff'), new Uint8Array(16));
    assert.equal(p.read(error, 0, error.length), QueueMessage.error);
    assert.equal(p.error, 1);
    const done = hex('14 00 00 00 03 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00');
    assert.equal(p.read(done, 0, done.length), QueueMessage.other);
  });

  it('are written one behind another, each at a multiple of four', () => {
    const out = new Uint8Array(256).fill(0xee);
    const first = putVerdict(out, 0, 5, 7, 1);
    const second = putBatchVerdict(out, first, 5, 9, toQueue(6));
    assert.deepEqual(
      out.slice(0, first),
      hex('20 00 00 00 01 03 01 00 00 00 00 00 00 00 00 00 00 00 00 05 0c 00 02 00 00 00 00 01 00 00 00 07'),
    );
    assert.deepEqual(
      out.slice(first, second),
      hex('20 00 00 00 03 03 01 00 00 00 00 00 00 00 00 00 00 00 00 05 0c 00 02 00 00 06 00 03 00 00 00 09'),
    );
    const change = { hasMark: true, mark: -2, bytes: hex('aa bb cc dd'), start: 1, length: 3 };
    const third = putChangingVerdict(out, second, 5, 8, 4, change);
    assert.equal(third - second, 48);
    assert.deepEqual(
      out.slice(second, third),
      hex(
        '2f 00 00 00 01 03 01 00 00 00 00 00 00 00 00 00 00 00 00 05 0c 00 02 00 00 00 00 04 00 00 00 08' +
          '08 00 03 00 ff ff ff fe 07 00 0a 00 bb cc dd ee',
      ),
    );
  });

  it('set a queue up', () => {
    const out = new Uint8Array(64);
    const written = (end: number): string => Buffer.from(out.slice(16, end)).toString('hex');
    assert.equal(written(putQueueCommand(out, 0, 3, 'bind')), '00000003' + '0800010001000000');
    assert.equal(out[4]! | (out[5]! << 8), 0x302);
    assert.equal(out[6], 5, 'a request that is answered');
    assert.equal(written(putQueueCommand(out, 0, 3, 'unbind')), '00000003' + '0800010002000000');
    out.fill(0);
    assert.equal(written(putCopyRange(out, 0, 3, 0xfffb)), '00000003' + '090002000000fffb02000000');
    assert.equal(written(putQueueLength(out, 0, 3, 4096)), '00000003' + '0800030000001000');
    assert.equal(written(putQueueFlags(out, 0, 3, 4, 5)), '00000003' + '0800050000000004' + '0800040000000005');
  });
});
