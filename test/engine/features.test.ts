import assert from 'node:assert/strict';
import { strictKeywords } from '../../src/engine/features.ts';

describe('--strict-rule-keywords', () => {
  const given = (argument: string | undefined): string[] => [...strictKeywords(argument)];

  it('is off when it is not given', () => {
    assert.deepEqual(given(undefined), []);
  });

  it('means all of them without a list', () => {
    const all = ['classtype', 'reference', 'app-layer-event'];
    assert.deepEqual(given(''), all);
    assert.deepEqual(given('all'), all);
  });

  it('takes a list', () => {
    assert.deepEqual(given('reference, classtype'), ['classtype', 'reference']);
    assert.deepEqual(given('content'), []);
  });
});
