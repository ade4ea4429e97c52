import assert from 'node:assert/strict';
import { newContent } from '../../src/detect/content/content-element.ts';
import { md5Content } from '../../src/framework/digest-content.ts';

const DIGEST = '2dd6531c7e89d3c925db9214711be76a';

function adapted(text: string, nocase = false): { text: string; warnings: string[] } {
  const content = newContent(Buffer.from(text), false);
  content.nocase = nocase;
  const warnings: string[] = [];
  md5Content(content, (message) => warnings.push(message));
  assert.equal(content.nocase, false);
  return { text: Buffer.from(content.bytes).toString(), warnings };
}

describe('content on an MD5', () => {
  it('is made lower case', () => {
    assert.deepEqual(adapted(DIGEST.toUpperCase()), { text: DIGEST, warnings: [] });
  });

  it('needs no nocase', () => {
    assert.equal(adapted(DIGEST, true).warnings.length, 1);
  });

  it('is refused when it can never be found', () => {
    assert.throws(() => adapted('2dd6531c'), /should be 32 characters long/);
    assert.throws(() => adapted(`zz${DIGEST.slice(2)}`), /hexadecimal/);
  });
});
