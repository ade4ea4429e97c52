// Blocks of a TPACKET_V3 ring, as the kernel lays them out: every packet comes out once, in order, as it was on the wire.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BlockRing } from '../../src/capture/block-ring.ts';
import { PacketBatch } from '../../src/pcap/index.ts';

const BLOCK = 4096;
const FRAME_OFFSET = 82;
const VLAN_VALID = 0x10;
const VLAN_TPID_VALID = 0x40;

interface Frame {
  readonly data: Uint8Array;
  readonly wire?: number;
  /** Taken out by the network card. */
  readonly tag?: { readonly tci: number; readonly tpid: number | undefined } | undefined;
  readonly seconds?: number;
  readonly nanoseconds?: number;
}

/** Writes the frames of each block as the kernel does. */
function ringOf(blocks: readonly (readonly Frame[])[], handedOver = blocks.length): ArrayBuffer {
  const memory = new ArrayBuffer(blocks.length * BLOCK);
  const view = new DataView(memory);
  blocks.forEach((frames, number) => {
    const start = number * BLOCK;
    view.setUint32(start + 8, number < handedOver ? 1 : 0, true);
    view.setUint32(start + 12, frames.length, true);
    view.setUint32(start + 16, 48, true);
    let at = start + 48;
    for (const { data, wire = data.length, tag, seconds = 0, nanoseconds = 0 } of frames) {
      const size = (FRAME_OFFSET + data.length + 7) & ~7;
      view.setUint32(at, size, true);
      view.setUint32(at + 4, seconds, true);
      view.setUint32(at + 8, nanoseconds, true);
      view.setUint32(at + 12, data.length, true);
      view.setUint32(at + 16, wire, true);
      const bits = tag === undefined ? 0 : VLAN_VALID | (tag.tpid === undefined ? 0 : VLAN_TPID_VALID);
      view.setUint32(at + 20, bits, true);
      view.setUint16(at + 24, FRAME_OFFSET, true);
      view.setUint32(at + 32, tag?.tci ?? 0, true);
      view.setUint16(at + 36, tag?.tpid ?? 0, true);
      new Uint8Array(memory, at + FRAME_OFFSET, data.length).set(data);
      at += size;
    }
  });
  return memory;
}

const ORIGIN = { linkType: 1, device: 3, snapLength: 262_144, trustsKernel: true };

/** What is in the batch, packet by packet. */
function packetsOf(batch: PacketBatch): number[][] {
  return Array.from({ length: batch.count }, (_, i) => [
    ...batch.data.subarray(batch.offset[i], batch.offset[i]! + batch.length[i]!),
  ]);
}

/** The packet with the tag where it was. */
function onWire({ data, tag }: Frame): number[] {
  if (tag === undefined || data.length < 12) return [...data];
  const { tpid = 0x8100, tci } = tag;
  return [...data.subarray(0, 12), tpid >> 8, tpid & 255, tci >> 8, tci & 255, ...data.subarray(12)];
}

function isGivenBack(memory: ArrayBuffer, block: number): boolean {
  return new DataView(memory).getUint32(block * BLOCK + 8, true) === 0;
}

describe('blocks of a packet ring', () => {
  const data = Uint8Array.from({ length: 60 }, (_, i) => i);

  it('hand over packets with time, length on the wire and interface, and go back to the kernel', () => {
    const memory = ringOf([[{ data, wire: 1500, seconds: 0x9000_0000, nanoseconds: 999_999_999 }]]);
    const batch = new PacketBatch(new Uint8Array(4096));
    assert.equal(new BlockRing(memory, BLOCK, ORIGIN).fill(batch, { at: 100, end: 4096 }), 1);
    assert.deepEqual(packetsOf(batch), [[...data]]);
    assert.equal(batch.offset[0], 100);
    assert.equal(batch.wireLength[0], 1500);
    assert.equal(batch.timestamp[0], 0x9000_0000 * 1e6 + 999_999);
    assert.equal(batch.linkType[0], 1);
    assert.equal(batch.interfaceId[0], 3);
    assert.ok(isGivenBack(memory, 0));
  });

  it('put a VLAN tag back where the network card took it out, also that of a service provider', () => {
    const frames = [
      { data, tag: { tci: 0x2005, tpid: undefined } },
      { data, tag: { tci: 7, tpid: 0x88a8 } },
    ];
    const batch = new PacketBatch(new Uint8Array(4096));
    new BlockRing(ringOf([frames]), BLOCK, ORIGIN).fill(batch, { at: 0, end: 4096 });
    assert.deepEqual(packetsOf(batch), frames.map(onWire));
    assert.equal(batch.wireLength[0], data.length + 4);
  });

  it('say of which packets the card makes the checksums later, where the kernel is asked', () => {
    const NOT_READY = 1 << 3;
    for (const trustsKernel of [true, false]) {
      const memory = ringOf([[{ data }]]);
      new DataView(memory).setUint32(48 + 20, NOT_READY, true);
      const batch = new PacketBatch(new Uint8Array(4096));
      new BlockRing(memory, BLOCK, { ...ORIGIN, trustsKernel }).fill(batch, { at: 0, end: 4096 });
      assert.equal(batch.hasNoChecksum[0], trustsKernel ? 1 : 0);
    }
  });

  it('are not read while they are the kernel’s', () => {
    const memory = ringOf([[{ data }], [{ data }]], 1);
    const ring = new BlockRing(memory, BLOCK, ORIGIN);
    const batch = new PacketBatch(new Uint8Array(4096));
    assert.equal(ring.fill(batch, { at: 0, end: 4096 }), 1);
    assert.equal(ring.fill(batch, { at: 0, end: 4096 }), 0);
    new DataView(memory).setUint32(BLOCK + 8, 1, true);
    assert.equal(ring.fill(batch, { at: 0, end: 4096 }), 1);
    // the ring goes round
    assert.equal(ring.fill(batch, { at: 0, end: 4096 }), 0);
    new DataView(memory).setUint32(8, 1, true);
    assert.equal(ring.fill(batch, { at: 0, end: 4096 }), 1);
  });

  it('keep no more of a packet than the snap length', () => {
    const batch = new PacketBatch(new Uint8Array(4096));
    new BlockRing(ringOf([[{ data }]]), BLOCK, { ...ORIGIN, snapLength: 20 }).fill(batch, { at: 0, end: 4096 });
    assert.deepEqual(packetsOf(batch), [[...data.subarray(0, 20)]]);
    assert.equal(batch.wireLength[0], 60);
  });

  it('hand over each packet once and in order, whatever room there is in a batch (property)', () => {
    const frame = fc.record({
      data: fc.uint8Array({ maxLength: 300 }),
      tag: fc.option(fc.record({ tci: fc.nat(0xffff), tpid: fc.constantFrom(undefined, 0x8100, 0x88a8) }), {
        nil: undefined,
      }),
    });
    const blocks = fc.array(fc.array(frame, { maxLength: 8 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        blocks,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 304, max: 1500 }),
        (all, capacity, room) => {
          const memory = ringOf(all);
          const ring = new BlockRing(memory, BLOCK, ORIGIN);
          const seen: number[][] = [];
          for (let rounds = 0; rounds < 100; rounds++) {
            const batch = new PacketBatch(new Uint8Array(room), capacity);
            ring.fill(batch, { at: 0, end: room });
            seen.push(...packetsOf(batch));
          }
          assert.deepEqual(seen, all.flat().map(onWire));
          assert.ok(all.every((_, number) => isGivenBack(memory, number)));
        },
      ),
    );
  });
});
