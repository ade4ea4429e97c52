import assert from 'node:assert/strict';
import { parseFilePattern, parseFileSize, parseFileStore } from '../../../src/detect/files/arguments.ts';
import { RuleError } from '../../../src/framework/keyword.ts';

describe('arguments of file keywords', () => {
  it('patterns with and without quotes', () => {
    const read = (text: string): string => {
      const { bytes, isNegated } = parseFilePattern(text, 'filename');
      return (isNegated ? '!' : '') + Buffer.from(bytes).toString('latin1');
    };
    assert.equal(read('"a b|63|"'), 'a bc');
    assert.equal(read('abc'), 'abc');
    assert.equal(read('! "abc"'), '!abc');
    for (const text of ['""', '"a', 'a"', '"|6|"', '"a"b"']) assert.throws(() => read(text), RuleError, text);
  });

  it('sizes in 64 bits, with a direction in front', () => {
    assert.deepEqual(parseFileSize('>4294967296'), { direction: null, size: { op: 'gt', a: 4294967296 } });
    assert.deepEqual(parseFileSize(' to_client, <1kb'), { direction: 'to_client', size: { op: 'lt', a: 1024 } });
    assert.deepEqual(parseFileSize('10<>20'), { direction: null, size: { op: 'range', a: 10, b: 20 } });
    for (const text of ['', '5-6', '<0', 'to_nobody,5', 'to_client'])
      assert.throws(() => parseFileSize(text), RuleError, text);
  });

  it('what to store', () => {
    assert.deepEqual(parseFileStore(''), { direction: null, scope: 'file', unknown: [] });
    assert.deepEqual(parseFileStore('both,SSN'), { direction: 'both', scope: 'flow', unknown: [] });
    assert.deepEqual(parseFileStore('response ,tx'), { direction: 'to_client', scope: 'tx', unknown: [] });
    assert.deepEqual(parseFileStore('foo,bar,x'), { direction: null, scope: 'file', unknown: ['foo', 'bar', 'x'] });
    for (const text of ['request,', ',file', '1', 'a b']) assert.throws(() => parseFileStore(text), RuleError, text);
  });
});
