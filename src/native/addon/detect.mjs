// Finds the headers and libraries that the add-on may use; called by binding.gyp, or by hand for a summary.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const LIBRARIES = {
  hs: { package: 'libhs', header: 'hs.h', folders: ['hs'], link: '-lhs' },
  pcre2: { package: 'libpcre2-8', header: 'pcre2.h', folders: [''], link: '-lpcre2-8' },
};
const ROOTS = ['/usr/include', '/usr/local/include', '/opt/homebrew/include'];

function pkgConfig(...args) {
  try {
    return execFileSync('pkg-config', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** What `#include <header>` needs beside the compiler's own path, and what to link; undefined when it is not there. */
function find({ package: name, header, folders, link }) {
  const cflags = pkgConfig('--cflags-only-I', name);
  const libs = pkgConfig('--libs', name);
  const asked = cflags?.split(/\s+/).flatMap((flag) => (flag.startsWith('-I') ? [flag.slice(2)] : [])) ?? [];
  for (const folder of [...asked, ...ROOTS.flatMap((root) => folders.map((f) => join(root, f)))]) {
    if (!existsSync(join(folder, header))) continue;
    return { include: folder, libs: libs !== undefined && libs !== '' ? libs : fallbackLink(folder, link) };
  }
  return undefined;
}

function fallbackLink(folder, link) {
  const prefix = folder.replace(/\/include.*$/, '');
  return prefix === '/usr' ? link : `-L${prefix}/lib -Wl,-rpath,${prefix}/lib ${link}`;
}

/** `TAYRA_WITHOUT=hs,pcre2` leaves libraries out although they are installed. */
function detect(name) {
  const without = (process.env['TAYRA_WITHOUT'] ?? '').split(',');
  if (process.platform === 'win32' || without.includes(name)) return undefined;
  return find(LIBRARIES[name]);
}

const [what, name] = process.argv.slice(2);
if (what === undefined) {
  for (const known of Object.keys(LIBRARIES)) console.log(known, detect(known) ?? 'not found');
} else {
  const found = detect(name);
  if (what === 'has') console.log(found === undefined ? 'no' : 'yes');
  else console.log(found?.[what] ?? '');
}
