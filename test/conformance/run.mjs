// Runs the conformance suite over the built program and keeps baseline.txt, the list of tests that pass.
//
//   npm run conformance                      the tests of the baseline; fails when one no longer passes
//   npm run conformance -- --all             every test of the list; new passes are added to the baseline
//   npm run conformance -- --target          those that need no application layer, Lua or firewall mode; likewise
//   npm run conformance -- --filter NAME     tests with NAME (or matching a glob) in their path; may be repeated
//   ... --jobs N                             so many at a time (default: the processors there are)
//   ... --keep                               leave the scratch tree, with the output of every test
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const shared = join(root, '..', 'shared');
const suite = join(shared, 'suricata-verify');
const catalog = join(suite, 'catalog.tsv');
const baseline = join(here, 'baseline.txt');

/** Version and features the tests are told, for their conditions. */
const IDENTITY = [
  '--version',
  '9.0.0',
  '--features',
  'LIBNET1.1,HAVE_JA3,HAVE_JA4,MAGIC,GeoIP2,QA_SIMULATION,UNIX_SOCKET',
];

function readOptions() {
  try {
    const flag = { type: 'boolean', default: false };
    return parseArgs({
      options: {
        all: flag,
        target: flag,
        keep: flag,
        filter: { type: 'string', multiple: true, default: [] },
        jobs: { type: 'string', default: String(availableParallelism()) },
      },
    }).values;
  } catch (error) {
    console.error(`${error.message}\nusage: npm run conformance -- [--all|--target|--filter NAME] [--jobs N] [--keep]`);
    process.exit(2);
  }
}

function lines(file) {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Tests whose traffic and rules need neither an application layer nor Lua nor firewall mode. */
function targetTests() {
  const [header, ...rows] = lines(catalog).map((line) => line.split('\t'));
  const cell = (row, name) => row[header.indexOf(name)];
  const isPlain = (protocol) => ['none', 'icmp', 'arp', 'sctp'].includes(protocol);
  const needs = (row) => ['features', 'requires_features', 'category'].map((name) => cell(row, name)).join();
  return rows
    .filter((row) => cell(row, 'app_protocols').split(',').every(isPlain) && !/lua|firewall/i.test(needs(row)))
    .map((row) => cell(row, 'test'));
}

/** What the tests take from a source folder: the configuration that ships, without what Suricata's leaves off. */
function makeSourceFolder(folder) {
  mkdirSync(join(folder, 'etc'), { recursive: true });
  const config = readFileSync(join(root, 'config', 'tayra.yaml'), 'utf8')
    .replace('community-id: yes', 'community-id: no')
    .replace('filename: tayra.log', 'filename: suricata.log');
  writeFileSync(join(folder, 'suricata.yaml'), config);
  for (const name of ['classification.config', 'reference.config'])
    cpSync(join(root, 'config', name), join(folder, 'etc', name));
}

/** Which tests, and what verify.mjs does with them, by what was asked. */
function choose({ all, target, filter }) {
  if (filter.length > 0) {
    const names = lines(join(suite, 'dev.txt'));
    return { names, args: filter.flatMap((name) => ['--filter', name]), grows: false };
  }
  if (all || target)
    return {
      names: all ? lines(join(suite, 'dev.txt')) : targetTests(),
      args: ['--quiet', '--catalog', catalog],
      grows: true,
    };
  return { names: lines(baseline), args: ['--quiet', '--baseline', baseline], grows: false };
}

function addToBaseline(passing) {
  const tests = [...new Set([...lines(baseline), ...passing])].sort();
  writeFileSync(baseline, `# Conformance tests that pass; grows only.\n${tests.join('\n')}\n`);
}

const options = readOptions();
if (!existsSync(suite)) {
  console.log('skipped: ../shared/suricata-verify is absent');
  process.exit(0);
}
const work = mkdtempSync(join(tmpdir(), 'tayra-conformance-'));
const inWork = (name) => join(work, name);
makeSourceFolder(inWork('srcdir'));
const { names, args, grows } = choose(options);
writeFileSync(inWork('list.txt'), `${names.join('\n')}\n`);
const run = spawnSync(
  process.execPath,
  [
    join(shared, 'verify', 'verify.mjs'),
    ...['--bin', `${process.execPath} ${join(root, 'dist', 'cli', 'tayra.js')}`, ...IDENTITY],
    ...['--suite', suite, '--list', inWork('list.txt'), '--srcdir', inWork('srcdir')],
    ...['--schema', join(shared, 'suricata-etc', 'schema.json'), '--jobs', options.jobs, '--work', work],
    ...['--write-baseline', inWork('passing.txt'), ...(options.keep ? ['--keep'] : []), ...args],
  ],
  { cwd: root, stdio: 'inherit' },
);
if (grows) addToBaseline(lines(inWork('passing.txt')));
if (options.keep || (options.filter.length > 0 && run.status !== 0)) console.log(`left in ${work}`);
else rmSync(work, { recursive: true });
// Failures are what a growing baseline expects; a runner that did not run is another matter.
process.exit(grows && run.status === 1 ? 0 : (run.status ?? 1));
