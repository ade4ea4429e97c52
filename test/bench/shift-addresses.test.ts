import assert from 'node:assert/strict';
import { shiftAddresses } from '../../bench/support/shift-addresses.ts';
import { Counters } from '../../src/base/counters.ts';
import { hasValidIpv4Checksum, hasValidTransportChecksum } from '../../src/decode/checksum-verifier.ts';
import { Decoder } from '../../src/decode/decoder.ts';
import { Packet } from '../../src/framework/packet.ts';
import { LAYERS } from '../../src/layers/registry.ts';
import { fold, sumWords } from '../../src/wire/checksum.ts';
import { putU16 } from '../../src/wire/read.ts';
import { tcp4, tcp6, udp4 } from '../support/packets.ts';

function decoded(frame: Uint8Array): Packet {
  const p = new Packet(frame);
  p.linkType = 1;
  p.reset(frame, -1, 0, frame.length);
  new Decoder({ counters: new Counters(), layers: LAYERS }).decode(p);
  return p;
}

/** The frame with the checksums its bytes ask for. */
function summed(frame: Uint8Array): Uint8Array {
  const p = decoded(frame);
  if (p.ipVersion === 4) {
    putU16(frame, p.l3Offset + 10, 0);
    putU16(frame, p.l3Offset + 10, fold(sumWords(frame, p.l3Offset, p.l3Offset + p.l3HeaderLength)));
  }
  const at = p.l4Offset + (p.proto === 6 ? 16 : 6);
  putU16(frame, at, 0);
  const [addresses, length] = p.ipVersion === 4 ? [12, 8] : [8, 32];
  const start = p.l3Offset + addresses;
  const pseudo = sumWords(frame, start, start + length) + p.proto + (p.l3End - p.l4Offset);
  putU16(frame, at, fold(pseudo + sumWords(frame, p.l4Offset, p.l3End)));
  return frame;
}

describe('shifted addresses of repeated captures', () => {
  const payload = Uint8Array.from({ length: 101 }, (_, i) => i * 7);
  const cases: [string, () => Uint8Array][] = [
    ['TCP over IPv4', () => summed(tcp4({}, payload))],
    ['UDP over IPv4', () => summed(udp4({}, payload))],
    ['TCP over IPv6', () => summed(tcp6({}, payload))],
  ];
  for (const [name, make] of cases) {
    it(`${name}: every copy has its own addresses, and right checksums`, () => {
      const tuples = new Set<string>();
      for (let copy = 0; copy < 256; copy++) {
        const frame = make();
        shiftAddresses(frame, 0, frame.length, copy);
        const p = decoded(frame);
        tuples.add([p.src0, p.src1, p.dst0, p.dst1].join());
        assert.ok(p.ipVersion === 6 || hasValidIpv4Checksum(p), `copy ${copy}: IP header`);
        assert.ok(hasValidTransportChecksum(p), `copy ${copy}: transport`);
      }
      assert.equal(tuples.size, 256);
    });
  }

  it('a wrong checksum stays wrong', () => {
    const frame = summed(tcp4({}, payload));
    frame[frame.length - 1]! ^= 1;
    shiftAddresses(frame, 0, frame.length, 9);
    assert.ok(!hasValidTransportChecksum(decoded(frame)));
  });
});
