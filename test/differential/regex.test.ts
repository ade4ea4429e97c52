// PCRE2 = its translation to JavaScript, on expressions in the style of rules and on those of real rules.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { registerBuffer } from '../../src/native/buffers.ts';
import { compileJsRegex } from '../../src/native/js-regex.ts';
import { translateRegex } from '../../src/native/js-regex-translate.ts';
import { compilePcre2, pcre2Available, pcre2Reason, setPcreLimits } from '../../src/native/pcre2.ts';
import { REGEX_LIMIT, REGEX_NO_MATCH, regexOffsets } from '../../src/native/regex.ts';
import type { RegexFlags, RegexMatcher } from '../../src/native/regex.ts';
import { readRealRules } from './real-rules.ts';

const latin1 = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

const EXPRESSIONS = [
  'a.c', '^abc', 'abc$', '^abc$', '^$', '^', '$', 'a\\Z', 'a\\z', '\\Aa', '\\s+\\S', '[\\s]x', '[^\\s]', '\\h+', '\\H', '\\v', '\\V\\v',
  '\\R', 'a\\Rb', '\\R\\n', '\\N', '\\bab\\b', '\\Ba', '[a-c]+', '[^a-c]+', '[]a]', '[^]a]', '[a\\]b]', '[a-]', '[-a]', '[\\d-]', '[a\\-\\d]',
  '[[:alpha:]]+', '[[:^alpha:]x]', '[^[:space:]]', '[[:upper:]]', '[[:punct:]][[:xdigit:]]', '[\\x00-\\x1f\\xe9]', '[\\w.]+', '[\\W]',
  '\\x41\\x2', '\\x{e9}', '\\101\\60', '\\0', '\\e\\a\\f\\cA', '\\o{101}', '[\\b]', 'a{2}', 'a{1,}', 'a{0,2}b', 'a{,2}', 'a{', 'a{x}', 'x{1,2}?',
  'a??', 'a*?b', '(a|ab)(c|bcd)', '(a)(b)?', '(?:ab)+', '(?=a)a.', '(?!ab)a', '(?<=a)b', '(?<!a)b', '(?<=ab|cd)e', '(?P<n>a)(?P=n)', '(a)\\1',
  '(a.)\\g1', '(a)(b)\\g{-1}', '(?<n>[ab])c\\k<n>', '(?i)ab', 'a(?i)b|c', '(?i:a)b', '(?-i)A', '(?s).', '(?m)^b$', 'a(?#note)b', '\\Qa.b\\E+',
  '(?x) a b # c\n d', 'a|', '|a', '(|a)b', '\\$\\^\\/', '\\.exe$', '[\\x80-\\xff]{2}', '\\xc3\\xa9', '\xe9+', '[\xe0-\xef]', '.\\n', 'a$\\nb', 'a$.',
  '(?:a|b)*c', '(a*)b', '(?U)a+b', 'a#b c', '[ #]', '(\\w+)=\\1;', '\\d{1,3}(?:\\.\\d{1,3}){3}', '(?i)[a-c]+', '(?i)[^a-c]', 'k\\x4b', '\\x0b', '(a)(?:b\\1)',
  '\\/[a-z]{2}\\d{1,2}\\.php\\?id=[A-F0-9]{4,}', '^User-Agent\\x3a\\s[^\\r\\n]{1,8}\\r$', '(?:^|&)q=[^&]*(?:&|$)', '\\b(?:cmd|sh)\\b', '^.{3}\\x00.{2}',
]; // prettier-ignore

const FLAGS: readonly RegexFlags[] = [
  {}, { caseless: true }, { multiline: true }, { dotAll: true }, { extended: true }, { anchored: true }, { dollarEndOnly: true },
  { ungreedy: true }, { caseless: true, multiline: true, dotAll: true }, { caseless: true, ungreedy: true, extended: true },
]; // prettier-ignore

const LETTERS = [
  ...'abcABCkK019_ .\n\n\r=;&?/#\t\x0b\0',
  '\xe9',
  '\xc9',
  '\x85',
  '\xa0',
  '\xc3',
  '\x1b',
  '\x07',
  '\x08',
];

/** What matched: offsets of the whole, and of its groups when asked for; an error counts as no match. */
function run(
  matcher: RegexMatcher,
  data: Uint8Array,
  id: number,
  length: number,
  start: number,
  groups: boolean,
): string {
  const rc = matcher.match(data, id, 0, length, start);
  if (rc <= REGEX_LIMIT) return 'limit';
  if (rc <= 0) return rc === 0 || rc === REGEX_NO_MATCH ? 'none' : `error ${String(rc)}`;
  return [...regexOffsets.subarray(0, groups ? rc * 2 : 2)].join(' ');
}

const data = new Uint8Array(4096);

function compare(pcre2: RegexMatcher, js: RegexMatcher, subject: Uint8Array, start: number, groups: boolean): string {
  data.set(subject);
  const id = registerBuffer(data);
  const expected = run(pcre2, data, id, subject.length, start, groups);
  const found = run(js, data, -1, subject.length, start, groups);
  if (expected !== 'limit' && found !== 'limit')
    assert.equal(found, expected, JSON.stringify(Buffer.from(subject).toString('latin1')));
  return found;
}

/** A subject made to match, when the generator understands the expression. */
function tailored(source: Uint8Array, flags: RegexFlags): fc.Arbitrary<string> | undefined {
  try {
    return fc.stringMatching(new RegExp(translateRegex(Buffer.from(source).toString('latin1'), flags).source), {
      size: 'small',
    });
  } catch {
    return undefined;
  }
}

describe('PCRE2 and its translation agree', function () {
  this.timeout(600_000);
  before(function () {
    if (!pcre2Available) {
      console.log(`    skipped: ${pcre2Reason}`);
      this.skip();
    }
    setPcreLimits({ match: 1_000_000, depth: 100_000 });
  });
  after(() => setPcreLimits({ match: 3500, depth: 1500 }));

  for (const source of EXPRESSIONS) {
    it(JSON.stringify(source), () => {
      const subject = fc.array(fc.constantFrom(...LETTERS), { maxLength: 14, size: 'max' }).map((a) => a.join(''));
      for (const flags of FLAGS) {
        const pcre2 = compilePcre2(latin1(source), flags);
        const js = compileJsRegex(latin1(source), flags);
        assert.equal(pcre2.ok, true, pcre2.ok ? '' : pcre2.problem.message);
        if (!js.ok) {
          assert.match(js.problem.message, /ignores case/);
          continue;
        }
        const exact = tailored(latin1(source), flags);
        const subjects = fc
          .tuple(exact === undefined ? subject : fc.oneof(subject, exact), subject)
          .map(([a, b]) => a + b);
        fc.assert(
          fc.property(subjects, fc.nat(2), (text, start) => {
            if (!pcre2.ok) return;
            compare(pcre2.matcher, js.matcher, latin1(text.slice(0, 2000)), Math.min(start, text.length), true);
          }),
          { numRuns: 60 },
        );
      }
    });
  }

  it('on the expressions of real rules', function () {
    const rules = readRealRules();
    if (rules === undefined) {
      console.log('      skipped: needs ../shared/rules/et-open');
      this.skip();
    }
    let refused = 0;
    let matched = 0;
    let tried = 0;
    for (const [i, { source, flags }] of rules.expressions.entries()) {
      const pcre2 = compilePcre2(source, flags);
      assert.ok(pcre2.ok, Buffer.from(source).toString('latin1'));
      const js = compileJsRegex(source, flags);
      // making subjects that match takes longest by far
      if (js.ok && i % 8 === 0) {
        tried++;
        const exact = tailored(source, flags) ?? fc.string({ unit: 'binary-ascii' });
        for (const text of fc.sample(exact, { numRuns: 4, seed: 7 })) {
          const found = compare(pcre2.matcher, js.matcher, latin1(text.slice(0, 4000)), 0, false);
          if (found !== 'none' && found !== 'limit') matched++;
        }
      } else if (!js.ok) refused++;
      pcre2.matcher.free();
    }
    const count = rules.expressions.length;
    console.log(`      ${String(count)} expressions, ${String(refused)} not translated, ${String(matched)} matches`);
    assert.ok(matched > tried && refused < count / 10);
  });
});
