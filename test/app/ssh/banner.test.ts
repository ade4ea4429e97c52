import assert from 'node:assert/strict';
import { afterLine, lineEnd, parseBanner } from '../../../src/app/ssh/banner.ts';

function parse(text: string): { proto: string; software: string } | null {
  const data = Buffer.from(`..${text}..`, 'latin1');
  const banner = parseBanner(data, 2, data.length - 2);
  if (banner === null) return null;
  return {
    proto: Buffer.from(banner.proto).toString('latin1'),
    software: Buffer.from(banner.software).toString('latin1'),
  };
}

describe('SSH banner', () => {
  it('has the version and the software, without the comment', () => {
    assert.deepEqual(parse('SSH-2.0-OpenSSH_9.6 Debian-5'), { proto: '2.0', software: 'OpenSSH_9.6' });
  });

  it('keeps dashes of the software', () => {
    assert.deepEqual(parse('SSH-1.99-Cisco-1.25'), { proto: '1.99', software: 'Cisco-1.25' });
  });

  it('may lack the software, not the version', () => {
    assert.deepEqual(parse('SSH-2.0-'), { proto: '2.0', software: '' });
    assert.equal(parse('SSH--x'), null);
    assert.equal(parse('SSH-2.0'), null);
    assert.equal(parse('SSH'), null);
    assert.equal(parse('HELLO-2.0-x'), null);
  });

  const lines: readonly [text: string, end: number, next: number][] = [
    ['ab\nc', 2, 3],
    ['ab\r\nc', 2, 4],
    ['ab\rc', 2, 3],
    ['\n', 0, 1],
  ];
  for (const [text, end, next] of lines) {
    it(`ends the line of ${JSON.stringify(text)}`, () => {
      const data = Buffer.from(text);
      assert.equal(lineEnd(data, 0, data.length), end);
      assert.equal(afterLine(data, end, data.length), next);
    });
  }

  it('does not know yet whether a carriage return at the end is all', () => {
    assert.equal(lineEnd(Buffer.from('ab\r'), 0, 3), -1);
    assert.equal(lineEnd(Buffer.from('ab'), 0, 2), -1);
  });
});
