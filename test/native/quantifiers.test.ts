import assert from 'node:assert/strict';
import { compileRegex } from '../../src/native/compile-regex.ts';
import { completeQuantifiers } from '../../src/native/quantifiers.ts';
import { latin1 } from './support.ts';

describe('completeQuantifiers', () => {
  const completed = (source: string): string => Buffer.from(completeQuantifiers(latin1(source))).toString('latin1');

  it('adds the lower bound', () => {
    assert.equal(completed('^[^\\x3c]{,100}\\x27'), '^[^\\x3c]{0,100}\\x27');
    assert.equal(completed('a{,1}b{,22}'), 'a{0,1}b{0,22}');
    assert.equal(completed('[]}]{,3}'), '[]}]{0,3}');
    assert.equal(completed('[[:alpha:]]{,3}'), '[[:alpha:]]{0,3}');
    assert.equal(completed('\\Q[\\E{,3}'), '\\Q[\\E{0,3}');
    assert.equal(completed('\xff{,3}\xe9'), '\xff{0,3}\xe9');
  });

  it('leaves alone what is no quantifier, or whole', () => {
    for (const source of [
      'a{2,3}b{2,}c{2}',
      'a{,}',
      'a{,x}',
      'a{,3',
      'a{,',
      'a{',
      'a\\{,3}',
      '[{,3}]',
      '[^]{,3}]',
      '[[:alpha:]{,3}]',
      '[\\]{,3}]',
      '\\Qa{,3}\\E',
      '\\Qa{,3}',
      '[a{,3}',
      'a\\',
      '',
    ])
      assert.equal(completed(source), source);
  });

  it('is what expressions are compiled with', () => {
    const result = compileRegex(latin1('^a{,2}b'), {});
    assert.ok(result.ok);
    for (const [text, isMatch] of [
      ['b', true],
      ['aab', true],
      ['aaab', false],
      ['a{,2}b', false],
    ] as const)
      assert.equal(result.matcher.match(latin1(text), -1, 0, text.length, 0) > 0, isMatch, text);
  });
});
