// Finding out what a file is: gzip, standard input, directories, everything that is no capture.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PcapWriter, isReadableAgain, listCaptures } from '../../src/pcap/index.ts';
import { readFileSync } from 'node:fs';
import { readCapture, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const BYTES = Uint8Array.from({ length: 1500 }, (_, index) => index & 255);

function writeSample(name: string, count: number): string {
  const writer = new PcapWriter(folder.path(name), { linkType: 1 });
  for (let index = 0; index < count; index++) writer.write(BYTES, index % 100, 1 + (index % 1400), 1500, 1e15 + index);
  writer.close();
  return folder.path(name);
}
const codeOf = (path: string): string | undefined => readCapture(path).problems[0]?.code;

describe('openCaptureFile', () => {
  it('reads a gzip file as its content', () => {
    const plain = readFileSync(writeSample('plain', 12_000));
    const expected = readCapture(folder.path('plain')).packets;
    const { packets, problems } = readCapture(folder.write('plain.gz', gzipSync(plain)));
    assert.deepEqual(problems, []);
    assert.equal(packets.length, 12_000); // 8 MB: the ring went round
    assert.deepEqual(packets, expected);
  });

  it('reads a gzip file of several members', () => {
    const plain = readFileSync(writeSample('members', 50));
    const packed = Buffer.concat([gzipSync(plain.subarray(0, 1000)), gzipSync(plain.subarray(1000))]);
    assert.equal(readCapture(folder.write('members.gz', packed)).packets.length, 50);
  });

  it('reads what there is of a gzip file that was cut, and says so', () => {
    const packed = gzipSync(readFileSync(writeSample('cut', 5000)));
    const { packets, problems } = readCapture(folder.write('cut.gz', packed.subarray(0, packed.length - 2000)));
    assert.ok(packets.length > 0 && packets.length < 5000);
    assert.deepEqual(
      problems.map((one) => one.code),
      ['truncated'],
    );
  });

  it('names what cannot be opened', () => {
    assert.equal(codeOf(folder.path('absent')), 'not_found');
    assert.equal(codeOf(folder.path('.')), 'is_directory');
    assert.equal(codeOf(folder.write('empty', Buffer.alloc(0))), 'empty');
    assert.equal(codeOf(folder.write('text', Buffer.from('this is no capture file at all'))), 'unknown_format');
    assert.equal(codeOf(folder.write('three', Buffer.from([0xd4, 0xc3, 0xb2]))), 'truncated');
    assert.equal(codeOf(folder.write('cut', readFileSync(writeSample('x', 1)).subarray(0, 20))), 'truncated');
    assert.equal(
      codeOf(folder.write('zst', Buffer.from('28b52ffd00000000000000000000000000000000000000000000', 'hex'))),
      'unsupported_compression',
    );
    assert.equal(
      codeOf(folder.write('bad.gz', Buffer.from('1f8b0800ffffffffffffffffffffffffffffffffffffffffffff', 'hex'))),
      'unreadable',
    );
  });

  for (const name of ['-', '/dev/stdin']) {
    it(`reads standard input named ${name}`, () => {
      const support = JSON.stringify(resolve('test/pcap/support.ts'));
      const code = `globalThis.after = () => {}; import(${support}).then((s) => console.log(s.readCapture('${name}').packets.length))`;
      for (const input of [readFileSync(writeSample('stdin', 400)), gzipSync(readFileSync(folder.path('stdin')))]) {
        const run = spawnSync(process.execPath, ['--import', 'tsx', '-e', code], { input, encoding: 'utf8' });
        assert.equal(run.stdout.trim(), '400', run.stderr);
      }
    });
  }
});

describe('isReadableAgain', () => {
  it('holds for files, and for what is not there, but not where bytes come once or are compressed', () => {
    const plain = writeSample('again', 3);
    assert.equal(isReadableAgain(plain), true);
    assert.equal(isReadableAgain(folder.write('again.gz', gzipSync(readFileSync(plain)))), false);
    assert.equal(isReadableAgain(folder.path('absent')), true);
    for (const name of ['-', '/dev/stdin', '/dev/null']) assert.equal(isReadableAgain(name), false, name);
    // to open a pipe that nobody writes to would wait for ever
    assert.equal(spawnSync('mkfifo', [folder.path('pipe')]).status, 0);
    assert.equal(isReadableAgain(folder.path('pipe')), false);
  });
});

describe('listCaptures', () => {
  it('lists files sorted, follows links to files, and goes down on request', () => {
    mkdirSync(folder.path('tree/sub'), { recursive: true });
    for (const name of ['tree/b', 'tree/a', 'tree/.hidden', 'tree/sub/c']) folder.write(name, Buffer.alloc(0));
    symlinkSync(folder.path('tree/a'), folder.path('tree/link'));
    const names = (files: string[]): string[] => files.map((file) => file.slice(folder.path('tree').length + 1));
    assert.deepEqual(names(listCaptures(folder.path('tree'))), ['a', 'b', 'link']);
    assert.deepEqual(names(listCaptures(folder.path('tree'), { recursive: true })), ['a', 'b', 'link', 'sub/c']);
  });
});
