// Set-up: Debian packages, npm modules, native add-on, compiled sources. A second run finds nothing to do.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = join(root, 'node_modules', '.cache', 'tayra-setup.json');

/** What the native add-on needs, by the file that shows it is there. */
const PACKAGES = [
  { name: 'g++', isThere: () => onPath('g++') },
  { name: 'make', isThere: () => onPath('make') },
  { name: 'python3', isThere: () => onPath('python3') },
  { name: 'libhyperscan-dev', isThere: () => existsSync('/usr/include/hs/hs.h') },
  { name: 'libpcre2-dev', isThere: () => existsSync('/usr/include/pcre2.h') },
];

function onPath(program) {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)));
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

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {}; // none yet, or from another version: everything is done anew
  }
}

function writeStamp(stamp) {
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify(stamp));
}

/** Installs missing Debian packages where that is possible, and says what to install where it is not. */
function systemPackages() {
  const missing = PACKAGES.filter((entry) => !entry.isThere()).map((entry) => entry.name);
  if (missing.length === 0) return;
  const canInstall = onPath('apt-get') && process.getuid?.() === 0;
  if (!canInstall) {
    say(`missing: ${missing.join(', ')}. Install them for full speed, on Debian: apt-get install ${missing.join(' ')}`);
    return;
  }
  say(`installing ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], { env });
  if (!run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env })) {
    say('some Debian packages could not be installed; going on without');
  }
}

function nodeModules(stamp) {
  const lock = hashOf([join(root, 'package-lock.json')]);
  if (stamp.lock === lock && existsSync(join(root, 'node_modules', 'typescript'))) return;
  say('npm ci');
  if (!run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])) {
    console.error('set-up: npm ci failed (see above)');
    process.exit(1);
  }
  stamp.lock = lock;
}

/** The add-on is optional: without it matching falls back to TypeScript. */
function nativeAddon(stamp) {
  if (!existsSync(join(root, 'binding.gyp'))) return;
  const sources = hashOf([join(root, 'binding.gyp'), ...filesBelow(join(root, 'src', 'native', 'addon'))]);
  const key = `${sources} ${existsSync('/usr/include/hs/hs.h')} ${existsSync('/usr/include/pcre2.h')}`;
  if (stamp.native === key) return;
  say('building the native add-on');
  const gyp = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  const headers = join(dirname(process.execPath), '..');
  const hasHeaders = existsSync(join(headers, 'include', 'node', 'node_api.h'));
  const args = [gyp, 'rebuild', '--loglevel=error', ...(hasHeaders ? [`--nodedir=${headers}`] : [])];
  const built = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (built.status === 0) stamp.native = key;
  else
    say(
      `the native add-on did not build; going on without it\n${(built.stderr ?? '').split('\n').slice(-15).join('\n')}`,
    );
}

function compile(stamp) {
  const sources = filesBelow(join(root, 'src')).filter((file) => file.endsWith('.ts'));
  const key = hashOf([...sources, join(root, 'tsconfig.json'), join(root, 'tsconfig.build.json')]);
  if (stamp.build === key && existsSync(join(root, 'dist', 'cli', 'main.js'))) return;
  say('compiling');
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--incremental', 'false'], {
    cwd: root,
    stdio: 'inherit',
  });
  stamp.build = key;
}

const stamp = readStamp();
systemPackages();
nodeModules(stamp);
nativeAddon(stamp);
compile(stamp);
writeStamp(stamp);
