// What a reload holds while it compiles, and what is left of it.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectGarbage } from '../../src/base/garbage.ts';
import { log } from '../../src/base/log.ts';
import { finish } from '../../src/base/steps.ts';
import { openConfig } from '../../src/config/index.ts';
import { loadRules, takeOverRules } from '../../src/engine/load-rules.ts';
import { attaching, orderOf } from '../../src/engine/reload/attach.ts';
import { compileOrder, compileRules } from '../../src/engine/reload/compile-order.ts';
import { patternsKey } from '../../src/engine/reload/order.ts';
import { mpmSettings } from '../../src/engine/settings/index.ts';
import { workerTables } from '../../src/engine/worker.ts';
import { CONFIG, LiveRun } from './live-run.ts';

/** Rules of several kinds, all with other patterns. */
function rules(count: number, mark: string): string[] {
  return Array.from({ length: count }, (_, n) => {
    const text = `${mark}${String(n)}`;
    const sid = String(n + 1);
    if (n % 3 === 0) return `alert http any any -> any any (msg:"h"; http.uri; content:"/${text}"; sid:${sid};)`;
    if (n % 3 === 1) return `alert dns any any -> any any (msg:"d"; dns.query; content:"${text}"; sid:${sid};)`;
    return `alert tcp any any -> any ${String(1 + (n % 7))} (msg:"t"; content:"${text}"; content:"x"; sid:${sid};)`;
  });
}

describe('memory of rule reloads', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-reload-'));
    log.configure([]);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function ordered(): ReturnType<typeof orderOf> {
    const file = join(folder, 'config.yaml');
    writeFileSync(file, CONFIG);
    writeFileSync(join(folder, 'some.rules'), rules(300, 'word').join('\n'));
    const sources = { file, settings: [{ path: 'default-data-dir', value: folder }] };
    const files = { exclusive: [join(folder, 'some.rules')] };
    return orderOf({ config: sources, files, load: { isInline: false } }, openConfig(sources).root);
  }

  it('names beforehand the very pattern sets that the tables ask for', () => {
    const order = ordered();
    const { root } = openConfig(order.config);
    const answer = compileOrder(order);
    assert(typeof answer !== 'string');
    const attach = attaching(answer, mpmSettings(root));
    const asked: string[] = [];
    const tables = workerTables(loadRules(root, order.files.exclusive!, order.load), mpmSettings(root), (patterns) => {
      asked.push(patternsKey(patterns));
      return attach(patterns);
    });
    tables.free();
    assert.deepEqual(asked.sort(), [...answer.matchers.keys()].sort());
  });

  it('has texts and columns of rules once for all threads', () => {
    const order = ordered();
    const answer = compileRules(order);
    assert(typeof answer !== 'string');
    const { parcel, texts } = structuredClone(answer.rules);
    const { patternBytes, patterns, signatures, transactions } = parcel.image;
    for (const { buffer } of [texts[0]!.bytes, patternBytes, patterns, signatures, transactions])
      assert(buffer instanceof SharedArrayBuffer);
    const taken = finish(takeOverRules(openConfig(order.config).root, structuredClone(answer.rules), order.load));
    assert.equal(taken?.ruleset.outlines.length, 300);
    assert.equal(taken.ruleset.signature(0).sid > 0, true);
  });

  it('leaves nothing of the rules before', async () => {
    const live = new LiveRun(folder, rules(3000, 'word'));
    const used = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    for (const n of [1, 2]) assert.equal(await live.reload(rules(3000, `w${String(n)}-`)), undefined);
    const before = used();
    for (const n of [3, 4, 5, 6]) assert.equal(await live.reload(rules(3000, `w${String(n)}-`)), undefined);
    const grown = used() - before;
    live.run.finish();
    // one rule set of these takes more than 3 MB
    assert(grown < 2e6, `${String(grown)} bytes more after four reloads`);
  });
});
