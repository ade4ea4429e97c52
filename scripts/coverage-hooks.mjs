// Module hooks for `npm run coverage`: sources are taken as tsc compiled them (dist/), since the loader that runs the
// tests maps positions too coarsely for coverage. Given to Node by --import; registers itself.
import { register } from 'node:module';
import { URL } from 'node:url';
import { isMainThread } from 'node:worker_threads';

const ROOT = new URL('..', import.meta.url).href;
const SOURCES = `${ROOT}src/`;

/** @see https://nodejs.org/api/module.html#resolvespecifier-context-nextresolve */
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  if (!found.url.startsWith(SOURCES) || !found.url.endsWith('.ts')) return found;
  const url = `${ROOT}dist/${found.url.slice(SOURCES.length, -'.ts'.length)}.js`;
  return { url, format: 'module', shortCircuit: true };
}

// This file is loaded twice: as an import of the program, and as the hooks in their own thread.
if (isMainThread) register(import.meta.url);
