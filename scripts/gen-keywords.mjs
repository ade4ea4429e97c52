// Writes src/keywords/registry.ts: every file below src/keywords that has a default export.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'keywords');

function plugins(at) {
  return readdirSync(at, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(at, entry.name);
      if (entry.isDirectory()) return plugins(path);
      const isPlugin =
        entry.name.endsWith('.ts') &&
        entry.name !== 'registry.ts' &&
        /^export default |\bas default\b/m.test(readFileSync(path, 'utf8'));
      return isPlugin ? [relative(folder, path).replaceAll('\\', '/')] : [];
    });
}

const files = plugins(folder);
const local = (file) =>
  file
    .slice(0, -3)
    .replace(/[^a-zA-Z0-9]+(.)/g, (_, c) => c.toUpperCase())
    .replace(/^(\d)/, '_$1') + 'Keyword';

const text = `// Every keyword the compiler is given; generated from this folder (npm run gen).

${files.map((file) => `import ${local(file)} from './${file}';`).join('\n')}

import type { KeywordDefinition } from '../framework/keyword.ts';

const files: readonly (KeywordDefinition | readonly KeywordDefinition[])[] = [
${files.map((file) => `  ${local(file)},`).join('\n')}
];

/** Keywords in the order of their files. */
export const KEYWORDS: readonly KeywordDefinition[] = files.flatMap((file) => (Array.isArray(file) ? file : [file]) as KeywordDefinition[]);

const byName = new Map<string, KeywordDefinition>();
for (const keyword of KEYWORDS) for (const name of [keyword.name, ...(keyword.aliases ?? [])]) byName.set(name, keyword);

/** A keyword by name or alias, lower case. */
export function findKeyword(name: string): KeywordDefinition | undefined {
  return byName.get(name);
}
`;
writeFileSync(join(folder, 'registry.ts'), text);
