import assert from 'node:assert/strict';
import { Progress } from '../../src/cli/progress.ts';

describe('progress', () => {
  it('draws the part of all files that is read, seldom, and takes the bar away', () => {
    const drawn: string[] = [];
    let now = 1000;
    const progress = new Progress(2, { write: (text) => drawn.push(text) }, () => now);
    progress.progress('a.pcap', 0.5);
    progress.progress('a.pcap', 0.6); // too soon
    progress.end();
    now += 100;
    progress.progress('b.pcap', 0.5);
    progress.finish();
    assert.equal(drawn.length, 3);
    assert.match(drawn[0]!, /\[#{8}-{22}\] {2}25 % {2}1\/2 a\.pcap$/);
    assert.match(drawn[1]!, / 75 % {2}2\/2 b\.pcap$/);
    assert.equal(drawn[2], '\r\u001b[K');
  });

  it('draws nothing where nobody looks', () => {
    const progress = new Progress(1, undefined);
    progress.progress('a.pcap', 0.5);
    progress.finish();
  });
});
