// Writes what is made from other files: registries of plug-ins, rule parsers, then what needs the sources to run: the
// reference in docs/ and the shipped rules on events. `--check` only compares.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { GRAMMARS, compileGrammar } from './gen-grammar.mjs';
import { ROOT as root, settle } from './generated-file.mjs';

/** One registry for each kind of plug-in; `suffix` keeps the names of imports apart from reserved words. */
const REGISTRIES = [
  {
    folder: 'layers',
    suffix: 'Layer',
    text: (files) => `// Every encapsulation the decoder is given; generated from this folder (npm run gen).

${imports(files)}

import type { LayerDefinition } from '../framework/layer.ts';

/** Layers in the order of their files. */
export const LAYERS: readonly LayerDefinition[] = [${names(files)}];
`,
  },
  {
    folder: 'keywords',
    suffix: 'Keyword',
    text: (files) => `// Every keyword the compiler is given; generated from this folder (npm run gen).

${imports(files)}

import type { KeywordDefinition } from '../framework/keyword.ts';

const files: readonly (KeywordDefinition | readonly KeywordDefinition[])[] = [${names(files)}];

/** Keywords in the order of their files. */
export const KEYWORDS: readonly KeywordDefinition[] = files.flatMap(
  (file) => (Array.isArray(file) ? file : [file]) as KeywordDefinition[],
);

const byName = new Map<string, KeywordDefinition>();
for (const keyword of KEYWORDS)
  for (const name of [keyword.name, ...(keyword.aliases ?? [])]) byName.set(name, keyword);

/** A keyword by name or alias, lower case. */
export function findKeyword(name: string): KeywordDefinition | undefined {
  return byName.get(name);
}
`,
  },
  {
    folder: 'app',
    suffix: 'Protocol',
    text: (files) => `// Every application protocol that is looked for; generated from this folder (npm run gen).

${imports(files)}

import type { ProtocolDefinition } from '../framework/app-protocol.ts';

const files: readonly (ProtocolDefinition | readonly ProtocolDefinition[])[] = [${names(files)}];

/** Protocols in the order of their files. */
export const PROTOCOLS: readonly ProtocolDefinition[] = files.flatMap(
  (file) => (Array.isArray(file) ? file : [file]) as ProtocolDefinition[],
);
`,
  },
  {
    folder: 'output',
    suffix: 'Output',
    text: (files) => `// Every output the configuration may name; generated from this folder (npm run gen).

${imports(files)}

import type { OutputDefinition } from '../framework/output.ts';

/** Outputs in the order of their files. */
export const OUTPUTS: readonly OutputDefinition[] = [${names(files)}];
`,
  },
];

const imports = (files) => files.map(({ local, path }) => `import ${local} from './${path}';`).join('\n');
const names = (files) => files.map(({ local }) => local).join(', ');

/** Paths below `at` of the files that have a default export, in alphabetical order. */
function pluginFiles(at) {
  return readdirSync(at, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(at, entry.name);
      if (entry.isDirectory()) return pluginFiles(path);
      const isPlugin =
        entry.name.endsWith('.ts') &&
        entry.name !== 'registry.ts' &&
        /^export default |\bas default\b/m.test(readFileSync(path, 'utf8'));
      return isPlugin ? [path] : [];
    });
}

/** Name of an import, e.g. `tcp/flags.ts` -> `tcpFlagsKeyword`, `eve/index.ts` -> `eveOutput`. */
function localName(path, suffix) {
  const words = path
    .replace(/(\/index)?\.ts$/, '')
    .replace(/[^a-zA-Z0-9]+(.)/g, (_, letter) => letter.toUpperCase())
    .replace(/^(\d)/, '_$1');
  return `${words}${suffix}`;
}

async function formatted(text, target) {
  const { format, resolveConfig } = await import('prettier');
  return format(text, { ...(await resolveConfig(target)), parser: 'typescript' });
}

async function registry({ folder, suffix, text }) {
  const base = join(root, 'src', folder);
  const target = join(base, 'registry.ts');
  const files = pluginFiles(base).map((file) => {
    const path = relative(base, file).replaceAll('\\', '/');
    return { path, local: localName(path, suffix) };
  });
  return { target, code: await formatted(text(files), target) };
}

/** Everything that is generated: where it goes and what it must hold. */
async function generated() {
  const grammars = GRAMMARS.map((grammar) => ({ target: join(root, grammar.target), code: compileGrammar(grammar) }));
  return [...(await Promise.all(REGISTRIES.map(registry))), ...grammars];
}

for (const { target, code } of await generated()) settle(target, code);

for (const name of ['gen-docs.mjs', 'gen-event-rules.mjs']) {
  const args = ['--import', 'tsx', join(root, 'scripts', name), ...process.argv.slice(2)];
  if (spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status !== 0) process.exitCode = 1;
}
