// Parts of a form: delimiters at the beginnings of lines alone, wherever the body is cut.

import assert from 'node:assert/strict';
import { Multipart } from '../../../src/app/http/multipart.ts';

/** `name=content how` of each file, for the body cut into pieces of so many bytes. */
function filesOf(body: string, size: number, how: 'closed' | 'truncated' = 'closed'): string[] {
  const files: string[] = [];
  const parts = new Multipart('BB', {
    begin: (name) => files.push(`${Buffer.from(name).toString('latin1')}=`),
    data: (bytes, start, end) => {
      files.push(files.pop()! + Buffer.from(bytes.subarray(start, end)).toString('latin1'));
    },
    end: (state) => {
      files.push(`${files.pop()!} ${state}`);
    },
    problem: (which) => files.push(`problem ${which}`),
  });
  const bytes = Buffer.from(body, 'latin1');
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes, at, Math.min(at + size, bytes.length));
  parts.finish(how);
  return files;
}

const head = (name: string): string => `Content-Disposition: form-data; name="f"; filename="${name}"\r\n\r\n`;

describe('multipart bodies', () => {
  for (const [what, body, files] of [
    ['a delimiter at once', `--BB\r\n${head('a')}one\r\n--BB--\r\n`, ['a=one closed']],
    ['one behind a preamble', `before\r\n--BB\r\n${head('a')}one\r\n--BB--\r\n`, ['a=one closed']],
    ['what looks like one within a line', `-----BB\r\n${head('a')}one\r\n-----BB--\r\n`, []],
    [
      'the same within a file',
      `--BB\r\n${head('a')}x--BB\r\ny --BB--\r\n--BB\r\n${head('b')}\r\n--BB--`,
      ['a=x--BB\r\ny --BB-- closed', 'b= closed'],
    ],
    ['one behind a mere LF', `--BB\r\n${head('a')}x\n--BB\r\n--BB--\r\n`, ['a=x\n--BB closed']],
    ['no delimiter at the end', `--BB\r\n${head('a')}one\r\n`, ['a=one closed']],
    ['part of one at the end', `--BB\r\n${head('a')}one\r\n--B`, ['a=one closed']],
    ['all but its end', `--BB\r\n${head('a')}one\r\n--BB-`, ['a=one closed']],
  ] as const)
    it(what, () => {
      for (let size = 1; size <= body.length; size++) assert.deepEqual(filesOf(body, size), files, String(size));
    });

  it('that break off keep what there is of them', () => {
    const body = `--BB\r\n${head('a')}one\r\n--B`;
    for (let size = 1; size <= body.length; size++)
      assert.deepEqual(filesOf(body, size, 'truncated'), ['a=one\r\n--B truncated'], String(size));
  });

  for (const [parameters, name] of [
    ['; filename=a b.txt; x=y', 'a b.txt'],
    ['; filename="a\\"b"', 'a"b'],
    ['; filename="a;b"', 'a;b'],
    ['; filename="a', '"a'],
    ['; FILENAME="a"', undefined],
    ['; xfilename="a"', undefined],
    ['; filename = "a"', undefined],
    ['; filename=""', undefined],
  ] as const)
    it(`have a file by ${parameters}: ${String(name)}`, () => {
      const body = `--BB\r\nContent-Disposition: form-data${parameters}\r\n\r\none\r\n--BB--\r\n`;
      assert.deepEqual(filesOf(body, 7), name === undefined ? [] : [`${name}=one closed`]);
    });
});
