// Compiles grammar/*.ne with nearley into src/rules/*.generated.ts; `--check` only says whether they are fresh.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const nearley = require('nearley');
const compile = require('nearley/lib/compile');
const generate = require('nearley/lib/generate');
const bootstrapped = require('nearley/lib/nearley-language-bootstrapped');

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

export const GRAMMARS = [
  { source: 'grammar/rule.ne', target: 'src/rules/grammar.generated.ts', name: 'ruleGrammar' },
  { source: 'grammar/address.ne', target: 'src/rules/address-grammar.generated.ts', name: 'addressGrammar' },
  { source: 'grammar/port.ne', target: 'src/rules/port-grammar.generated.ts', name: 'portGrammar' },
];

/** TypeScript of one grammar: nearley's output without its unused helpers, exported by name. */
export function compileGrammar({ source, name }) {
  const parser = new nearley.Parser(nearley.Grammar.fromCompiled(bootstrapped));
  parser.feed(readFileSync(join(root, source), 'utf8'));
  const code = generate(compile(parser.results[0], { args: [source], version: '' }), name);
  const body = code
    .replace(/^\/\/ Generated automatically by nearley.*\n(?:\/\/.*\n)*/m, '')
    .replace(/^\/\/ Bypasses TS6133.*\n/m, '')
    .replace(/^function id\(.*\n/m, '')
    .replace(/^declare var (\w+): any;\n/gm, '')
    .replace(/\(lexer\.has\("(\w+)"\) \? \{type: "\1"\} : \1\)/g, '{ type: "$1" }')
    .replace(/^interface NearleyToken [\s\S]*?^};\n/m, '')
    .replace(/^interface NearleyLexer [\s\S]*?^};\n/m, '')
    .replace(/^interface NearleyRule [\s\S]*?^};\n/m, '')
    .replace(/^type NearleySymbol .*\n/m, '')
    .replace(/^interface Grammar [\s\S]*?^};\n/m, '')
    .replace(/const grammar: Grammar = /, `export const ${name}: CompiledGrammar = `)
    .replace(/^export default grammar;\n?/m, '')
    .replace(/^\s*\n/gm, '');
  return (
    `// Generated from ${source} by scripts/gen-grammar.mjs: edit that file and run it again.\n` +
    `import type { CompiledGrammar } from './grammar-runner.ts'\n${body.trimEnd()}\n`
  );
}

function main() {
  const isCheck = process.argv.includes('--check');
  for (const grammar of GRAMMARS) {
    const target = join(root, grammar.target);
    const code = compileGrammar(grammar);
    if (!isCheck) writeFileSync(target, code);
    else if (readFileSync(target, 'utf8') !== code) {
      console.error(`${grammar.target} is not what ${grammar.source} compiles to: run node scripts/gen-grammar.mjs`);
      process.exitCode = 1;
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
