// Set-up: Debian packages, npm modules, native add-on, compiled sources. A second run finds nothing to do.
// `npm run setup` itself (`--retry`) tries again what failed; the other commands go on without it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = join(root, 'node_modules', '.cache', 'tayra-setup.json');
const isRetry = process.argv.includes('--retry');

/** What the native add-on needs: Debian's name, other systems' name, and what shows that it is there. */
const PACKAGES = [
  { debian: 'g++', other: 'a C++17 compiler', isThere: () => onPath('g++', 'clang++', 'c++', 'cl.exe') },
  { debian: 'make', other: 'make', isThere: () => onPath('make', 'msbuild.exe') },
  { debian: 'python3', other: 'Python 3', isThere: () => onPath('python3', 'python.exe') },
  {
    debian: process.arch === 'x64' ? 'libhyperscan-dev' : 'libvectorscan-dev',
    other: 'Hyperscan or Vectorscan with headers',
    isThere: () => hasHeader('hs/hs.h'),
  },
  { debian: 'libpcre2-dev', other: 'PCRE2 with headers', isThere: () => hasHeader('pcre2.h') },
];

function onPath(...programs) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return programs.some((program) => folders.some((folder) => existsSync(join(folder, program))));
}

function hasHeader(name) {
  return ['/usr/include', '/usr/local/include', '/opt/homebrew/include'].some((at) => existsSync(join(at, name)));
}

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
  const missing = PACKAGES.filter((entry) => !entry.isThere());
  if (missing.length === 0) return;
  const names = missing.map((entry) => entry.debian);
  if (!isRetry && stamp.missing === names.join(' ')) return;
  if (!onPath('apt-get')) {
    say(`missing: ${missing.map((entry) => entry.other).join(', ')}. Without them matching is done in TypeScript,`);
    say('more slowly. Install them with the system’s package manager, then: npm run setup');
  } else if (process.getuid?.() !== 0) {
    say(`missing: ${names.join(', ')}. Without them matching is done in TypeScript, more slowly. To install:`);
    say(`  sudo apt-get install ${names.join(' ')} && npm run setup`);
  } else installDebian(names);
  const left = PACKAGES.filter((entry) => !entry.isThere()).map((entry) => entry.debian);
  stamp.missing = left.join(' ');
}

function installDebian(names) {
  say(`installing ${names.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quietly = ['-qq', '-o', 'Dpkg::Use-Pty=0'];
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
    ...PACKAGES.filter((entry) => entry.isThere()).map((entry) => entry.debian),
  ].join(' ');
  const built = join(root, 'build', 'Release', 'tayra_native.node');
  if (stamp.native === key && (existsSync(built) || (stamp.hasNoAddon && !isRetry))) return;
  say('building the native add-on');
  const problem = buildAddon();
  if (problem !== '')
    say(`the native add-on did not build; going on without it (npm run setup tries again)\n${problem}`);
  stamp.native = key;
  stamp.hasNoAddon = problem !== '';
}

/** @returns what went wrong, empty when nothing did */
function buildAddon() {
  const prefix = join(dirname(process.execPath), '..');
  // Headers come with Node; node-gyp would download them from elsewhere.
  if (!existsSync(join(prefix, 'include', 'node', 'node_api.h')))
    return `Node's headers are not in ${join(prefix, 'include', 'node')}: use a Node that brings them (Debian: libnode-dev)`;
  const gyp = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  const args = [gyp, 'rebuild', '--loglevel=error', `--nodedir=${prefix}`];
  const build = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  return build.status === 0 ? '' : (build.stderr ?? '').split('\n').slice(-15).join('\n');
}

function compile(stamp) {
  const sources = filesBelow(join(root, 'src')).filter((file) => file.endsWith('.ts'));
  const key = hashOf([...sources, join(root, 'tsconfig.json'), join(root, 'tsconfig.build.json')]);
  if (stamp.build === key && existsSync(join(root, 'dist', 'cli', 'main.js'))) return;
  say('compiling');
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  if (run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--incremental', 'false'])) stamp.build = key;
  else process.exitCode = 1;
}

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(`set-up: Node.js 20 or later is needed; this is ${process.version}`);
  process.exit(1);
}
const stamp = readJson(stampFile) ?? {};
systemPackages(stamp);
nodeModules();
nativeAddon(stamp);
compile(stamp);
mkdirSync(dirname(stampFile), { recursive: true });
writeFileSync(stampFile, JSON.stringify(stamp));
