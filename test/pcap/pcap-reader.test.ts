// Classic pcap: byte orders, resolutions, variants, damage.
import assert from 'node:assert/strict';
import { halves, readCapture, temporaryFolder, words } from './support.ts';

const folder = temporaryFolder();

interface FileShape {
  magic?: number;
  isBigEndian?: boolean;
  minor?: number;
  snapLength?: number;
  linkType?: number;
}

function header(shape: FileShape = {}): Buffer {
  const big = shape.isBigEndian === true;
  return Buffer.concat([
    words([shape.magic ?? 0xa1b2c3d4], big),
    halves([2, shape.minor ?? 4], big),
    words([0, 0, shape.snapLength ?? 65535, shape.linkType ?? 1], big),
  ]);
}
const PAYLOAD = Buffer.from('payload');
const packet = (big = false, fraction = 250_000, lengths = [7, 9]): Buffer =>
  Buffer.concat([words([1_700_000_000, fraction, ...lengths], big), PAYLOAD]);

describe('pcap reader', () => {
  for (const isBigEndian of [false, true]) {
    it(`reads ${isBigEndian ? 'big' : 'little'}-endian files`, () => {
      const { packets, problems } = readCapture(
        folder.write('a', Buffer.concat([header({ isBigEndian }), packet(isBigEndian)])),
      );
      assert.deepEqual(problems, []);
      assert.deepEqual(packets, [
        { bytes: [...PAYLOAD], wireLength: 9, timestamp: 1_700_000_000_250_000, linkType: 1, interfaceId: 0 },
      ]);
    });
  }

  it('cuts nanoseconds to whole microseconds', () => {
    const file = folder.write('nano', Buffer.concat([header({ magic: 0xa1b23c4d }), packet(false, 999_999_999)]));
    assert.equal(readCapture(file).packets[0]?.timestamp, 1_700_000_000_999_999);
  });

  it('steps over the longer record header of the modified format', () => {
    const record = Buffer.concat([words([1, 2, 7, 7, 3, 4]), PAYLOAD]);
    const file = folder.write('modified', Buffer.concat([header({ magic: 0xa1b2cd34 }), record, record]));
    assert.deepEqual(
      readCapture(file).packets.map((one) => one.bytes),
      [[...PAYLOAD], [...PAYLOAD]],
    );
  });

  it('swaps the lengths of files older than version 2.3', () => {
    const file = folder.write('old', Buffer.concat([header({ minor: 0 }), packet(false, 0, [9, 7])]));
    const [first] = readCapture(file).packets;
    assert.deepEqual([first?.bytes.length, first?.wireLength], [7, 9]);
  });

  it('leaves out the frame check sequence bits of the link type', () => {
    const file = folder.write('fcs', Buffer.concat([header({ linkType: 0x4400_0001 }), packet()]));
    assert.equal(readCapture(file).packets[0]?.linkType, 1);
  });

  it('cuts a packet at the snap length', () => {
    const file = folder.write('snap', Buffer.concat([header({ snapLength: 4 }), packet(), packet()]));
    assert.deepEqual(
      readCapture(file).packets.map((one) => one.bytes.length),
      [4, 4],
    );
  });

  it('stops at an impossible captured length', () => {
    const file = folder.write('corrupt', Buffer.concat([header(), packet(), packet(false, 0, [0x7fffffff, 7])]));
    const { packets, problems } = readCapture(file);
    assert.equal(packets.length, 1);
    assert.equal(problems[0]?.code, 'corrupt');
    assert.equal(problems[0]?.offset, 24 + 23);
  });

  it('skips and counts a packet larger than the region, and goes on', () => {
    const large = Buffer.concat([words([1, 1, 5000, 5000]), Buffer.alloc(5000)]);
    const file = folder.write('large', Buffer.concat([header(), packet(), large, large, packet()]));
    const { packets, problems, oversized } = readCapture(file, { regionSize: 1000 });
    assert.equal(packets.length, 2);
    assert.equal(oversized, 2);
    assert.deepEqual(
      problems.map((one) => one.code),
      ['oversized_packet'],
    );
  });

  it('reads packets that straddle the end of the region', () => {
    const records = Array.from({ length: 300 }, (_, index) => packet(false, index));
    const file = folder.write('straddle', Buffer.concat([header(), ...records]));
    const { packets } = readCapture(file, { regionSize: 100 });
    assert.deepEqual(
      packets.map((one) => one.timestamp % 1e6),
      records.map((_, index) => index),
    );
    assert.ok(packets.every((one) => Buffer.from(one.bytes).equals(PAYLOAD)));
  });
});
