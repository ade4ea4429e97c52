// Runs the tests and closes with one line of counts; says what was skipped because its material is absent.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'tayra-test-'));
const report = join(folder, 'report.json');

if (!existsSync(join(root, '..', 'shared'))) {
  console.log('../shared is absent: tests against real rules, captures and the conformance suite are skipped');
}
const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
const args = [
  mocha,
  '--exit', // a handle that a test leaves open costs nobody a run
  '--reporter',
  'json',
  '--reporter-option',
  `output=${report}`,
  ...(process.argv.length > 2 ? process.argv.slice(2) : ['test/**/*.test.ts']),
];
const run = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
if (!existsSync(report)) {
  console.error('the test runner ended without a report');
  process.exit(run.status === 0 ? 1 : (run.status ?? 1));
}
const { stats, failures, pending } = JSON.parse(readFileSync(report, 'utf8'));
rmSync(folder, { recursive: true });
for (const test of pending) console.log(`skipped: ${test.fullTitle}`);
for (const test of failures) console.log(`FAILED: ${test.fullTitle}\n${test.err.stack ?? test.err.message ?? ''}`);
console.log(`${stats.passes} passed, ${stats.failures} failed, ${stats.pending} skipped`);
process.exit(stats.failures > 0 || stats.passes === 0 ? 1 : 0);
