// Parts of a form: delimiters at the beginnings of lines alone, wherever the body is cut.

import assert from 'node:assert/strict';
import { Multipart } from '../../../src/app/http/multipart.ts';

/** `name=content how` of each file, for the body cut into pieces of so many bytes. */
function filesOf(body: string, size: number): string[] {
  const files: string[] = [];
  const parts = new Multipart('BB', {
    begin: (name) => files.push(`${Buffer.from(name).toString('latin1')}=`),
    data: (bytes, start, end) => {
      files.push(files.pop()! + Buffer.from(bytes.subarray(start, end)).toString('latin1'));
    },
    end: (how) => {
      files.push(`${files.pop()!} ${how}`);
    },
    problem: (which) => files.push(`problem ${which}`),
  });
  const bytes = Buffer.from(body, 'latin1');
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes, at, Math.min(at + size, bytes.length));
  parts.finish();
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
  ] as const)
    it(what, () => {
      for (let size = 1; size <= body.length; size++) assert.deepEqual(filesOf(body, size), files, String(size));
    });
});
