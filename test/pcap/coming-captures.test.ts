// Captures that come into a folder while it is watched.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { comingCaptures } from '../../src/pcap/index.ts';

describe('captures to come', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-coming-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** @param changed seconds */
  function put(name: string, changed: number): void {
    writeFileSync(join(folder, name), '');
    utimesSync(join(folder, name), changed, changed);
  }

  it('are given once each, the oldest first, when they were left alone for long enough', () => {
    let now = 100;
    const coming = comingCaptures(folder, { delay: 10_000, interval: 5000, clock: () => now * 1000 });
    const found = (): string[] => {
      const names: string[] = [];
      for (let path = coming.next().value; path !== undefined; path = coming.next().value) names.push(basename(path));
      return names;
    };
    put('b.pcap', 50);
    put('a.pcap', 60);
    put('young.pcap', 95);
    assert.deepEqual(found(), ['b.pcap', 'a.pcap']);
    put('late.pcap', 60); // the same moment as one that was given
    put('old.pcap', 40);
    assert.deepEqual(found(), [], 'it is too soon to look again');
    now = 106;
    assert.deepEqual(found(), ['late.pcap', 'young.pcap']);
    now = 120;
    assert.deepEqual(found(), []);
  });

  it('are waited for also where the folder goes away', () => {
    let now = 100;
    const coming = comingCaptures(folder, { delay: 0, interval: 1000, clock: () => now * 1000 });
    rmSync(folder, { recursive: true });
    assert.equal(coming.next().value, undefined);
    now += 2;
    assert.equal(coming.next().value, undefined);
  });
});
