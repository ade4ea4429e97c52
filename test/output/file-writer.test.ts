// Files: whole records, UTF-8, append, reopen, rotation by time and size, failures counted.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { log } from '../../src/base/log.ts';
import type { LogRecord } from '../../src/base/log-format.ts';
import { FileWriter } from '../../src/output/file-writer.ts';
import { OutputError } from '../../src/output/output-error.ts';
import { nextRotation, parseRotateInterval } from '../../src/output/rotation.ts';
import { openWriter } from '../../src/output/writer.ts';
import { outputNode, temporaryFolder } from './support.ts';

describe('file writer', () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  const text = (name: string): string => readFileSync(at(name), 'utf8');

  it('writes what it was given, in UTF-8, however often it is flushed', () => {
    const writer = new FileWriter({ path: at('utf8.log') });
    let expected = '';
    for (let i = 0; i < 5000; i++) {
      const record = `${String(i)} é 世界 ${'x'.repeat(i % 50)}\n`;
      writer.write(record);
      expected += record;
    }
    writer.close();
    assert.equal(text('utf8.log'), expected);
  });

  it('appends to what is there, or begins anew with append: no', () => {
    writeFileSync(at('old.log'), 'old\n');
    const first = new FileWriter({ path: at('old.log') });
    first.write('new\n');
    first.close();
    assert.equal(text('old.log'), 'old\nnew\n');
    const second = new FileWriter({ path: at('old.log'), append: false });
    second.write('newer\n');
    second.close();
    assert.equal(text('old.log'), 'newer\n');
  });

  it('goes on in the old file where a new one cannot be made', () => {
    mkdirSync(at('gone'));
    const writer = new FileWriter({ path: at('gone/a.log') });
    writer.write('one\n');
    renameSync(at('gone'), at('moved'));
    writeFileSync(at('gone'), ''); // no folder: neither root can write in it
    const told: string[] = [];
    log.configure([{ level: 'warning', write: ({ message }: LogRecord) => told.push(message) }]);
    writer.reopen();
    log.configure([]);
    writer.write('two\n');
    writer.close();
    assert.deepEqual([text('moved/a.log'), writer.failed], ['one\ntwo\n', 0]);
    assert.match(told.join(), /^Error opening file: ".*a\.log": E.*; the file that was open serves on$/);
  });

  it('goes on in a new file after it was moved away and reopened', () => {
    const writer = new FileWriter({ path: at('moved.log') });
    writer.write('1\n');
    writer.flush();
    renameSync(at('moved.log'), at('moved.log.old'));
    writer.write('2\n');
    writer.reopen();
    writer.write('3\n');
    writer.close();
    assert.equal(text('moved.log.old'), '1\n2\n');
    assert.equal(text('moved.log'), '3\n');
  });

  it('keeps as many old files as asked when it rotates by size', () => {
    const writer = new FileWriter({ path: at('size.log'), maxSize: 10, keep: 2 });
    for (const record of ['11111111\n', '22222222\n', '33333333\n', '44444444\n']) {
      writer.write(record);
      writer.flush();
    }
    writer.close();
    assert.deepEqual(
      [text('size.log'), text('size.log.1'), text('size.log.2')],
      ['44444444\n', '33333333\n', '22222222\n'],
    );
    assert.equal(existsSync(at('size.log.3')), false);
  });

  it('opens the next file by the clock, with the time in its name', () => {
    let now = 1_600_000_030;
    const options = { path: at('time-%s.log'), interval: parseRotateInterval('minute'), clock: () => now };
    const writer = new FileWriter(options);
    writer.write('a\n');
    writer.flush();
    now += 61;
    writer.write('b\n');
    writer.close();
    assert.equal(text('time-1600000030.log'), 'a\n');
    assert.equal(text('time-1600000091.log'), 'b\n');
  });

  it('reads intervals and aligns the named ones', () => {
    assert.equal(nextRotation(parseRotateInterval('30s'), 1000), 1030);
    assert.equal(nextRotation(parseRotateInterval('2h'), 1000), 8200);
    assert.equal(nextRotation(parseRotateInterval('minute'), 61), 120);
    assert.equal(nextRotation(parseRotateInterval('hour'), 3601), 7200);
    assert.throws(() => parseRotateInterval('often'), { code: 'bad_setting' });
  });

  it('counts records that a full disk refuses', function () {
    if (!existsSync('/dev/full')) this.skip();
    const writer = new FileWriter({ path: '/dev/full' });
    writer.write('1\n');
    writer.write('2\n');
    const told: string[] = [];
    log.configure([{ level: 'error', write: ({ message }: LogRecord) => told.push(message) }]);
    writer.flush();
    writer.write('3\n');
    writer.flush();
    log.configure([]);
    assert.equal(writer.failed, 3);
    assert.equal(told.length, 1);
    assert.match(told[0]!, /^\/dev\/full: ENOSPC: .*; records are lost until there is space again$/);
  });

  it('tells that it can write again, and what was lost', () => {
    mkdirSync(at('away'));
    const told: string[] = [];
    log.configure([{ level: 'warning', write: ({ message }: LogRecord) => told.push(message) }]);
    let now = 1;
    const interval = { seconds: 1, isAligned: false };
    const writer = new FileWriter({ path: at('away/%s.log'), interval, clock: () => now });
    writer.write('1\n');
    writer.flush();
    renameSync(at('away'), at('aside'));
    writeFileSync(at('away'), '');
    now = 3;
    for (const record of ['2\n', '3\n']) {
      writer.write(record);
      writer.flush();
    }
    rmSync(at('away'));
    writer.write('4\n');
    writer.close();
    log.configure([]);
    assert.equal(writer.failed, 2);
    assert.match(told[0]!, /; records are lost until that works again$/);
    assert.match(told[1]!, /can be written again; 2 records were lost so far$/);
    assert.equal(told.length, 2);
  });

  it('sets the permissions and refuses what cannot be opened with a typed error', () => {
    const node = outputNode(folder, 'outputs:\n  - fast:\n      filename: mode.log\n      filemode: 600\n');
    openWriter(node, { logDir: folder }, 'x').close();
    assert.equal(statSync(at('mode.log')).mode & 0o777, 0o600);
    mkdirSync(at('directory.log'));
    const bad = outputNode(folder, 'outputs:\n  - fast:\n      filename: directory.log\n');
    assert.throws(
      () => openWriter(bad, { logDir: folder }, 'x'),
      (error) => error instanceof OutputError && error.code === 'open_failed',
    );
    const pigeon = outputNode(folder, 'outputs:\n  - fast:\n      filetype: pigeon\n');
    assert.throws(() => openWriter(pigeon, { logDir: folder }, 'x'), { code: 'unsupported' });
  });
});
