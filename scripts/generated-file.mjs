// A file made by a script: written when it differs, or (with `--check`) only compared.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

const isCheck = process.argv.includes('--check');

/** Gives `target` its text; when only checking, a difference is told and fails the process. */
export function settle(target, text) {
  if (existsSync(target) && readFileSync(target, 'utf8') === text) return;
  const name = relative(ROOT, target).replaceAll('\\', '/');
  if (isCheck) {
    console.error(`${name} is stale: npm run gen`);
    process.exitCode = 1;
  } else {
    writeFileSync(target, text);
    console.log(`wrote ${name}`);
  }
}
