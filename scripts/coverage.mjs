// Runs the tests and measures which lines and branches of src/ they reach; fails below what .c8rc.json records.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const hooks = pathToFileURL(join(root, 'scripts', 'coverage-hooks.mjs')).href;
const c8 = join(root, 'node_modules', 'c8', 'bin', 'c8.js');
// The test runner starts processes of its own, which take the hooks from the environment.
const env = { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${hooks}`.trim() };
const args = [c8, process.execPath, join('scripts', 'test.mjs'), ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' }).status ?? 1;
