// Set-up: Debian packages, npm modules, native add-on, compiled sources. A second run finds nothing to do.
// `npm run setup` itself (`--retry`) tries again what failed; the other commands go on without it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADDON_FILE, buildAddon, libraries, missingNeeds, onPath } from './addon.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = join(root, 'node_modules', '.cache', 'tayra-setup.json');
/** How long to wait for another program that installs packages. */
const LOCK_SECONDS = 300;
/** What scripts/bundle.mjs makes, below dist/ and without its extension. */
const BUNDLES = ['tayra', 'rule-thread', 'pattern-thread', 'redis-thread'].map((name) => join('cli', name));
const TEST_PROGRAMS = [
  { program: 'ip', debian: 'iproute2' },
  { program: 'iptables', debian: 'iptables' },
  { program: 'redis-server', debian: 'redis-server' },
];
const isRetry = process.argv.includes('--retry');

function say(text) {
  console.log(`set-up: ${text}`);
}

function run(command, args, options = {}) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options }).status === 0;
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) if (existsSync(file)) hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest('hex');
}

/** A JSON file, or undefined when it is absent or damaged (then what it tells of is done anew). */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Installs missing Debian packages where that is possible, and says what to install where it is not. */
function systemPackages(stamp) {
  const missing = missingNeeds();
  if (missing.length === 0) return;
  const names = missing.map((entry) => entry.debian);
  if (!isRetry && stamp.missing === names.join(' ')) return;
  if (!onPath('apt-get')) {
    say(`missing: ${missing.map((entry) => entry.words).join(', ')}. Without them matching is done in TypeScript,`);
    say('more slowly. Install them with the system’s package manager, then: npm run setup');
  } else if (process.getuid?.() !== 0) {
    say(`missing: ${names.join(', ')}. Without them matching is done in TypeScript, more slowly. To install:`);
    say(`  sudo apt-get install ${names.join(' ')} && npm run setup`);
  } else installDebian(names);
  stamp.missing = missingNeeds()
    .map((entry) => entry.debian)
    .join(' ');
}

/** Programs that only tests of a real network need: installed where that is possible, else those tests are skipped. */
function testPrograms(stamp) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !onPath('apt-get')) return;
  const missing = TEST_PROGRAMS.filter(({ program }) => !onPath(program)).map(({ debian }) => debian);
  const key = missing.join(' ');
  if (missing.length === 0 || (!isRetry && stamp.missingForTests === key)) return;
  installDebian(missing);
  stamp.missingForTests = key;
}

function installDebian(names) {
  say(`installing ${names.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Another installation may be under way (unattended upgrades): wait for it, rather than go on without the libraries.
  const quietly = ['-qq', '-o', 'Dpkg::Use-Pty=0', '-o', `DPkg::Lock::Timeout=${String(LOCK_SECONDS)}`];
  run('apt-get', ['update', ...quietly], { env });
  const install = ['install', '-y', ...quietly, '--no-install-recommends', ...names];
  if (!run('apt-get', install, { env, stdio: ['ignore', 'ignore', 'inherit'] }))
    say(`these could not all be installed: ${names.join(', ')}; going on without (npm run setup tries again)`);
}

/** Whether every module that the lock file asks for is there in that version; optional ones may be absent. */
function areModulesCurrent() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages ?? {};
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (installed === undefined) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || (installed[path] === undefined ? optional === true : installed[path].version === version),
  );
}

function nodeModules() {
  if (areModulesCurrent()) return;
  say('npm ci');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if (run(npm, args, { shell: process.platform === 'win32' })) return;
  console.error('set-up: npm ci failed (see above)');
  process.exit(1);
}

/** The add-on is optional: without it matching falls back to TypeScript. */
function nativeAddon(stamp) {
  const key = [
    hashOf([join(root, 'binding.gyp'), ...filesBelow(join(root, 'src', 'native', 'addon'))]),
    ...missingNeeds().map((entry) => entry.debian),
  ].join(' ');
  if (stamp.native === key && (existsSync(ADDON_FILE) || (stamp.hasNoAddon && !isRetry))) return;
  say('building the native add-on');
  const problem = buildAddon();
  if (problem !== '')
    say(`the native add-on did not build; going on without it (npm run setup tries again)\n${problem}`);
  else reportLibraries();
  stamp.native = key;
  stamp.hasNoAddon = problem !== '';
}

/** Says what the add-on was built with; loudly where the set-up could have installed what is missing. */
function reportLibraries() {
  const { found, missing } = libraries();
  say(`native add-on built with ${found.length === 0 ? 'neither Hyperscan nor PCRE2' : found.join(' and ')}`);
  if (missing.length === 0 || !onPath('apt-get') || process.getuid?.() !== 0) return;
  console.error(`set-up: WARNING: ${missing.join(' and ')} could not be installed although this is root:`);
  console.error(
    'set-up: WARNING: matching is done in TypeScript, several times slower. See above; then: npm run setup',
  );
}

function compile(stamp) {
  const sources = filesBelow(join(root, 'src')).filter((file) => file.endsWith('.ts'));
  const bundle = join(root, 'scripts', 'bundle.mjs');
  const key = hashOf([...sources, join(root, 'tsconfig.json'), join(root, 'tsconfig.build.json'), bundle]);
  if (stamp.build === key && BUNDLES.every((name) => existsSync(join(root, 'dist', `${name}.js`)))) return;
  say('compiling');
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const isCompiled = run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--incremental', 'false']);
  if (isCompiled && run(process.execPath, [bundle])) stamp.build = key;
  else process.exitCode = 1;
  removeStale(join(root, 'dist'), new Set(sources.map((file) => relative(join(root, 'src'), file).slice(0, -3))));
}

/** Removes what was compiled from sources that are gone. */
function removeStale(dist, sources) {
  for (const file of filesBelow(dist)) {
    const source = relative(dist, file).replace(/(\.d\.ts|\.js|\.js\.map)$/, '');
    if (!sources.has(source) && !BUNDLES.includes(source)) rmSync(file);
  }
}

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(`set-up: Node.js 20 or later is needed; this is ${process.version}`);
  process.exit(1);
}
const stamp = readJson(stampFile) ?? {};
systemPackages(stamp);
testPrograms(stamp);
nodeModules();
nativeAddon(stamp);
compile(stamp);
mkdirSync(dirname(stampFile), { recursive: true });
writeFileSync(stampFile, JSON.stringify(stamp));
