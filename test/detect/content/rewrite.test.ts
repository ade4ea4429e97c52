// Payload bytes overwritten: the checksum stays right, everything outside the payload stays as it was.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { rewritePayload } from '../../../src/detect/content/rewrite.ts';
import { Packet, PacketFlag } from '../../../src/framework/packet.ts';
import { transportChecksum } from '../../../src/wire/checksum.ts';

const ADDRESSES = 12;
const L4 = 20;

/** An IPv4 packet whose transport checksum is right. */
function packet(proto: 6 | 17, payload: Uint8Array): Packet {
  const header = proto === 6 ? 20 : 8;
  const data = new Uint8Array(L4 + header + payload.length);
  data.set([10, 0, 0, 1, 10, 0, 0, 2], ADDRESSES);
  data.set(payload, L4 + header);
  const value = transportChecksum(data, ADDRESSES, 4, proto, L4, data.length) || 0xffff;
  data.set([value >>> 8, value & 0xff], L4 + (proto === 6 ? 16 : 6));
  const p = new Packet(data);
  Object.assign(p, { proto, l4Offset: L4, payloadOffset: L4 + header, payloadLength: payload.length, flags: 0 });
  return p;
}

const verified = (p: Packet): number => transportChecksum(p.data, ADDRESSES, 4, p.proto, L4, p.data.length);

describe('rewriting of a payload', () => {
  it('keeps the checksum of TCP and UDP, whatever is written wherever', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(6 as const, 17 as const),
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.nat(39),
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        (proto, payload, from, bytes) => {
          const p = packet(proto, payload);
          const at = p.payloadOffset + (from % payload.length);
          const written = bytes.subarray(0, p.data.length - at);
          assert.ok(rewritePayload(p, at, written));
          assert.deepEqual(p.data.subarray(at, at + written.length), written);
          assert.ok(p.flags & PacketFlag.modified);
          assert.equal(verified(p), 0);
        },
      ),
    );
  });

  it('computes the checksum that the sender left to its network card', () => {
    for (const proto of [6, 17] as const) {
      const p = packet(proto, Buffer.from('abcde'));
      Object.assign(p, { ipVersion: 4, l3Offset: 0, l3End: p.data.length });
      p.flags |= PacketFlag.hasNoChecksum;
      p.data.fill(0x5a, L4 + (proto === 6 ? 16 : 6), L4 + (proto === 6 ? 18 : 8));
      assert.ok(rewritePayload(p, p.payloadOffset + 1, Buffer.from('xy')));
      assert.equal(verified(p), 0);
      assert.equal(p.flags & PacketFlag.hasNoChecksum, 0, 'the next one is mended as usual');
      assert.ok(rewritePayload(p, p.payloadOffset, Buffer.from('z')));
      assert.equal(verified(p), 0);
    }
  });

  it('leaves UDP without a checksum without one', () => {
    const p = packet(17, Buffer.from('abcd'));
    p.data.fill(0, L4 + 6, L4 + 8);
    assert.ok(rewritePayload(p, p.payloadOffset, Buffer.from('xy')));
    assert.deepEqual([...p.data.subarray(L4 + 6, L4 + 8)], [0, 0]);
  });

  it('writes nothing outside the payload, into rebuilt packets or inside tunnels', () => {
    const p = packet(6, Buffer.from('abcd'));
    const before = Uint8Array.from(p.data);
    assert.equal(rewritePayload(p, p.payloadOffset - 1, Buffer.from('xy')), false);
    assert.equal(rewritePayload(p, p.payloadOffset + 3, Buffer.from('xy')), false);
    for (const flag of [PacketFlag.reassembled, PacketFlag.tunnelInner]) {
      p.flags = flag;
      assert.equal(rewritePayload(p, p.payloadOffset, Buffer.from('xy')), false);
    }
    assert.deepEqual(p.data, before);
  });
});
