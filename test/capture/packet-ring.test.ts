import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PacketRing } from '../../src/capture/packet-ring.ts';
import { PacketBatch } from '../../src/pcap/index.ts';

const SIZE = 1024;
const LONGEST = 300;

function batchOf(lengths: readonly number[]): PacketBatch {
  const batch = new PacketBatch(new Uint8Array(LONGEST * lengths.length + 1), lengths.length + 1);
  let at = 0;
  lengths.forEach((length, i) => {
    batch.offset[i] = at;
    batch.length[i] = length;
    batch.wireLength[i] = length + 4;
    batch.linkType[i] = 1 + (i % 3);
    batch.interfaceId[i] = i % 2;
    batch.timestamp[i] = 1.7e15 + i;
    for (let k = 0; k < length; k++) batch.data[at + k] = (i * 31 + k) & 0xff;
    at += length;
  });
  batch.count = lengths.length;
  return batch;
}

describe('PacketRing', () => {
  it('hands over every packet once, in order and whole, however full it is', () => {
    const lengths = fc.array(fc.nat(LONGEST), { maxLength: 60 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 9 }), (sizes, capacity) => {
        const memory = PacketRing.allocate(SIZE);
        const writer = new PacketRing(memory);
        const reader = new PacketRing(memory);
        const from = batchOf(sizes);
        const to = new PacketBatch(new Uint8Array(2 * LONGEST), capacity);
        const numbers = new Float64Array(capacity);
        const region = { offset: 0, size: 2 * LONGEST };
        let seen = 0;
        const read = (): void => {
          const count = reader.take(to, numbers, region);
          for (let i = 0; i < count; i++, seen++) {
            const sent = from.data.subarray(from.offset[seen], from.offset[seen]! + from.length[seen]!);
            assert.deepEqual(to.data.subarray(to.offset[i], to.offset[i]! + to.length[i]!), sent);
            assert.equal(to.wireLength[i], from.wireLength[seen]);
            assert.equal(to.linkType[i], from.linkType[seen]);
            assert.equal(to.interfaceId[i], from.interfaceId[seen]);
            assert.equal(to.timestamp[i], from.timestamp[seen]);
            assert.equal(numbers[i], seen + 1);
            assert.equal(reader.capture, seen >> 3);
          }
        };
        for (let i = 0; i < from.count; i++) while (!writer.push(from, i, i + 1, i >> 3)) read();
        writer.end();
        while (!reader.isDone) read();
        assert.equal(seen, from.count);
      }),
    );
  });
});
