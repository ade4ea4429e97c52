// The native add-on: what building it needs, and the building. Used by the set-up of a clone and of the package.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Each need by Debian's package and in words, with what shows that it is there. */
const NEEDS = [
  { debian: 'g++', words: 'a C++17 compiler', isThere: () => onPath('g++', 'clang++', 'c++', 'cl.exe') },
  { debian: 'make', words: 'make', isThere: () => onPath('make', 'msbuild.exe') },
  { debian: 'python3', words: 'Python 3', isThere: () => onPath('python3', 'python.exe') },
  {
    debian: process.arch === 'x64' ? 'libhyperscan-dev' : 'libvectorscan-dev',
    words: 'Hyperscan or Vectorscan with headers',
    matcher: process.arch === 'x64' ? 'Hyperscan' : 'Vectorscan',
    isThere: () => hasHeader('hs/hs.h'),
  },
  {
    debian: 'libpcre2-dev',
    words: 'PCRE2 with headers',
    matcher: 'PCRE2',
    isThere: () => hasHeader('pcre2.h'),
  },
];

export const ADDON_FILE = join(root, 'build', 'Release', 'tayra_native.node');

/** Whether one of these programs is on the PATH. */
export function onPath(...programs) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return programs.some((program) => folders.some((folder) => existsSync(join(folder, program))));
}

function hasHeader(name) {
  return ['/usr/include', '/usr/local/include', '/opt/homebrew/include'].some((at) => existsSync(join(at, name)));
}

/** The needs that are not there. */
export function missingNeeds() {
  return NEEDS.filter((need) => !need.isThere());
}

/** Names of the matching libraries that are there, and of those that are not. */
export function libraries() {
  const names = (isThere) =>
    NEEDS.filter((need) => need.matcher !== undefined && need.isThere() === isThere).map((need) => need.matcher);
  return { found: names(true), missing: names(false) };
}

/** The file of node-gyp: this project's, else the one of the npm that runs us. */
function nodeGyp() {
  const own = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  return [own, process.env.npm_config_node_gyp ?? ''].find((file) => existsSync(file));
}

/** Builds; returns what went wrong, empty when nothing did. */
export function buildAddon() {
  const gyp = nodeGyp();
  if (gyp === undefined) return 'node-gyp is missing';
  const prefix = join(dirname(process.execPath), '..');
  const headers = join(prefix, 'include', 'node');
  // node-gyp would download them.
  if (!existsSync(join(headers, 'node_api.h')))
    return `Node's headers are not in ${headers}: use a Node that brings them (Debian: libnode-dev)`;
  const args = [gyp, 'rebuild', '--loglevel=error', `--nodedir=${prefix}`];
  const build = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  return build.status === 0 ? '' : `${build.stderr ?? ''}`.trim().split('\n').slice(-15).join('\n');
}
