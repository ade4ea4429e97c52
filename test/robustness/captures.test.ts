// Captures of the youngest parsers with bytes of their payloads changed, the same ones each time, through the whole
// engine: nothing throws, records stay sound JSON, and neither time nor the number of live transactions runs away.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Dice } from './fuzzer.ts';
import { Growth } from './growth.ts';

const PCAPS = fileURLToPath(new URL('../../../shared/pcaps/', import.meta.url));
const ARKIME = 'arkime/tests__pcap__';
const NDPI = 'ndpi/tests__cfgs__default__pcap__';
const CAPTURES = [
  `${ARKIME}smb-smbclient.pcap`,
  `${ARKIME}smb-smb1-ascii.pcap`,
  `${ARKIME}smbtorture-ntlmssp.pcap`,
  `${NDPI}smb_deletefile.pcap`,
  `${NDPI}smbv1.pcap`,
  `${ARKIME}http2-nghttp2.pcap`,
  `${ARKIME}dcerpc_synthetic.pcap`,
  `${NDPI}dcerpc.pcap`,
  `${ARKIME}websocket.pcap`,
  `${ARKIME}pop3-tag.pcap`,
];

const ROUNDS = 15;
const SEED = 8_051;
/** Of a classic capture, little-endian. */
const MAGIC = 0xa1b2c3d4;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** Ethernet, IPv4 and TCP without options: what lies before is left alone. */
const HEADERS = 54;
/** One byte in so many is changed. */
const SPARSE = [20, 200, 2000];
/** Processor time for a byte, and for a run at all. */
const MOST_NANOSECONDS = 20_000;
const MOST_START = 2000;
const MOST_LIVE = 1024 + 600;

/** The capture with bytes of payloads changed. */
function damaged(capture: Buffer, dice: Dice, sparse: number): Buffer {
  const copy = Buffer.from(capture);
  for (let at = FILE_HEADER; at + RECORD_HEADER <= copy.length;) {
    const end = at + RECORD_HEADER + copy.readUInt32LE(at + 8);
    for (let i = at + RECORD_HEADER + HEADERS + dice.below(sparse); i < end; i += 1 + dice.below(2 * sparse))
      copy[i] = dice.below(3) === 0 ? copy[i]! ^ (1 << dice.below(8)) : dice.below(256);
    at = end;
  }
  return copy;
}

describe('captures with damaged payloads', () => {
  let growth: Growth;
  before(() => {
    growth = new Growth();
  });
  after(() => {
    growth.end();
  });

  for (const name of CAPTURES)
    it(name, function () {
      if (!existsSync(PCAPS + name)) {
        console.log('      skipped: ../shared/pcaps is not there');
        this.skip();
      }
      const capture = readFileSync(PCAPS + name);
      assert.equal(capture.readUInt32LE(0), MAGIC);
      const dice = new Dice(SEED);
      const path = growth.path('damaged.pcap');
      let records = 0;
      for (let round = 0; round < ROUNDS; round++) {
        writeFileSync(path, damaged(capture, dice, SPARSE[round % SPARSE.length]!));
        const { time, live } = growth.run(path, (lines) => {
          for (const line of lines.trimEnd().split('\n')) JSON.parse(line);
          records++;
        });
        const limit = MOST_START + (capture.length * MOST_NANOSECONDS) / 1e6;
        assert.ok(time < limit, `round ${String(round)}: ${time.toFixed(0)} ms`);
        assert.ok(live <= MOST_LIVE, `round ${String(round)}: ${String(live)} transactions`);
      }
      assert.ok(records > 0);
    });
});
