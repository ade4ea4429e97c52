// Configurations of any shape: the quick YAML reader never disagrees with the library; loading never throws.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ConfigNode } from '../../src/config/node.ts';
import { loadConfigText } from '../../src/config/loader.ts';
import { dumpConfig } from '../../src/config/tree.ts';
import { parsePlainYaml } from '../../src/config/yaml-plain.ts';
import { parseAnyYaml } from '../../src/config/yaml-tree.ts';
import type { YamlTree } from '../../src/config/yaml-tree.ts';

const HEADER = '%YAML 1.1\n---\n';
/** Pieces that meet in ways nobody would write: indents, markers, values, comments. */
const PIECES = [
  '  ',
  ' ',
  '- ',
  '-',
  'a: ',
  'b:',
  'key.x: ',
  'x_y:',
  'v',
  '"q"',
  "'s'",
  '~',
  'null',
  '#c',
  ' # c',
  '[a, b]',
  '[]',
  '{}',
  '"q # r"',
  'a#b',
  'x:y',
  '-1',
  'include: ',
  '&a ',
  '*a',
  '|',
  '1 2',
  ',',
  '\\',
  "it's",
  '!',
  '$V',
];
const wildLine = fc.array(fc.constantFrom(...PIECES), { maxLength: 5 }).map((parts) => parts.join(''));
const pick = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
/** Lines of nearly the usual form, so that many documents are right. */
const usualLine = fc
  .tuple(
    pick('', '', '  ', '    '),
    pick('', '', '- '),
    pick('a:', 'b:', 'x_y:', 'k.d:'),
    pick('', ' v', ' "q"', " 's'", ' ~', ' [a, b]', ' a#b', ' "q # r"', ' 1 2', ' []'),
    pick('', '', ' # c'),
  )
  .map((parts) => parts.join(''));
const line = fc.oneof({ arbitrary: usualLine, weight: 9 }, { arbitrary: wildLine, weight: 1 });
const source = fc.array(line, { maxLength: 8 }).map((lines) => `${HEADER}${lines.join('\n')}\n`);

function simplify(tree: YamlTree | undefined): unknown {
  if (tree === undefined) return undefined;
  if (tree.kind === 'text') return tree.isEmpty ? { empty: true } : [tree.value, tree.start];
  if (tree.kind === 'sequence') return tree.items.map(simplify);
  return tree.pairs.map(({ key, value }) => [simplify(key), simplify(value)]);
}

describe('configuration files', () => {
  it('read quickly are what the library reads', () => {
    let answered = 0;
    fc.assert(
      fc.property(source, (text) => {
        const quick = parsePlainYaml(text);
        if (quick === undefined) return;
        answered++;
        const full = parseAnyYaml(text);
        assert.ok(full.ok, full.ok ? '' : full.message);
        assert.deepEqual(simplify(quick), simplify(full.tree));
      }),
      { numRuns: 3000 },
    );
    assert.ok(answered > 200);
  });

  it('of any text load or fail with a message, and dump', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          source,
          fc.string().map((text) => HEADER + text),
        ),
        (text) => {
          const root = new ConfigNode('');
          const messages: Parameters<typeof loadConfigText>[3] = [];
          const ok = loadConfigText(root, text, 'any.yaml', messages);
          assert.equal(ok, !messages.some((one) => one.level === 'error'));
          dumpConfig(root);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
