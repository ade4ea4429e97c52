import { equal } from 'node:assert/strict';
import { patternText } from '../../../src/detect/analysis/pattern-text.ts';
import { strength } from '../../../src/detect/analysis/choice.ts';
import { analyseOptions } from './support.ts';

function chosen(options: string): string | undefined {
  const pattern = analyseOptions(options).pattern;
  return pattern === null ? undefined : patternText(pattern.content.bytes);
}

describe('the searched content', () => {
  it('is the longest', () => equal(chosen('content:"abcd"; content:"|90 90 90 90 90 90|";'), '|90 90 90 90 90 90|'));
  it('of the same length the most varied', () =>
    equal(chosen('content:"aaaa"; content:"abab"; content:"bbbb";'), 'abab'));
  it('else the first', () => equal(chosen('content:"abcd"; content:"efgh";'), 'abcd'));
  it('is the one marked', () => equal(chosen('content:"abcd"; content:"e"; fast_pattern;'), 'e'));
  it('is one that must not be there only when no other is', () => {
    equal(chosen('content:!"abcdef"; content:"d";'), 'd');
    equal(chosen('content:!"abc"; content:!"defg";'), 'defg');
  });
  it('is in a sticky buffer rather than in the payload', () => {
    equal(chosen('tcp.hdr; content:"a"; pkt_data; content:"hello";'), 'a');
  });
  it('is never in what base64 decoded', () => equal(chosen('base64_decode; base64_data; content:"hello";'), undefined));

  it('counts rare bytes more, repeated ones next to nothing', () => {
    equal(strength(Buffer.from('abc')), 9);
    equal(strength(Buffer.from([0x90, 0x90, 0x90])), 8);
    equal(strength(Buffer.from([0, 0xff, 6])), 14);
  });
});
