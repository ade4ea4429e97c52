import assert from 'node:assert/strict';
import { nearestName } from '../../src/base/nearest-name.ts';

describe('nearestName', () => {
  it('finds a name with a letter more, less, changed or in another case', () => {
    const known = ['stream', 'flow', 'defrag'];
    for (const name of ['streams', 'strem', 'streem', 'STREAM']) assert.equal(nearestName(name, known), 'stream');
  });

  it('finds the nearest, not the first near one', () => {
    assert.equal(nearestName('sitting', ['sifting', 'sittings', 'sitting1', 'sitting']), 'sitting');
  });

  it('finds nothing beyond a third of the length', () => {
    assert.equal(nearestName('kitten', ['sitting']), undefined); // three edits
    assert.equal(nearestName('kittens__', ['sitting__']), 'sitting__');
    assert.equal(nearestName('zzzzzzzz', ['stream', 'flow']), undefined);
  });

  it('takes two edits in short names unless told otherwise', () => {
    assert.equal(nearestName('ab', ['abcd']), 'abcd');
    assert.equal(nearestName('ab', ['abcd'], 0), undefined);
  });
});
