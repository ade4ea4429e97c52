// Rules find what they look for at every place where the scan of the payload found their pattern, and nowhere else.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replayCaptures } from '../../../src/index.ts';
import { PcapWriter } from '../../../src/pcap/index.ts';
import { ascii, udp4 } from '../../support/packets.ts';

/** Conditions, a payload for which they hold, and one for which they do not. */
const CASES: readonly (readonly [string, string, string])[] = [
  // the first, the second, the last place; the very ends of the payload
  ['content:"abc"; content:"Z"; distance:0; within:1;', 'abcZ abcX', 'abcX abcY abc'],
  ['content:"abc"; content:"Z"; distance:0; within:1;', '..abcX abcZ..abcY', '..abcX Z'],
  ['content:"abc"; content:"Z"; distance:0; within:1;', 'abcX abcX abcZ', 'abcX abcX Zabc'],
  ['content:"abc";', 'abc', 'ab'],
  ['content:"Z"; content:"abc"; distance:1; fast_pattern;', 'abc Z abc Z.abc', 'abc Zabc Z'],
  // parts of it are looked up
  ['content:"abcdef"; fast_pattern:2,3; content:"Z"; distance:0; within:1;', 'abcdefZ', 'cde abcdefX cdefZ'],
  ['content:"abcdef"; fast_pattern:2,3; content:"Z"; distance:0; within:1;', 'cde abcdefX abcdefZ cde', 'cdeZ'],
  ['content:"abcdef"; fast_pattern:2,3;', 'cde...abcdef', 'cde...abcde'],
  ['content:"abcdef"; fast_pattern:0,3;', 'abc...abcdef', 'abc...bcdef'],
  ['content:"abcdef"; fast_pattern:3,3;', 'abcdef...def', 'def...abcde'],
  // what is looked up says less than what is looked for
  ['content:"aBc"; content:"abc"; nocase; fast_pattern; content:"Z"; distance:0; within:1;', 'ABCx aBcZ', 'aBCZ'],
  ['content:"abc"; offset:5; content:"Z"; distance:0; within:1;', 'abcX.abcZ', 'abcZ.abcX'],
  ['content:"abc"; depth:7; content:"Z"; distance:0; within:1;', 'abcXabcZ', 'abcXXabcZ'],
];

describe('contents and the scan that found them', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-sought-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function alerts(conditions: string, payload: string, algorithm: string): number {
    const capture = join(folder, 'one.pcap');
    const writer = new PcapWriter(capture, { linkType: 1 });
    const frame = udp4({ sp: 1000, dp: 2000 }, ascii(payload));
    writer.write(frame, 0, frame.length, frame.length, 1.7e15);
    writer.close();
    const rules = join(folder, 'one.rules');
    writeFileSync(rules, `alert udp any any -> any any (msg:"m"; ${conditions} sid:1;)\n`);
    return replayCaptures({ captures: [capture], rules: [rules], settings: { 'mpm-algo': algorithm } }).alerts;
  }

  for (const algorithm of ['auto', 'ac'])
    it(`mpm-algo ${algorithm}: hold where they should`, () => {
      for (const [conditions, good, bad] of CASES) {
        assert.equal(alerts(conditions, good, algorithm), 1, `${conditions} ${good}`);
        assert.equal(alerts(conditions, bad, algorithm), 0, `${conditions} ${bad}`);
      }
    });
});
