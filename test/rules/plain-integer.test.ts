import assert from 'node:assert/strict';
import { parseLeadingNumber, parsePlainInteger } from '../../src/rules/index.ts';

const plain = (text: string, options = {}): unknown => {
  const result = parsePlainInteger(text, { max: 255, ...options });
  return result.ok ? result.value : result.error.message;
};

describe('plain integers', () => {
  it('are decimal and within the field', () => {
    assert.deepEqual(plain(' 05 '), { op: 'eq', a: 5 });
    assert.deepEqual(plain('255'), { op: 'eq', a: 255 });
    assert.equal(plain('256'), '256 does not fit: at most 255');
    for (const text of ['0x5', '5-6', '<5', '', '-5', '5a'])
      assert.match(String(plain(text)), /is not a decimal/, text);
  });

  it('take a "!" or a "+" where the keyword does', () => {
    assert.deepEqual(plain('! 5', { canNegate: true }), { op: 'ne', a: 5 });
    assert.deepEqual(plain('+5', { canSign: true }), { op: 'eq', a: 5 });
    for (const text of ['!5', '+5']) assert.match(String(plain(text)), /is not a decimal/, text);
  });
});

describe('leading numbers', () => {
  it('end at the first other character', () => {
    assert.equal(parseLeadingNumber(' 12 34', 100), 12);
    assert.equal(parseLeadingNumber('+7-9', 100), 7);
    assert.equal(parseLeadingNumber('0x10', 100), 0);
  });

  it('are none without digits or beyond the limit', () => {
    for (const text of ['', 'x1', '-1', '101']) assert.equal(parseLeadingNumber(text, 100), undefined, text);
  });
});
