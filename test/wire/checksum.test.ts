// Internet checksums: published examples, odd lengths, the pseudo header.
import assert from 'node:assert/strict';
import { checksum, fold, sumWords, transportChecksum } from '../../src/wire/checksum.ts';
import { hex } from '../support/packets.ts';

describe('checksum', () => {
  it('of the example of RFC 1071', () => {
    assert.equal(fold(sumWords(hex('0001 f203 f4f5 f6f7'), 0, 8)), ~0xddf2 & 0xffff);
  });

  it('is 0 over an IPv4 header that contains its own', () => {
    const header = hex('4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7');
    assert.equal(checksum(header, 0, 20), 0);
    header[8] = 63;
    assert.notEqual(checksum(header, 0, 20), 0);
  });

  it('takes an odd last byte as the high half of a word', () => {
    assert.equal(sumWords(hex('01 02 03'), 0, 3), 0x0102 + 0x0300);
  });

  it('is the same for every split of the loop', () => {
    const data = Uint8Array.from({ length: 64 }, (_, i) => (i * 37) & 255);
    for (let end = 0; end <= data.length; end++) {
      let expected = 0;
      for (let i = 0; i < end; i++) expected += i % 2 === 0 ? data[i]! << 8 : data[i]!;
      assert.equal(sumWords(data, 0, end), expected);
    }
  });

  it('covers addresses, protocol and length of a transport', () => {
    const packet = hex('0a000001 0a000002 9c40 0035 000a 0000 6869');
    const sum = transportChecksum(packet, 0, 4, 17, 8, 18);
    packet[14] = sum >> 8;
    packet[15] = sum & 255;
    assert.equal(transportChecksum(packet, 0, 4, 17, 8, 18), 0);
  });
});
