// Every capture of the shared collection is read; only files known to be damaged have problems.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { PacketBatch, listCaptures, openCaptureFile } from '../../src/pcap/index.ts';

const CAPTURES = resolve(import.meta.dirname, '../../../shared/pcaps');
const DAMAGED = new Map<string, string>([['tests__cfgs__default__pcap__fuzz-2021-10-13.pcap', 'truncated']]);

describe('shared captures', function () {
  this.timeout(120_000);
  before(function () {
    if (existsSync(CAPTURES)) return;
    console.log(`      skipped: ${CAPTURES} is absent`);
    this.skip();
  });

  it('are all read to their end', () => {
    const data = new Uint8Array(1 << 20);
    const batch = new PacketBatch(data);
    const counts = new Map<string, number>();
    for (const path of listCaptures(CAPTURES, { recursive: true })) {
      if (!/\.(?:pcap|pcapng|cap)$/.test(path)) continue;
      const opened = openCaptureFile(path, { data, offset: 0, size: data.length });
      assert.ok(opened.ok, path);
      while (opened.reader.next(batch) > 0);
      opened.reader.close();
      counts.set(basename(path), opened.reader.packets);
      assert.equal(opened.reader.problems[0]?.code, DAMAGED.get(basename(path)), path);
    }
    assert.ok(counts.size > 1000);
    assert.equal(counts.get('mix-small.pcap'), 122_527);
  });
});
