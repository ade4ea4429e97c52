import assert from 'node:assert/strict';
import {
  decodeContent,
  errorIn,
  escapeText,
  matchesInteger,
  parseInteger,
  parseQuoted,
  parseSigned,
  parseText,
  parseUnsigned,
  splitArgument,
  splitWord,
  unescapeText,
} from '../../src/rules/argument.ts';
import type { Parsed } from '../../src/rules/argument.ts';
import { parseRuleText } from '../../src/rules/rule-file.ts';
import { decodeRuleText, encodeRuleText } from '../../src/rules/source.ts';

function value<T>(result: Parsed<T>): T {
  if (!result.ok) assert.fail(result.error.message);
  return result.value;
}

function fault(result: Parsed<unknown>): [message: string, at: number, length: number] {
  if (result.ok) assert.fail('no error');
  return [result.error.message, result.error.at, result.error.length];
}

describe('texts', () => {
  it('lose their escapes, and no other backslash', () => {
    assert.equal(unescapeText(String.raw`a\;b\"c\\d\:e\nf`), String.raw`a;b"c\d:e\nf`);
    assert.equal(unescapeText(escapeText('a;b"c\\d')), 'a;b"c\\d');
  });
  it('stand between quotes', () => {
    assert.deepEqual(value(parseQuoted(' ! "a b" ')), { text: 'a b', at: 4, isNegated: true });
    assert.equal(value(parseText('"a\\;b"')), 'a;b');
    assert.equal(value(parseText('plain')), 'plain');
    assert.deepEqual(fault(parseQuoted('abc')), ['the value must stand between double quotes', 0, 3]);
    assert.deepEqual(fault(parseQuoted('!"abc')), ['the closing double quote is missing', 1, 4]);
    assert.deepEqual(fault(parseQuoted('"')), ['the closing double quote is missing', 0, 1]);
  });
  it('split at commas outside quotes, with places', () => {
    assert.deepEqual(splitArgument('a, "b,c" ,d\\,e,'), [
      { text: 'a', at: 0 },
      { text: '"b,c"', at: 3 },
      { text: 'd\\,e', at: 10 },
      { text: '', at: 15 },
    ]);
    assert.deepEqual(splitArgument(''), [{ text: '', at: 0 }]);
    assert.deepEqual(splitWord({ text: 'count  10', at: 5 }), [
      { text: 'count', at: 5 },
      { text: '10', at: 12 },
    ]);
    assert.deepEqual(splitWord({ text: 'relative', at: 0 })[1], { text: '', at: 8 });
  });
});

describe('numbers', () => {
  it('read decimal, hexadecimal, units, signs', () => {
    assert.equal(value(parseUnsigned(' 10 ')), 10);
    assert.equal(value(parseUnsigned('0x1F')), 31);
    assert.equal(value(parseUnsigned('2MB', { units: true })), 2 * 1024 * 1024);
    assert.equal(value(parseSigned('-4')), -4);
    assert.equal(value(parseSigned('+4')), 4);
    assert.ok(Object.is(value(parseSigned('-0')), 0));
  });
  it('refuse the rest', () => {
    for (const text of ['', 'x', '1x', '1kb', '-1', '1.5', '0x', '1 2']) assert.ok(!parseUnsigned(text).ok, text);
    for (const text of ['', '-', '--1', '1-']) assert.ok(!parseSigned(text).ok, text);
    assert.deepEqual(fault(parseUnsigned('256', { max: 255 })), ['256 is more than 255', 0, 3]);
    assert.deepEqual(fault(parseSigned('-9', { min: -8 })), ['-9 is less than -8', 0, 2]);
    assert.ok(!parseUnsigned('9007199254740993').ok);
  });
});

describe('content patterns', () => {
  const decode = (argument: string): string => Buffer.from(value(decodeContent(argument)).bytes).toString('latin1');
  it('mix text, hexadecimal and escapes', () => {
    assert.equal(decode('"abc|0d 0a|d"'), 'abc\r\nd');
    assert.equal(decode('"|0d0A|"'), '\r\n');
    assert.equal(decode('"a|0 d|c"'), 'a\rc');
    assert.equal(decode('"a||c"'), 'ac');
    assert.equal(decode(String.raw`"a\:\;\"\\b"`), 'a:;"\\b');
    assert.equal(value(decodeContent('!"a"')).isNegated, true);
    assert.equal(value(decodeContent('"a"')).isNegated, false);
  });
  it('take text as UTF-8, and bytes that are none as they are', () => {
    assert.equal(decode('"é"'), '\xc3\xa9');
    const text = decodeRuleText(Uint8Array.of(0x22, 0xe9, 0x7c, 0x30, 0x30, 0x7c, 0x22));
    assert.equal(decode(text), '\xe9\0');
  });
  const faults: [argument: string, message: string, at: number, length: number][] = [
    ['abc', 'the value must stand between double quotes', 0, 3],
    ['"abc', 'the closing double quote is missing', 0, 4],
    ['""', 'the pattern is empty', 0, 2],
    ['"a|0d"', 'the "|" is never closed', 2, 3],
    ['"a|0d 0|"', 'a hexadecimal byte has only one digit', 6, 1],
    ['"a|0g|"', '"g" is not a hexadecimal digit', 4, 1],
    ['"a"b"', 'a double quote inside the pattern must be escaped', 2, 1],
    ['"a\\n"', 'a backslash may only stand before ; : " or \\', 2, 2],
    ['!"a|1|"', 'a hexadecimal byte has only one digit', 4, 1],
  ];
  for (const [argument, ...expected] of faults) {
    it(`${argument}: ${expected[0]}`, () => {
      assert.deepEqual(fault(decodeContent(argument)), expected);
    });
  }
});

describe('integer conditions', () => {
  const cases: [argument: string, expected: object][] = [
    ['5', { op: 'eq', a: 5 }],
    ['0x05', { op: 'eq', a: 5 }],
    [' = 5 ', { op: 'eq', a: 5 }],
    ['!5', { op: 'ne', a: 5 }],
    ['!=5', { op: 'ne', a: 5 }],
    ['<5', { op: 'lt', a: 5 }],
    ['<= 5', { op: 'le', a: 5 }],
    ['>5', { op: 'gt', a: 5 }],
    ['>=5', { op: 'ge', a: 5 }],
    ['4-9', { op: 'range', a: 4, b: 9 }],
    ['4 <> 9', { op: 'range', a: 4, b: 9 }],
    ['!4-9', { op: 'not_range', a: 4, b: 9 }],
    ['&0xc0=0x80', { op: 'mask_eq', a: 0x80, mask: 0xc0 }],
    ['& 0xc0 != 0', { op: 'mask_ne', a: 0, mask: 0xc0 }],
    ['1kb-2KiB', { op: 'range', a: 1024, b: 2048 }],
    ['!ping', { op: 'ne', a: 9 }],
  ];
  const names = (name: string): number | undefined => (name === 'ping' ? 9 : undefined);
  for (const [argument, expected] of cases) {
    it(argument, () => {
      assert.deepEqual(value(parseInteger(argument, 'u16', { names })), expected);
    });
  }
  it('refuse what Suricata refuses', () => {
    const bad = [
      '>=0',
      '<=65535',
      '<0',
      '>65535',
      '4-5',
      '&0xc0=0x81',
      '! 4-9',
      '0x1kb',
      '65536',
      '&0xc0',
      '1 kb',
      '0X10',
      '== 5',
      '',
      'pong',
      '9-4',
      '-1',
    ];
    for (const argument of bad) assert.ok(!parseInteger(argument, 'u16', { names }).ok, argument);
  });
  it('place the error at the number that does not fit', () => {
    assert.deepEqual(fault(parseInteger('4-300', 'u8')), ['300 does not fit: at most 255', 2, 3]);
    assert.deepEqual(fault(parseInteger('!pong', 'u8')), ['"pong" is not a number', 1, 4]);
  });
  it('keep 64 bits exact', () => {
    assert.deepEqual(value(parseInteger('18446744073709551615', 'u64')), { op: 'eq', a: 18446744073709551615n });
    assert.deepEqual(value(parseInteger('>9007199254740991', 'u64')), { op: 'gt', a: 9007199254740991 });
    assert.ok(!parseInteger('18446744073709551616', 'u64').ok);
  });
  it('mean what they say', () => {
    const hits = (argument: string): number[] => {
      const match = value(parseInteger(argument, 'u8'));
      return [0, 3, 4, 5, 8, 9, 0x80, 0xff].filter((v) => matchesInteger(match, v));
    };
    assert.deepEqual(hits('4-9'), [5, 8]);
    assert.deepEqual(hits('!4-9'), [0, 3, 4, 9, 0x80, 0xff]);
    assert.deepEqual(hits('<=4'), [0, 3, 4]);
    assert.deepEqual(hits('>8'), [9, 0x80, 0xff]);
    assert.deepEqual(hits('&0xc0=0x80'), [0x80]);
    assert.deepEqual(hits('&0x80!=0'), [0x80, 0xff]);
  });
});

describe('places of argument errors', () => {
  it('lead back to file positions, across continuation lines', () => {
    const text = 'alert tcp any any -> any any (msg:"a"; \\\n  content:"a|0g|"; sid:1;)';
    const option = parseRuleText(text, 'a.rules').rules[0]!.options[1]!;
    const result = decodeContent(option.value!);
    assert.ok(!result.ok);
    const d = errorIn(result.error, 'a.rules', option.valueSpan);
    assert.deepEqual(
      { line: d.span.line, column: d.span.column, char: text[d.span.offset] },
      { line: 2, column: 15, char: 'g' },
    );
    assert.deepEqual(option.spanIn(result.error.at, 1), d.span);
  });
});

describe('rule bytes', () => {
  it('survive decoding, whatever they are', () => {
    const bytes = Uint8Array.from({ length: 512 }, (_, i) => (i * 7) & 255);
    assert.deepEqual(encodeRuleText(decodeRuleText(bytes)), bytes);
    assert.equal(decodeRuleText(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), 'a');
  });
});
