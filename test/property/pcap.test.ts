// Capture files of any shape: writer to reader round trips, every cut, damaged bytes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { PcapWriter, PcapngWriter } from '../../src/pcap/index.ts';
import { readCapture, temporaryFolder } from '../pcap/support.ts';

/** Small regions and batches, so that packets straddle their ends. The largest packet must fit. */
const LIMITS = { minRegion: 128, maxRegion: 400, maxPacket: 80, maxCapacity: 9, maxPackets: 30 };

const folder = temporaryFolder();
const onePacket = fc.record({
  data: fc.uint8Array({ maxLength: LIMITS.maxPacket }),
  cut: fc.nat(100_000),
  timestamp: fc.integer({ min: 0, max: 4_000_000_000 * 1_000_000 }),
  comment: fc.option(fc.string({ maxLength: 20 }), { nil: undefined }),
});
const packets = fc.array(onePacket, { maxLength: LIMITS.maxPackets });
const shape = fc.record({
  regionSize: fc.integer({ min: LIMITS.minRegion, max: LIMITS.maxRegion }),
  capacity: fc.integer({ min: 1, max: LIMITS.maxCapacity }),
});
type Packets = { data: Uint8Array; cut: number; timestamp: number; comment: string | undefined }[];

function writePcap(path: string, list: Packets): void {
  const writer = new PcapWriter(path, { linkType: 101 });
  for (const one of list) writer.write(one.data, 0, one.data.length, one.data.length + one.cut, one.timestamp);
  writer.close();
}
function writePcapng(path: string, list: Packets): void {
  const writer = new PcapngWriter(path, { application: 'test' });
  const id = writer.addInterface({ linkType: 101, name: 'eth0' });
  for (const one of list)
    writer.write(id, one.data, 0, one.data.length, one.data.length + one.cut, one.timestamp, one.comment);
  writer.close();
}
const FORMATS = [
  ['pcap', writePcap],
  ['pcapng', writePcapng],
] as const;

describe('capture files', () => {
  for (const [format, write] of FORMATS) {
    it(`${format}: what was written is read`, () => {
      fc.assert(
        fc.property(packets, shape, (list, options) => {
          write(folder.path('round'), list);
          const { packets: got, problems } = readCapture(folder.path('round'), options);
          assert.deepEqual(problems, []);
          assert.deepEqual(
            got,
            list.map(({ data, cut, timestamp }) => ({
              bytes: [...data],
              wireLength: data.length + cut,
              timestamp,
              linkType: 101,
              interfaceId: 0,
            })),
          );
        }),
        { numRuns: 200 },
      );
    });

    it(`${format}: cut anywhere, the packets before the cut are read and the cut is said`, () => {
      const list = [5, 0, 33, 8].map((length, index) => ({
        data: new Uint8Array(length).fill(index),
        cut: 1,
        timestamp: index,
        comment: 'x',
      }));
      write(folder.path('whole'), list);
      const bytes = readFileSync(folder.path('whole'));
      const whole = readCapture(folder.path('whole')).packets;
      let boundaries = 0;
      for (let length = 0; length < bytes.length; length++) {
        const { packets: got, problems } = readCapture(folder.write('cut', bytes.subarray(0, length)));
        assert.deepEqual(got, whole.slice(0, got.length));
        if (problems.length === 0) boundaries++;
        else assert.match(problems[0]!.code, /^(empty|truncated)$/);
      }
      assert.ok(boundaries <= 6, 'only a cut between records goes unnoticed');
    });

    it(`${format}: damaged bytes never throw or hang`, () => {
      const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });
      fc.assert(
        fc.property(packets, damage, shape, (list, changes, options) => {
          write(folder.path('good'), list);
          const bytes = readFileSync(folder.path('good'));
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          const { packets: got } = readCapture(folder.write('damaged', bytes), options);
          assert.ok(got.length <= bytes.length / 12);
        }),
        { numRuns: 500 },
      );
    });
  }
});
