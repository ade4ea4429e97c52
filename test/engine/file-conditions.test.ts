// Keywords on files: looked for in buffers, and of one and the same file where a rule has several of them.
import assert from 'node:assert/strict';
import { ruleObject } from '../../src/detect/analysis/index.ts';
import { analyse } from '../detect/analysis/support.ts';
import { tcpFrames } from '../robustness/growth.ts';
import type { SeedTurn } from '../robustness/seeds.ts';
import { ENVELOPE, client, server } from './mail.ts';
import { ofType, runEngine } from './support.ts';

const part = (name: string, content: string): string =>
  `--x\r\nContent-Disposition: attachment; filename="${name}"\r\n\r\n${content}\r\n`;
/** A document that is called a text, and a text that is called a document. */
const LETTER: readonly SeedTurn[] = [
  ...ENVELOPE,
  client(`${part('Letter.txt', '%PDF-1.4\n1 0 obj')}${part('other.pdf', 'plain words')}--x--\r\n.\r\n`),
  server('250 ok\r\n'),
];

interface Engine {
  readonly name: string;
  readonly matches?: readonly { readonly content?: { readonly pattern: string; readonly ends_with: boolean } }[];
}

describe('keywords on files', () => {
  const cases: readonly [string, boolean][] = [
    ['filemagic:"pdf";', true],
    ['filemagic:"gzip";', false],
    ['filemagic:!"pdf";', true],
    ['filename:"letter";', true],
    ['filename:!"t"; ', false],
    ['fileext:"pdf";', true],
    ['fileext:"pd";', false],
    ['fileext:!"pdf"; fileext:!"txt";', false],
    ['fileext:"txt"; filemagic:"pdf";', true],
    ['fileext:"pdf"; filemagic:"pdf";', false],
    ['fileext:"pdf"; filename:"other"; filesize:11;', true],
    ['filename:"letter"; filesize:11;', false],
  ];
  it('are asked of one file', () => {
    const rules = cases.map(
      ([options], i) => `alert smtp any any -> any any (msg:"m"; ${options} sid:${String(i + 1)};)`,
    );
    const alerts = ofType(runEngine({ rules, frames: [...tcpFrames(25, 1400, LETTER)] }), 'alert');
    const found = new Set(alerts.map(({ alert }) => alert!.signature_id));
    for (const [i, [options, isMatch]] of cases.entries()) assert.equal(found.has(i + 1), isMatch, options);
  });

  it('are patterns of buffers to engine analysis', () => {
    const enginesOf = (options: string): readonly Engine[] => {
      const rule = analyse(`alert http any any -> any any (msg:"m"; ${options} sid:1;)`)[0]!;
      return ruleObject(rule)['engines'] as unknown as readonly Engine[];
    };
    for (const [options, name, pattern, isAtEnd] of [
      ['filemagic:"PDF";', 'file.magic', 'pdf', false],
      ['filename:"x";', 'file.name', 'x', false],
      ['fileext:"exe";', 'file.name', '.exe', true],
    ] as const) {
      const engines = enginesOf(options);
      assert.deepEqual([...new Set(engines.map((engine) => engine.name))], [name], options);
      const content = engines[0]!.matches![0]!.content!;
      assert.deepEqual([content.pattern, content.ends_with], [pattern, isAtEnd], options);
    }
  });
});
