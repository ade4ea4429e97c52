// pcapng: sections, interfaces, clocks, the three kinds of packets, damage.
import assert from 'node:assert/strict';
import { PcapngClock } from '../../src/pcap/pcapng-clock.ts';
import { block, halves, readCapture, temporaryFolder, words } from './support.ts';

const folder = temporaryFolder();
const PAYLOAD = Buffer.from('packet');
const PADDED = Buffer.concat([PAYLOAD, Buffer.alloc(2)]);

const section = (big = false): Buffer =>
  block(
    0x0a0d0d0a,
    Buffer.concat([words([0x1a2b3c4d], big), halves([1, 0], big), words([0xffffffff, 0xffffffff], big)]),
    big,
  );
const iface = (linkType: number, options: Buffer = Buffer.alloc(0), big = false, snapLength = 0): Buffer =>
  block(1, Buffer.concat([halves([linkType, 0], big), words([snapLength], big), options]), big);
const enhanced = (id: number, high: number, low: number, big = false): Buffer =>
  block(6, Buffer.concat([words([id, high, low, 6, 60], big), PADDED]), big);
const option = (code: number, value: Buffer, big = false): Buffer =>
  Buffer.concat([halves([code, value.length], big), value, Buffer.alloc(-value.length & 3)]);

describe('pcapng reader', () => {
  for (const big of [false, true]) {
    it(`reads ${big ? 'big' : 'little'}-endian enhanced packet blocks`, () => {
      const file = folder.write(
        'a',
        Buffer.concat([section(big), iface(113, Buffer.alloc(0), big), enhanced(0, 1, 5, big)]),
      );
      const { packets, problems } = readCapture(file);
      assert.deepEqual(problems, []);
      assert.deepEqual(packets, [
        { bytes: [...PAYLOAD], wireLength: 60, timestamp: 2 ** 32 + 5, linkType: 113, interfaceId: 0 },
      ]);
    });
  }

  it('keeps interfaces apart, each with its link type and clock', () => {
    const nano = option(9, Buffer.from([9]));
    const file = folder.write(
      'two',
      Buffer.concat([section(), iface(1), iface(101, nano), enhanced(1, 0, 7999), enhanced(0, 0, 7999)]),
    );
    assert.deepEqual(
      readCapture(file).packets.map((one) => [one.linkType, one.timestamp, one.interfaceId]),
      [
        [101, 7, 1],
        [1, 7999, 0],
      ],
    );
  });

  it('begins anew with each section, in another byte order too', () => {
    const file = folder.write(
      'sections',
      Buffer.concat([
        section(),
        iface(1),
        enhanced(0, 0, 1),
        section(true),
        iface(101, Buffer.alloc(0), true),
        enhanced(0, 0, 2, true),
      ]),
    );
    assert.deepEqual(
      readCapture(file).packets.map((one) => [one.linkType, one.timestamp]),
      [
        [1, 1],
        [101, 2],
      ],
    );
  });

  it('adds the time offset of the interface', () => {
    const offset = Buffer.alloc(8);
    offset.writeBigInt64LE(-2n);
    const file = folder.write(
      'offset',
      Buffer.concat([section(), iface(1, option(14, offset)), enhanced(0, 0, 5_000_000)]),
    );
    assert.equal(readCapture(file).packets[0]?.timestamp, 3_000_000);
  });

  it('gives simple packets the time of the packet before and the snap length', () => {
    const simple = block(3, Buffer.concat([words([60]), PADDED.subarray(0, 4)]));
    const file = folder.write(
      'simple',
      Buffer.concat([section(), iface(1, Buffer.alloc(0), false, 4), simple, enhanced(0, 0, 9), simple]),
    );
    assert.deepEqual(
      readCapture(file).packets.map((one) => [one.timestamp, one.bytes.length, one.wireLength]),
      [
        [0, 4, 60],
        [9, 6, 60],
        [9, 4, 60],
      ],
    );
  });

  it('reads the obsolete packet block', () => {
    const old = block(2, Buffer.concat([halves([0, 0]), words([0, 8, 6, 60]), PADDED]));
    const file = folder.write('old', Buffer.concat([section(), iface(1), old]));
    assert.deepEqual(
      readCapture(file).packets.map((one) => [one.timestamp, one.bytes]),
      [[8, [...PAYLOAD]]],
    );
  });

  it('steps over unknown blocks, also those larger than the region', () => {
    const unknown = block(0x0bad, Buffer.alloc(3000));
    const file = folder.write(
      'unknown',
      Buffer.concat([section(), iface(1), unknown, enhanced(0, 0, 1), block(5, Buffer.alloc(8)), enhanced(0, 0, 2)]),
    );
    const { packets, problems } = readCapture(file, { regionSize: 500 });
    assert.deepEqual(
      packets.map((one) => one.timestamp),
      [1, 2],
    );
    assert.deepEqual(problems, []);
  });

  it('skips packets of an interface that nobody described, warning once', () => {
    const file = folder.write(
      'nobody',
      Buffer.concat([section(), iface(1), enhanced(3, 0, 1), enhanced(0, 0, 2), enhanced(3, 0, 1)]),
    );
    const { packets, problems } = readCapture(file);
    assert.equal(packets.length, 1);
    assert.deepEqual(
      problems.map((one) => one.code),
      ['corrupt'],
    );
  });

  it('stops where the two lengths of a block differ', () => {
    const damaged = enhanced(0, 0, 2);
    damaged.writeUInt32LE(44, damaged.length - 4);
    const file = folder.write(
      'differ',
      Buffer.concat([section(), iface(1), enhanced(0, 0, 1), damaged, enhanced(0, 0, 3)]),
    );
    const { packets, problems } = readCapture(file);
    assert.equal(packets.length, 1);
    assert.deepEqual(
      problems.map((one) => one.code),
      ['corrupt'],
    );
  });

  it('reads clocks of every resolution exactly', () => {
    const nanoseconds = 1_700_000_000_123_456_789n;
    const split = (value: bigint): [number, number] => [Number(value >> 32n), Number(value & 0xffffffffn)];
    assert.equal(new PcapngClock(9, 0).microseconds(...split(nanoseconds)), 1_700_000_000_123_456);
    assert.equal(new PcapngClock(12, 0).microseconds(...split(1_700_000_123_456_789_012n)), 1_700_000_123_456);
    assert.equal(new PcapngClock(0, 0).microseconds(0, 1_700_000_000), 1_700_000_000_000_000);
    assert.equal(new PcapngClock(3, 0).microseconds(...split(1_700_000_000_123n)), 1_700_000_000_123_000);
    assert.equal(
      new PcapngClock(0x80 | 10, 0).microseconds(...split((1_700_000_000n << 10n) + 512n)),
      1_700_000_000_500_000,
    );
    assert.equal(new PcapngClock(0x80 | 32, 0).microseconds(1_700_000_000, 0x40000000), 1_700_000_000_250_000);
    assert.equal(new PcapngClock(0x80 | 33, 0).microseconds(2, 0), 1_000_000);
  });
});
