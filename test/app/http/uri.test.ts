// URIs as the rules see them: what Suricata 8.0.8 makes of them with each personality.

import assert from 'node:assert/strict';
import { personalityOf } from '../../../src/app/http/personality.ts';
import { normalizeUri } from '../../../src/app/http/uri.ts';
import type { UriNotes, UriOptions } from '../../../src/app/http/uri.ts';

const NAMES = ['IDS', 'Minimal', 'Generic', 'IIS_7_0', 'Apache_2'] as const;

/** The same with all of them. */
const ALIKE: readonly (readonly [uri: string, normalized: string])[] = [
  ['/x?q=\\a%5cb', '/x?q=\\a\\b'],
  ['/a/%2e%2e/b', '/b'],
  ['http://h\\x/a', '/a'],
  ['*', '*'],
  ['/%%41', '/%A'],
  ['/%2%41', '/%2A'],
  ['/%u', '/%u'],
  ['/%uZZZZ', '/%uZZZZ'],
  ['/%u00', '/%u00'],
  ['/%u004', '/%u004'],
  ['/%2525', '/%25'],
  ['/%252e', '/%2e'],
  ['/%25u0041', '/%u0041'],
  ['/a%255cb', '/a%5cb'],
  ['/a%2525b', '/a%25b'],
  ['/%252fx', '/%2fx'],
  ['/a?b=%252f', '/a?b=%2f'],
  ['/a/%252e%252e/b', '/a/%2e%2e/b'],
  ['/%%32%35', '/%25'],
  ['/a%25%35cb', '/a%5cb'],
  ['/a+b?c+d', '/a+b?c+d'],
  ['/a%25c0%25afb', '/a%c0%afb'],
  ['/a/b/.', '/a/b'],
  ['/a/b/..', '/a'],
  ['/..', ''],
  ['/.', ''],
  ['/a/...', '/a/...'],
  ['a/../b', '/b'],
  ['./a', 'a'],
  ['../a', 'a'],
  ['/a/.b/c', '/a/.b/c'],
  ['/a/..b', '/a/..b'],
  ['/./', ''],
  ['/%2e', ''],
  ['?x', '?x'],
  ['/a/./', '/a'],
  ['/a/b/../', '/a'],
  ['/a/b/../c/', '/a/c/'],
  ['/a/b/./c/', '/a/b/c/'],
  ['/./a', '/a'],
  ['/../a', '/a'],
  ['../../a/b', 'a/b'],
  ['./', ''],
  ['../', ''],
  ['.', ''],
  ['..', ''],
  ['a/./b', 'a/b'],
  ['a/.', 'a'],
  ['/a/b/../../', ''],
  ['/a/..', ''],
  ['/...', '/...'],
  ['/..a/b', '/..a/b'],
  ['.a/b', '.a/b'],
  ['..a', '..a'],
  ['/a/.?x=/../', '/a?x=/../'],
  ['a/../../b', '/b'],
  ['/%2e%2e/%2e%2e/x', '/x'],
];

/** In the order of NAMES. */
const BY_PERSONALITY: readonly (readonly [uri: string, ...normalized: string[]])[] = [
  ['/a\\b', '/a/b', '/a\\b', '/a/b', '/a/b', '/a\\b'],
  ['/a%5cb', '/a/b', '/a\\b', '/a/b', '/a/b', '/a\\b'],
  ['//a', '/a', '//a', '/a', '/a', '/a'],
  ['/a%2fb', '/a/b', '/a%2fb', '/a/b', '/a/b', '/a%2fb'],
  ['/%u0141x', '/Lx', '/%u0141x', '/%u0141x', '/Lx', '/%u0141x'],
  ['/a/..%2fb', '/b', '/a/..%2fb', '/b', '/b', '/a/..%2fb'],
  ['/a%2f%2fb', '/a/b', '/a%2f%2fb', '/a/b', '/a/b', '/a%2f%2fb'],
  ['/a\\\\b', '/a/b', '/a\\\\b', '/a/b', '/a/b', '/a\\\\b'],
  ['/a/.\\b', '/a/b', '/a/.\\b', '/a/b', '/a/b', '/a/.\\b'],
  ['/a/..\\b', '/b', '/a/..\\b', '/b', '/b', '/a/..\\b'],
  ['/%u002fa', '/a', '/%u002fa', '/%u002fa', '/a', '/%u002fa'],
  ['/%u002e%u002e/b', '/b', '/%u002e%u002e/b', '/%u002e%u002e/b', '/b', '/%u002e%u002e/b'],
  ['/%u005cx', '/x', '/%u005cx', '/%u005cx', '/x', '/%u005cx'],
  ['/%uff21x', '/Ax', '/%uff21x', '/%uff21x', '/Ax', '/%uff21x'],
  ['/%u2215x', '/x', '/%u2215x', '/%u2215x', '/x', '/%u2215x'],
  ['/%u20acx', '/?x', '/%u20acx', '/%u20acx', '/?x', '/%u20acx'],
  ['/a%u002f%u002fb', '/a/b', '/a%u002f%u002fb', '/a%u002f%u002fb', '/a/b', '/a%u002f%u002fb'],
  ['http://h/a\\b//c', '/a/b/c', '/a\\b//c', '/a/b/c', '/a/b/c', '/a\\b/c'],
  ['/x?q=%255c%u0041', '/x?q=%5cA', '/x?q=%5c%u0041', '/x?q=%5c%u0041', '/x?q=%5cA', '/x?q=%5c%u0041'],
  ['/a/../..//b', '/b', '//b', '/b', '/b', '/b'],
  ['//../b', '/b', '//../b', '/b', '/b', '/b'],
  ['/a//../b', '/b', '/a//../b', '/b', '/b', '/b'],
  ['//', '/', '//', '/', '/', '/'],
  ['/a//', '/a/', '/a//', '/a/', '/a/', '/a/'],
  ['/a/../b//c/../d', '/b/d', '/b//d', '/b/d', '/b/d', '/b/d'],
  ['/.//a', '/a', '//a', '/a', '/a', '/a'],
  ['/a/..//b/../c', '/c', '//c', '/c', '/c', '/c'],
  ['/a/b//..', '/a', '/a/b//..', '/a', '/a', '/a'],
  ['///', '/', '///', '/', '/', '/'],
  ['/a/b/..//', '/a', '/a//', '/a', '/a', '/a'],
];

function normalized(uri: string, personality: string, options: Partial<UriOptions> = {}, notes = freshNotes()): string {
  const plain = { doubleDecodePath: false, doubleDecodeQuery: false, convertsPlus: false, includesAll: false };
  const all = { ...plain, ...options, personality: personalityOf(personality)! };
  return Buffer.from(normalizeUri(Buffer.from(uri, 'latin1'), all, notes)).toString('latin1');
}

const freshNotes = (): UriNotes => ({ isDoubleEncoded: false, pathStart: -1, pathEnd: -1 });

describe('URIs of HTTP', () => {
  it('are put into one form', () => {
    for (const [uri, form] of ALIKE)
      for (const name of NAMES) assert.equal(normalized(uri, name), form, `${name} ${uri}`);
  });

  it('are read as their server would', () => {
    for (const [uri, ...forms] of BY_PERSONALITY)
      NAMES.forEach((name, i) => {
        assert.equal(normalized(uri, name), forms[i], `${name} ${uri}`);
      });
  });

  it('have UTF-8 turned into code page 1252 by an IDS', () => {
    const forms: readonly (readonly [string, string])[] = [
      ['/%C3%A9', '/\xe9'],
      ['/\xc3\xa9', '/\xe9'],
      ['/%c3', '/'],
      ['/%c4%80%e2%80%9c', '/A?'],
      ['/A%c3%a9%e9B', '/A\xe9?B'],
      ['/a%20%c2%a0b', '/a \xa0b'],
      ['/x?q=%c3%a9', '/x?q=\xc3\xa9'],
    ];
    for (const [uri, form] of forms) assert.equal(normalized(uri, 'IDS'), form, uri);
    assert.equal(normalized('/%C3%A9', 'Generic'), '/\xc3\xa9');
  });

  it('are decoded again where that is asked for, which is noted where it changes them', () => {
    const both = { doubleDecodePath: true, doubleDecodeQuery: true };
    const forms: readonly (readonly [uri: string, form: string, isChanged: boolean])[] = [
      ['/a%255cb', '/a\\b', true],
      ['/%25u0041', '/A', true],
      ['/%252fx', '//x', true],
      ['/a/%252e%252e/b', '/a/../b', true],
      ['/x?q=%255c%u0041', '/x?q=\\A', true],
      ['/a%20b?c=%20', '/a b?c= ', false],
    ];
    for (const [uri, form, isChanged] of forms) {
      const notes = freshNotes();
      assert.equal(normalized(uri, 'IDS', both, notes), form, uri);
      assert.equal(notes.isDoubleEncoded, isChanged, uri);
    }
    const notes = freshNotes();
    normalized('/a%2fb', 'Minimal', both, notes);
    assert.equal(notes.isDoubleEncoded, true);
  });

  it('keep scheme and host, and turn + into a space, where that is asked for', () => {
    assert.equal(normalized('http://h/a\\b//c', 'IDS', { includesAll: true }), 'http://h/a/b/c');
    assert.equal(normalized('http://h\\x/a', 'IDS', { includesAll: true }), 'http://h\\x/a');
    assert.equal(normalized('/a+b?c+d', 'IDS', { convertsPlus: true }), '/a+b?c d');
  });
});

describe('personalities', () => {
  it('are known by name in any case', () => {
    assert.equal(personalityOf('iis_7_5'), personalityOf('IIS_7_0'));
    assert.equal(personalityOf('tomcat'), undefined);
    assert.equal(personalityOf('toString'), undefined);
  });
});
