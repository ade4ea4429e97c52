import assert from 'node:assert/strict';
import { registerBuffer } from '../../src/native/buffers.ts';
import { compileRegex } from '../../src/native/compile-regex.ts';
import { compileJsRegex } from '../../src/native/js-regex.ts';
import { compilePcre2, pcre2Available, pcre2Reason, setPcreLimits } from '../../src/native/pcre2.ts';
import { REGEX_LIMIT, REGEX_NO_MATCH, regexOffsets } from '../../src/native/regex.ts';
import type { CompiledRegex, RegexFlags, RegexMatcher } from '../../src/native/regex.ts';
import { latin1 } from './support.ts';

type Compile = (source: Uint8Array, flags: RegexFlags) => CompiledRegex;

function compiled(compile: Compile, source: string, flags: RegexFlags = {}): RegexMatcher {
  const result = compile(latin1(source), flags);
  if (!result.ok) assert.fail(`${source}: ${result.problem.message}`);
  return result.matcher;
}

/** [start, end] of the first match, or the code. */
function match(matcher: RegexMatcher, text: string, start = 0, bufferId = -1): number | [number, number] {
  const rc = matcher.match(latin1(text), bufferId, 0, text.length, start);
  return rc > 0 ? [regexOffsets[0]!, regexOffsets[1]!] : rc;
}

for (const [name, compile] of [
  ['pcre2', compilePcre2],
  ['js', compileJsRegex],
] as const) {
  describe(`regex by ${name}`, function () {
    before(function () {
      if (name === 'js' || pcre2Available) return;
      console.log(`    skipped: ${pcre2Reason}`);
      this.skip();
    });

    it('reports offsets relative to the subject, in an array it knows and in one it does not', () => {
      const matcher = compiled(compile, 'b(c)?(d)');
      const data = latin1('....abd....');
      for (const id of [-1, registerBuffer(data)]) {
        assert.equal(matcher.match(data, id, 4, 3, 0), 3);
        assert.deepEqual([...regexOffsets.subarray(0, 6)], [1, 3, -1, -1, 2, 3]);
        assert.equal(matcher.match(data, id, 4, 2, 0), REGEX_NO_MATCH);
        assert.equal(matcher.match(data, id, 4, 3, 2), REGEX_NO_MATCH);
      }
      matcher.free();
    });

    it('looks at bytes, not at characters', () => {
      assert.deepEqual(match(compiled(compile, '^.\\xe9.$'), '\xc3\xe9\xff'), [0, 3]);
      assert.equal(match(compiled(compile, '\xe9', { caseless: true }), '\xc9'), REGEX_NO_MATCH);
      assert.deepEqual(match(compiled(compile, '^.$'), '\r'), [0, 1]);
      assert.equal(match(compiled(compile, '\\s'), '\xa0\x85'), REGEX_NO_MATCH);
    });

    it('counts and names groups', () => {
      const matcher = compiled(compile, '(?P<user>a)(b)(?<host>c)');
      assert.equal(matcher.captureCount, 3);
      assert.deepEqual(new Map(matcher.names), new Map([['user', 1], ['host', 3]])); // prettier-ignore
    });

    it('keeps ^ at the start of the subject when the search starts later', () => {
      assert.equal(match(compiled(compile, '^b'), 'ab', 1), REGEX_NO_MATCH);
      assert.deepEqual(match(compiled(compile, 'b', { anchored: true }), 'ab', 1), [1, 2]);
      assert.equal(match(compiled(compile, 'b', { anchored: true }), 'ab', 0), REGEX_NO_MATCH);
    });

    it('says what is wrong with an expression and where', () => {
      const result = compile(latin1('ab(c'), {});
      assert.ok(!result.ok);
      assert.equal(result.problem.offset, 4);
    });

    it('gives up instead of running away', () => {
      const matcher = compiled(compile, '^(?:.[a-z0-9-]{2,}){2,}\\x00\\x00(?:\\x01|\\x1c)', { caseless: true });
      const text = 'a0-'.repeat(200) + '\x00';
      for (let i = 0; i < 4; i++) assert.ok(Number(match(matcher, text)) <= REGEX_LIMIT);
    });
  });
}

describe('regex limits', function () {
  before(function () {
    if (!pcre2Available) this.skip();
  });

  it('can be set', () => {
    const matcher = compiled(compilePcre2, '^(?:a+)+$');
    const text = 'aaaaaaab';
    assert.equal(match(matcher, text), REGEX_NO_MATCH);
    setPcreLimits({ match: 10, depth: 10 });
    assert.equal(match(matcher, text), REGEX_LIMIT);
    setPcreLimits({ match: 3500, depth: 1500 });
    assert.equal(match(matcher, text), REGEX_NO_MATCH);
  });
});

describe('regex translation', () => {
  const refused = {
    'a++b': /possessive/,
    '(?>a)b': /atomic/,
    'a(?R)?b': /atomic, conditional, recursive/,
    '(a)?(?(1)b|c)': /conditional/,
    '(*ANYCRLF)a': /verb/,
    'a\\Kb': /\\K/,
    '(a)?\\1': /taken no part/,
    '(?:(a)|b)\\1': /taken no part/,
    '(?!(a))\\1': /taken no part/,
    '\\1(a)': /not closed before/,
    '(?i)(a)\\1': /ignores case/,
    '\\x{100}': /above 0xff/,
    '[z-a]': /out of order/,
    '[\\d-a]': /no ends/,
    '[a-\\d]': /no ends/,
    'a)': /too many/,
    '*a': /after nothing/,
  };
  for (const [source, reason] of Object.entries(refused)) {
    it(`refuses ${source}`, () => {
      const result = compileJsRegex(latin1(source), {});
      assert.ok(!result.ok);
      assert.match(result.problem.message, reason);
    });
  }

  it('is used where PCRE2 is missing', () => {
    assert.equal(compiled(compileRegex, 'a').engine, pcre2Available ? 'pcre2' : 'js');
  });
});
