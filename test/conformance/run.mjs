// Runs the conformance suite over the built program and keeps baseline.txt, the list of tests that pass.
//
//   node test/conformance/run.mjs            the tests of the baseline; fails when one no longer passes
//   node test/conformance/run.mjs --all      every test of the list; new passes are added to the baseline
//   node test/conformance/run.mjs --target   those that need no application layer, Lua or firewall mode
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const shared = join(root, '..', 'shared');
const suite = join(shared, 'suricata-verify');
const baseline = join(here, 'baseline.txt');
const mode = process.argv[2] ?? '--baseline';

if (!existsSync(suite)) {
  console.log('skipped: ../shared/suricata-verify is absent');
  process.exit(0);
}

const lines = (file) =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
    : [];

/** Tests whose traffic and rules need neither an application layer nor Lua nor firewall mode. */
function targetTests() {
  const [header, ...rows] = lines(join(suite, 'catalog.tsv')).map((line) => line.split('\t'));
  const at = (name) => header.indexOf(name);
  return rows
    .filter((row) => row[at('app_protocols')].split(',').every((one) => ['none', 'icmp', 'arp', 'sctp'].includes(one)))
    .filter(
      (row) => !/lua|firewall/i.test([row[at('features')], row[at('requires_features')], row[at('category')]].join()),
    )
    .map((row) => row[at('test')]);
}

const work = mkdtempSync(join(tmpdir(), 'tayra-conformance-'));
const srcdir = join(work, 'srcdir');
mkdirSync(join(srcdir, 'etc'), { recursive: true });
const config = readFileSync(join(root, 'config', 'tayra.yaml'), 'utf8').replace(
  'community-id: yes',
  'community-id: no',
);
writeFileSync(join(srcdir, 'suricata.yaml'), config);
for (const name of ['classification.config', 'reference.config'])
  cpSync(join(root, 'config', name), join(srcdir, 'etc', name));

const list = join(work, 'list.txt');
const chosen = mode === '--all' ? lines(join(suite, 'dev.txt')) : mode === '--target' ? targetTests() : lines(baseline);
writeFileSync(list, `${chosen.join('\n')}\n`);
const passing = join(work, 'passing.txt');
const args = [
  join(shared, 'verify', 'verify.mjs'),
  ...[
    '--bin',
    `${process.execPath} ${join(root, 'dist', 'cli', 'main.js')}`,
    '--version',
    '9.0.0',
    '--features',
    'LIBNET1.1,HAVE_JA3,HAVE_JA4',
  ],
  ...['--suite', suite, '--list', list, '--catalog', join(suite, 'catalog.tsv'), '--srcdir', srcdir],
  ...[
    '--schema',
    join(shared, 'suricata-etc', 'schema.json'),
    '--jobs',
    '2',
    '--quiet',
    '--work',
    work,
    '--write-baseline',
    passing,
  ],
  ...(mode === '--baseline' ? ['--baseline', baseline] : []),
];
const run = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
if (mode !== '--baseline' && existsSync(passing)) {
  const all = new Set([...lines(baseline), ...lines(passing)]);
  writeFileSync(baseline, `# Conformance tests that pass; grows only.\n${[...all].sort().join('\n')}\n`);
}
rmSync(work, { recursive: true });
process.exit(mode === '--baseline' ? (run.status ?? 1) : 0);
