// Overlap policies: the textbook fragments of Novak and Shankar, reassembled by each system.
import assert from 'node:assert/strict';
import { DEFRAG_POLICIES, defragPolicyOf } from '../../src/defrag/policy.ts';
import { ascii } from '../support/packets.ts';
import { DefragDriver, contentOf, fragment4 } from './support.ts';

/** Offset and end in units of eight bytes, and what fills them. */
type Piece = readonly [offset: number, end: number, fill: string];

function reassemble(policy: string, pieces: readonly Piece[], total: number): string {
  const driver = new DefragDriver({ policyOf: () => defragPolicyOf(policy) });
  let text = '';
  for (const [offset, end, fill] of pieces) {
    const part = { offset: offset * 8, more: end !== total, data: ascii(fill.repeat((end - offset) * 8)) };
    for (const p of driver.feed(fragment4(part))) text = Buffer.from(contentOf(p)).toString('latin1');
  }
  return text.replace(/(.)\1{7}/g, '$1');
}

describe('overlap policies', () => {
  // the new fragment begins before, ends before: at the front of the old one
  const front: Piece[] = [
    [0, 1, 'x'],
    [3, 5, '1'],
    [2, 4, '2'],
    [1, 2, 'x'],
    [5, 6, 'x'],
  ];
  // begins after: at the end of the old one
  const back: Piece[] = [
    [0, 1, 'x'],
    [1, 3, '1'],
    [2, 4, '2'],
    [4, 5, 'x'],
    [5, 6, 'x'],
  ];
  // same place
  const same: Piece[] = [
    [0, 1, 'x'],
    [1, 3, '1'],
    [1, 3, '2'],
    [3, 5, 'x'],
    [5, 6, 'x'],
  ];
  // around it
  const around: Piece[] = [
    [0, 1, 'x'],
    [2, 3, '1'],
    [1, 4, '2'],
    [4, 5, 'x'],
    [5, 6, 'x'],
  ];
  // within it
  const within: Piece[] = [
    [0, 1, 'x'],
    [1, 4, '1'],
    [2, 3, '2'],
    [4, 5, 'x'],
    [5, 6, 'x'],
  ];

  const expected: Record<string, string[]> = {
    //            front     back      same      around    within
    first: ['xx211x', 'x112xx', 'x11xxx', 'x212xx', 'x111xx'],
    last: ['xx221x', 'x122xx', 'x22xxx', 'x222xx', 'x121xx'],
    bsd: ['xx221x', 'x112xx', 'x11xxx', 'x222xx', 'x111xx'],
    'bsd-right': ['xx211x', 'x122xx', 'x22xxx', 'x212xx', 'x121xx'],
    linux: ['xx221x', 'x112xx', 'x22xxx', 'x222xx', 'x111xx'],
    windows: ['xx211x', 'x112xx', 'x11xxx', 'x222xx', 'x111xx'],
    solaris: ['xx211x', 'x112xx', 'x11xxx', 'x222xx', 'x111xx'],
  };
  for (const policy of DEFRAG_POLICIES) {
    it(policy, () => {
      const results = [front, back, same, around, within].map((pieces) => reassemble(policy, pieces, 6));
      assert.deepEqual(results, expected[policy]);
    });
  }

  it('looks at what is left of a fragment that another one cut off', () => {
    const pieces: Piece[] = [
      [0, 2, '1'],
      [1, 3, '2'],
      [2, 4, '3'],
    ];
    assert.equal(reassemble('linux', pieces, 4), '1133');
  });

  it('keep what an earlier fragment has beyond a last one at the same place, where the later one counts', () => {
    const whole = (policy: string, ...parts: (readonly [offset: number, text: string, more: boolean])[]): string => {
      const driver = new DefragDriver({ policyOf: () => defragPolicyOf(policy) });
      const rebuilt = parts.flatMap(([offset, text, more]) =>
        driver.feed(fragment4({ offset, more, data: ascii(text) })),
      );
      return rebuilt.map((p) => Buffer.from(contentOf(p)).toString('latin1')).join();
    };
    const shorter = [
      [0, '........', true],
      [8, 'AAAAAAAA', true],
      [8, 'BBBBB', false],
    ] as const;
    const longer = [
      [8, 'AAAAA', false],
      [8, 'BBBBBBBB', false],
      [0, '........', true],
    ] as const;
    for (const policy of ['linux', 'bsd-right']) {
      assert.equal(whole(policy, ...shorter), '........BBBBBAAA');
      assert.equal(whole(policy, ...longer), '........BBBBBBBB');
    }
    for (const policy of ['bsd', 'windows', 'solaris', 'macos']) {
      assert.equal(whole(policy, ...shorter), '');
      assert.equal(whole(policy, ...longer), '........AAAAA');
    }
  });

  it('knows the systems of host-os-policy, in any case', () => {
    assert.equal(defragPolicyOf('Windows'), defragPolicyOf('vista'));
    assert.equal(defragPolicyOf('hpux11'), defragPolicyOf('macos'));
    assert.equal(defragPolicyOf('no such system'), defragPolicyOf('bsd'));
  });
});
