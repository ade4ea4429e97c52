import assert from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import { registerBuffer, stage, unregisterBuffer } from '../../src/native/buffers.ts';
import * as hs from '../../src/native/hyperscan.ts';
import { latin1 } from './support.ts';

const words = hs.packPatterns([
  { bytes: latin1('hello'), nocase: true },
  { bytes: latin1('World'), nocase: false },
  { bytes: Uint8Array.of(0, 0xff, 0), nocase: false },
]);

describe('hyperscan', function () {
  before(function () {
    if (hs.hyperscanAvailable) return;
    console.log(`    skipped: ${hs.hyperscanReason}`);
    this.skip();
  });

  const out = new Int32Array(3 * 16);
  const data = new Uint8Array(256);

  function scan(database: number, text: string): number[] {
    data.set(latin1(text), 10);
    hs.useMatchBuffer(out);
    const count = hs.scanDatabase(database, registerBuffer(data), 10, text.length);
    return [...out.subarray(0, count)].sort();
  }

  it('reports each pattern once, with its index', () => {
    const database = hs.compileDatabase(words);
    assert.deepEqual(scan(database, 'HELLO hello World world \x00\xff\x00'), [0, 1, 2]);
    assert.deepEqual(scan(database, 'nothing here'), []);
    assert.deepEqual(scan(database, 'hello'), [0], 'and again in the next scan');
    assert.deepEqual(scan(database, ''), []);
    hs.freeDatabase(database);
  });

  it('sees nothing beyond the length', () => {
    const database = hs.compileDatabase(words);
    scan(database, 'World');
    assert.equal(hs.scanDatabase(database, registerBuffer(data), 10, 4), 0);
    assert.equal(hs.scanDatabase(database, registerBuffer(data), 11, 5), 0);
  });

  it('compiles on other threads and says what is wrong with a pattern', async () => {
    const handles = await Promise.all([hs.compileDatabaseAsync(words), hs.compileDatabaseAsync(words)]);
    assert.notEqual(handles[0], handles[1]);
    assert.deepEqual(scan(handles[1], 'World'), [1]);
    const empty = { bytes: new Uint8Array(0), offsets: new Uint32Array(2), nocase: new Uint8Array(1) };
    await assert.rejects(hs.compileDatabaseAsync(empty), /empty/);
    assert.throws(() => hs.compileDatabase(empty), /empty/);
  });

  it('survives a round trip through bytes and refuses damaged ones', () => {
    const bytes = hs.serializeDatabase(hs.compileDatabase(words));
    assert.deepEqual(scan(hs.deserializeDatabase(bytes, 3), 'World'), [1]);
    bytes[bytes.length >> 1]! ^= 0x55;
    assert.throws(() => hs.deserializeDatabase(bytes, 3), /cannot deserialize/);
    assert.throws(() => hs.deserializeDatabase(new Uint8Array(3), 3), /cannot deserialize/);
  });

  it('counts what the match buffer cannot hold', () => {
    const many = Array.from({ length: 40 }, (_, i) => ({ bytes: latin1(String.fromCharCode(65 + i)), nocase: false }));
    const database = hs.compileDatabase(hs.packPatterns(many));
    const before = hs.lostMatches();
    assert.equal(scan(database, String.fromCharCode(...many.map((m) => m.bytes[0]!))).length, 16);
    assert.equal(hs.lostMatches() - before, 24);
  });

  it('throws for what is not inside a registered buffer, or no database', () => {
    const database = hs.compileDatabase(words);
    const id = registerBuffer(data);
    assert.throws(() => hs.scanDatabase(database, id, 250, 7));
    assert.throws(() => hs.scanDatabase(database, id, -1, 7));
    assert.throws(() => hs.scanDatabase(database, 99, 0, 0));
    assert.equal(hs.scanDatabase(database, registerBuffer(new Uint8Array(0)), 0, 0), 0);
    assert.throws(() => hs.scanDatabase(-1, id, 0, 0));
    hs.freeDatabase(database);
    assert.throws(() => hs.scanDatabase(database, id, 0, 0));
  });

  it('gives one id to one array, and a copy for arrays it does not know', () => {
    const id = registerBuffer(data);
    assert.equal(registerBuffer(data), id);
    const database = hs.compileDatabase(words);
    const stranger = latin1('..World..');
    hs.useMatchBuffer(out);
    assert.equal(hs.scanDatabase(database, stage(stranger, 2, 5), 0, 5), 1);
    unregisterBuffer(data);
    assert.throws(() => hs.scanDatabase(database, id, 0, 1));
  });

  it('lends a database in shared memory to a worker', async function () {
    this.timeout(60_000);
    const database = hs.compileDatabase(words);
    const memory = hs.shareDatabase(database);
    assert.equal(memory.length, hs.databaseSize(database));
    const program = new URL('./adopting-worker.ts', import.meta.url).href;
    const start = `import('tsx/esm/api').then(({ register }) => (register(), import('${program}')))`;
    const worker = new Worker(start, { eval: true, workerData: memory });
    const answer = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await worker.terminate();
    assert.deepEqual(answer, [1, 1]);
    assert.deepEqual(scan(database, 'hello World'), [0, 1]);
  });
});
