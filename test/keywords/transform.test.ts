import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { deflateSync, gzipSync } from 'node:zlib';
import { compile, refused, transformed } from './payload-support.ts';

describe('transforms', () => {
  const cases: readonly (readonly [string, string, string | null])[] = [
    ['strip_whitespace;', ' a\t b\r\n', 'ab'],
    ['compress_whitespace;', 'a  b \t c', 'a b c'],
    ['to_lowercase;', 'AbC1', 'abc1'],
    ['to_uppercase;', 'AbC1', 'ABC1'],
    ['dotprefix;', 'example.com', '.example.com'],
    ['dotprefix;', '', ''],
    ['url_decode;', 'a+b%41%zz%4', 'a bA%zz%4'],
    ['header_lowercase;', 'Host: A\r\n:Path: B\r\n', 'host: A\r\n:path: B\r\n'],
    ['strip_pseudo_headers;', ':path: x\r\nHost: a\r\n', 'Host: a\r\n'],
    ['domain;', 'www.example.co.uk', 'example.co.uk'],
    ['domain;', 'a.b.example.com', 'example.com'],
    ['tld;', 'www.example.co.uk', 'co.uk'],
    ['tld;', 'example.com', 'com'],
    ['domain;', 'a.b.c.kobe.jp', 'b.c.kobe.jp'],
    ['domain;', 'x.y.github.io', 'y.github.io'],
    ['domain;', 'WWW.Example.CO.UK.', 'Example.CO.UK.'],
    ['domain;', 'co.uk', ''],
    ['domain;', '.com', ''],
    ['domain;', 'a..b', '.b'],
    ['domain;', 'a.unknowntld', 'a.unknowntld'],
    ['tld;', 'a.b.www.ck', 'ck'],
    ['tld;', 'localhost', ''],
    ['tld;', 'co.uk', ''],
    ['tld;', 'a..b', 'b'],
    ['xor:"01ff";', 'a\x00b', '`\xffc'],
    ['xor:offset 2,"01";', 'aaa', 'aa`'],
    ['xor:offset 1,extract 1 0;', '\x01`c', '\x01ab'],
    ['from_base64;', 'aGVsbG8=', 'hello'],
    ['from_base64:offset 2, bytes 4;', 'xxaGVsbG8=', 'hel'],
    ['from_base64:mode strict;', 'aGV$', 'aGV$'],
    ['from_base64:mode rfc2045;', 'aG$VsbG8=', 'hello'],
    ['subslice:1,3;', 'abcdef', 'bcd'],
    ['subslice:-2;', 'abcdef', 'ef'],
    ['subslice:1,-1;', 'abcdef', 'bcde'],
    ['subslice:4,9;', 'abcdef', null],
    ['subslice:4,9,truncate;', 'abcdef', 'ef'],
    ['pcrexform:"a(b+)c";', 'xabbcx', 'bb'],
    ['pcrexform:"a(b+)c";', 'nothing', 'nothing'],
    ['strip_whitespace; to_uppercase; dotprefix;', 'a b', '.AB'],
  ];
  for (const [options, data, result] of cases) {
    it(`${options} on ${JSON.stringify(data)}`, () => assert.equal(transformed(options, data), result));
  }
  for (const name of ['md5', 'sha1', 'sha256']) {
    it(`to_${name}`, () => {
      assert.equal(transformed(`to_${name};`, 'abc'), createHash(name).update('abc').digest().toString('latin1'));
    });
  }
  it('decompresses what is there', () => {
    assert.equal(transformed('gunzip;', gzipSync('hello')), 'hello');
    assert.equal(transformed('zlib_deflate;', deflateSync('hello')), 'hello');
    assert.equal(transformed('gunzip;', 'hello'), null);
  });
  it('stops at max-size', () => {
    assert.equal(transformed('gunzip:max-size 8;', gzipSync('This is compressed')), 'This is ');
  });
  it('refuses contents that no result can hold', () => {
    const text = 'content string "a b" incompatible with strip_whitespace transform';
    assert.equal(refused('tcp.hdr; strip_whitespace; content:"a b";'), text);
    assert.match(refused('tcp.hdr; to_lowercase; content:"A";'), /incompatible with to_lowercase transform/);
    compile('tcp.hdr; to_lowercase; content:!"A";');
    assert.match(refused('tcp.hdr; compress_whitespace; content:"a  b";'), /incompatible with compress_whitespace/);
  });
  it('refuses bad arguments', () => {
    assert.match(refused('tcp.hdr; pcrexform:a(b);'), /^invalid formatting to pcrexform keyword/);
    assert.match(refused('tcp.hdr; pcrexform;'), /^invalid formatting or malformed option to pcrexform keyword/);
    assert.match(refused('tcp.hdr; xor:"0";'), /xor/);
    assert.match(refused('to_md5;'), /sticky buffer/);
    assert.match(refused('tcp.hdr; luaxform:a.lua;'), /Lua/);
  });
});
