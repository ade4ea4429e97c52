// The quick reader and the library agree, text for text and place for place, wherever the quick one answers.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DEFAULT_CONFIG } from '../../src/config/defaults.ts';
import { parsePlainYaml } from '../../src/config/yaml-plain.ts';
import { parseAnyYaml } from '../../src/config/yaml-tree.ts';
import type { YamlTree } from '../../src/config/yaml-tree.ts';
import { HEADER } from './support.ts';

const SUITE = resolve(import.meta.dirname, '../../../shared/suricata-verify/tests');

/** Without the ranges of mappings and sequences, which nobody uses the end of. */
function simplify(tree: YamlTree | undefined): unknown {
  if (tree === undefined) return undefined;
  if (tree.kind === 'text') return tree.isEmpty ? { empty: true } : [tree.value, tree.start];
  if (tree.kind === 'sequence') return tree.items.map(simplify);
  return tree.pairs.map(({ key, value }) => [simplify(key), simplify(value)]);
}

function compare(source: string, name: string): boolean {
  const quick = parsePlainYaml(source);
  if (quick === undefined) return false;
  const full = parseAnyYaml(source);
  assert.ok(full.ok, name);
  assert.deepEqual(simplify(quick), simplify(full.tree), name);
  return true;
}

describe('quick YAML reader', () => {
  it('reads our default configurations like the library', () => {
    assert.ok(compare(readFileSync(resolve('config/tayra.yaml'), 'utf8'), 'tayra.yaml'));
    assert.ok(compare(DEFAULT_CONFIG, 'defaults'));
  });

  const plain = [
    'a: 1\nb:\n- x\n- y: 1\n  z: "q # r" # c\n-   w\n',
    'a: \'x\'  # c\nb: c#d\nc: [1, "2", x y]\nd: []\n',
    'a b: c\ne: -1\nf: http://x/y\n',
  ];
  for (const body of plain) it(`agrees on ${JSON.stringify(body)}`, () => assert.ok(compare(HEADER + body, body)));

  const special = [
    'a: |\n  x\n',
    'a: &x 1\n',
    'a: x\n  y\n',
    'a: "x\n  y"\n',
    'a: {b: 1}\n',
    'a: !x 1\n',
    '- - a\n',
    'a: [x\n',
    'a: "\\t"\n',
    '? a\n',
    '---\n',
    'a: b: c\n',
    'a:\tb\n',
  ];
  for (const body of special)
    it(`leaves ${JSON.stringify(body)} to the library`, () => assert.equal(parsePlainYaml(HEADER + body), undefined));

  it('reads the configurations of the conformance suite like the library', function () {
    this.timeout(120_000);
    if (!existsSync(SUITE)) {
      console.log(`      skipped: ${SUITE} is absent`);
      this.skip();
    }
    const files = readdirSync(SUITE, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('suricata.yaml'),
    );
    const quick = files.filter((name) => compare(readFileSync(join(SUITE, name), 'utf8'), name));
    assert.ok(quick.length > 0.95 * files.length);
  });
});
