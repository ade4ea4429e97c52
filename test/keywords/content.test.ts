import assert from 'node:assert/strict';
import { PAYLOAD_KEYWORDS, compileRule, compile, holds, refused } from './payload-support.ts';

const yes = (options: string, payload: string, streamOffset = 0): void => {
  assert.equal(holds(options, payload, streamOffset), true, `${options} on ${payload}`);
};
const no = (options: string, payload: string, streamOffset = 0): void => {
  assert.equal(holds(options, payload, streamOffset), false, `${options} on ${payload}`);
};

describe('payload keywords', () => {
  for (const keyword of PAYLOAD_KEYWORDS) {
    it(`examples of ${keyword.name} compile`, () => {
      for (const example of keyword.examples) compileRule(example);
    });
  }
});

describe('content', () => {
  it('is found anywhere in the buffer and only there', () => {
    yes('content:"foo";', 'a foo');
    no('content:"abc";', 'foo');
    no('content:"foo";', 'fo');
  });
  it('reads hexadecimal', () => yes('content:"a|0d 0A|b";', 'xa\r\nb'));
  it('nocase', () => {
    yes('content:"FoO"; nocase;', 'xfOo');
    no('content:"FoO";', 'xfoo');
  });
  it('offset and depth make a window from the start', () => {
    yes('content:"foo"; offset:2; depth:3;', 'xxfoo');
    no('content:"foo"; offset:2; depth:3;', 'xxxfoo');
    no('content:"foo"; offset:3;', 'xxfoo');
    no('content:"foo"; depth:3;', 'xfoo');
  });
  it('distance and within count from the match before', () => {
    yes('content:"foo"; content:"bar"; distance:1; within:4;', 'foo bar');
    no('content:"foo"; content:"bar"; distance:1;', 'foobar');
    no('content:"foo"; content:"bar"; within:3;', 'foo bar');
    yes('content:"bar"; content:"foo"; distance:-7; within:3;', 'foo bar');
  });
  it('tries later matches when something relative fails', () => {
    yes('content:"a"; content:"b"; within:1;', 'a_a_ab');
    yes('content:"a"; content:"b"; within:1; content:"c"; within:1;', 'ababc');
    yes('content:"a"; isdataat:!1,relative;', 'abca');
  });
  it('which one is tried again is what the next relative condition, content or pcre counts from', () => {
    yes('content:"a"; isdataat:1; content:"b"; within:1;', 'a_ab');
    yes('content:"a"; byte_test:1,=,0x62,0,relative;', 'a_ab');
    no('content:"a"; isdataat:1; byte_test:1,=,0x62,0,relative;', 'a_ab');
    no('content:"a"; content:!"q"; content:"b"; within:1;', 'a_ab');
  });
  it('a window that ends before the buffer begins is none', () => {
    yes('content:"b"; distance:-2; within:1;', 'aab');
    no('content:"b"; distance:-1; within:2;', 'aab');
    no('content:!"b"; distance:-2; within:1;', 'aab');
    yes('content:"a"; content:"b"; distance:-9; within:1;', 'aab');
  });
  it('negated: holds where the window lies past the end, and leaves the cursor', () => {
    no('content:!"foo";', 'a foo');
    yes('content:!"foo"; offset:10;', 'foo');
    yes('content:"ab"; content:!"x"; within:1; content:"c"; distance:0; within:1;', 'abc');
    no('content:"ab"; content:!"c"; within:1;', 'abc');
  });
  it('startswith and endswith', () => {
    yes('content:"foo"; startswith;', 'foobar');
    no('content:"bar"; startswith;', 'foobar');
    yes('content:"bar"; endswith;', 'barbar');
    no('content:"foo"; endswith;', 'foobar');
    yes('content:"foo"; startswith; endswith;', 'foo');
    no('content:!"bar"; endswith;', 'foobar');
    yes('content:!"foo"; endswith;', 'foobar');
  });
  it('depth counts from the start of the stream', () => {
    no('content:"foo"; depth:10;', 'foo', 20);
    yes('content:"foo"; depth:30;', 'foo', 20);
    no('content:"foo"; startswith;', 'foo', 20);
  });
  it('within of the first content becomes depth', () => {
    const { payload } = compile('content:"foo"; within:8;');
    assert.equal(payload.contents[0]!.depth?.value, 8);
    assert.equal(payload.contents[0]!.within, null);
  });
  it('gives up when its budget is used up', () => {
    no('content:"a"; content:"a"; distance:0; content:"a"; distance:0; content:"b"; distance:0;', 'a'.repeat(1000));
  });
});

describe('content refuses', () => {
  const MIX =
    "can't use a relative keyword like within/distance with a absolute relative keyword like depth/offset for the same content.";
  const cases: readonly (readonly [string, string | RegExp])[] = [
    ['content:"foo"; depth:3; within:3;', MIX],
    ['content:"foo"; offset:3; distance:3;', MIX],
    ['content:"foo"; offset:1; offset:2;', "can't use multiple offsets for the same content."],
    ['content:"a"; content:"foo"; within:4; within:4;', "can't use multiple withins for the same content."],
    ['depth:3;', /^depth needs preceding content, uricontent option/],
    ['content:"foo"; depth:-5;', 'invalid value for depth: -5.'],
    ['content:"foo"; depth:d;', 'unknown byte_ keyword var seen in depth - d.'],
    ['content:"foo"; offset:1048577;', /invalid value for offset/],
    ['content:"a"; content:"foo"; within:2;', /less than the content length/],
    ['content:"foo"; startswith; depth:3;', /depth with startswith/],
    ['content:"foo"; offset:3; startswith;', /can't use startswith/],
    [
      'content:!"foo"; distance:1; fast_pattern;',
      "can't have a relative negated keyword set along with 'fast_pattern'.",
    ],
    [
      'content:"a"; content:"foo"; distance:1; fast_pattern:only;',
      "can't have a relative keyword set along with 'fast_pattern:only;'.",
    ],
    ['content:"foo"; fast_pattern; content:"b"; fast_pattern;', /only one content/],
    ['content:"foo"; fast_pattern:2,2;', /not inside the content/],
    ['content:"|l0 01 01|";', 'Invalid hex code in content - |l0 01 01|, hex l. Invalidating signature.'],
    ['content:"|22 2 22|";', 'Incomplete hex code in content - |22 2 22|. Invalidating signature.'],
    ['content:content;', "invalid formatting to content keyword: value must be double quoted 'content'"],
    [`content:"${'a'.repeat(65536)}";`, /at most 65535/],
    ['content:"foo"; depth:2;', 'depth:2 smaller than content of len 3.'],
    ['tcp.hdr; absent; content:"foo";', /tested absent/],
    [
      'dsize:50; content:"foo"; offset:99;',
      "signature can't match as required content length 102 exceeds dsize value 50",
    ],
    ['dsize:6; content:"boom"; content:"loom"; distance:2;', /^signature can't match/],
    ['tcp.hdr; bsize:2; content:"foo";', /exceeds bsize value: 2/],
  ];
  for (const [options, message] of cases) {
    it(options.slice(0, 70), () => {
      const text = refused(options);
      if (typeof message === 'string') assert.equal(text, message);
      else assert.match(text, message);
    });
  }
  it('but not later contents that count from the beginning', () => {
    compile('dsize:4; content:"a"; content:"foobar";');
    compile('dsize:4; content:"a"; content:"b"; offset:9;');
    compile('dsize:4; content:!"a"; content:"foobar";');
    assert.match(refused('dsize:4; content:"a"; content:"foo"; distance:1;'), /length 5 exceeds dsize value 4/);
  });
  it('but not a distance that leads back', () => {
    compile('dsize:10; content:"boom"; content:"loom"; distance:-10;');
  });
});
