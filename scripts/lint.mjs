// Runs every check of the sources, all of them even when one fails; `npm run lint -- types layers` runs only those.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const fromModules = (path) => join(root, 'node_modules', path);

/** Each check is one program of Node; a status other than 0 fails it. */
const CHECKS = [
  { name: 'generated', args: [join(root, 'scripts', 'gen.mjs'), '--check'] },
  { name: 'types', args: [fromModules('typescript/bin/tsc'), '-p', 'tsconfig.json'] },
  {
    name: 'layers',
    args: [fromModules('dependency-cruiser/bin/dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', 'src'],
  },
  {
    name: 'format',
    args: [fromModules('prettier/bin/prettier.cjs'), '--check', '--cache', '--log-level', 'warn', '.'],
  },
  { name: 'eslint', args: [fromModules('eslint/bin/eslint.js'), '.'] },
  { name: 'unused', args: [fromModules('knip/bin/knip.js'), '--no-progress', '--no-config-hints'] },
];

/** Runs one check, shows what it says (warnings too), and tells whether it passed. */
function passes({ name, args }) {
  if (!existsSync(args[0])) {
    console.log(`${name}: not installed; run npm run setup`);
    return false;
  }
  const started = Date.now();
  const run = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
  const isClean = run.status === 0;
  const said = `${run.stdout ?? ''}${run.stderr ?? ''}`.trim();
  if (said !== '') console.log(said);
  console.log(`${name}: ${isClean ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return isClean;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !CHECKS.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`no such check: ${unknown.join(', ')}; there are ${CHECKS.map((check) => check.name).join(', ')}`);
  process.exit(2);
}
const chosen = CHECKS.filter((check) => wanted.length === 0 || wanted.includes(check.name));
const failed = chosen.filter((check) => !passes(check)).map((check) => check.name);
console.log(failed.length === 0 ? 'lint: all checks passed' : `lint: failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
