// Places of contents: where each may begin, by its own limits and by what stands before it.

import assert from 'node:assert/strict';
import { compile } from '../run/support.ts';

const placesOf = (options: string): (readonly [number, number])[] => {
  const source = compile([`alert tcp any any -> any any (msg:"m"; ${options} sid:1;)`]);
  return source.signature(0).payload!.contents.map(({ firstPlace, lastPlace }) => [firstPlace, lastPlace]);
};

describe('places of contents', () => {
  it('are everywhere without limits', () => {
    assert.deepEqual(placesOf('content:"ab";'), [[0, Infinity]]);
  });

  it('follow from offset and depth', () => {
    assert.deepEqual(placesOf('content:"ab"; offset:3;'), [[3, Infinity]]);
    assert.deepEqual(placesOf('content:"ab"; depth:2;'), [[0, 0]]);
    assert.deepEqual(placesOf('content:"ab"; offset:3; depth:6;'), [[3, 7]]);
    assert.deepEqual(placesOf('content:"ab"; startswith;'), [[0, 0]]);
  });

  it('follow from the match before', () => {
    assert.deepEqual(placesOf('content:"ab"; offset:1; depth:3; content:"c"; distance:2; within:4;').at(-1), [5, 9]);
    assert.deepEqual(placesOf('content:"ab"; depth:2; content:"c"; distance:2;').at(-1), [4, Infinity]);
    assert.deepEqual(placesOf('content:"abc"; depth:3; content:"c"; distance:-1; within:1;').at(-1), [2, 2]);
    assert.deepEqual(placesOf('content:"ab"; content:"c"; within:5;').at(-1), [2, Infinity]);
  });

  it('pass over what was excluded, and over conditions that do not move', () => {
    assert.deepEqual(placesOf('content:"ab"; depth:2; content:!"x"; within:9; content:"c"; within:1;').at(-1), [2, 2]);
    assert.deepEqual(placesOf('content:"ab"; depth:2; isdataat:4,relative; content:"c"; within:1;').at(-1), [2, 2]);
  });

  it('are unknown behind what jumps', () => {
    assert.deepEqual(placesOf('content:"ab"; depth:2; byte_jump:1,0,relative; content:"c"; within:1;').at(-1), [
      0,
      Infinity,
    ]);
    assert.deepEqual(placesOf('content:"ab"; depth:2; pcre:"/x/R"; content:"c"; within:1;').at(-1), [0, Infinity]);
  });

  it('are unknown where a limit comes from the packet', () => {
    assert.deepEqual(placesOf('byte_extract:1,0,v; content:"c"; offset:v; depth:2;').at(-1), [0, Infinity]);
    assert.deepEqual(placesOf('byte_extract:1,0,v; content:"c"; depth:v;').at(-1), [0, Infinity]);
  });
});
