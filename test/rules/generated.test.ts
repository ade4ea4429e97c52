import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

describe('generated parsers', () => {
  it('are what the grammars compile to', async () => {
    const script = (await import(pathToFileURL(join(root, 'scripts/gen-grammar.mjs')).href)) as {
      GRAMMARS: { source: string; target: string }[];
      compileGrammar: (grammar: { source: string; target: string }) => string;
    };
    assert.equal(script.GRAMMARS.length, 3);
    for (const grammar of script.GRAMMARS) {
      assert.equal(readFileSync(join(root, grammar.target), 'utf8'), script.compileGrammar(grammar), grammar.source);
    }
  });
});
