// comingCaptures: the files of a directory, and those that come into it, each once, the oldest first.

import { statSync } from 'node:fs';
import { listCaptures } from './list.ts';

export interface ComingOptions {
  readonly recursive?: boolean;
  /** Milliseconds that a file must have been left alone: it may be under way still. */
  readonly delay: number;
  /** Milliseconds between two looks. */
  readonly interval: number;
  /** Milliseconds; for tests. */
  readonly clock?: () => number;
}

interface Found {
  readonly path: string;
  readonly changed: number;
}

/** Yields undefined while there is none. Never ends by itself. A directory that cannot be read is looked at again. */
export function* comingCaptures(directory: string, options: ComingOptions): Generator<string | undefined, never> {
  const clock = options.clock ?? Date.now;
  /** Files of the latest moment that a file was changed at, done with; older ones are done with too. */
  let latest = -Infinity;
  let atLatest = new Set<string>();
  for (let nextLook = -Infinity; ;) {
    const now = clock();
    if (now < nextLook) {
      yield undefined;
      continue;
    }
    nextLook = now + options.interval;
    const isNew = ({ path, changed }: Found): boolean =>
      changed <= now - options.delay && (changed > latest || (changed === latest && !atLatest.has(path)));
    for (const { path, changed } of foundIn(directory, options).filter(isNew)) {
      if (changed > latest) atLatest = new Set();
      latest = changed;
      atLatest.add(path);
      yield path;
    }
    yield undefined;
  }
}

function foundIn(directory: string, { recursive = false }: ComingOptions): Found[] {
  let paths: string[];
  try {
    paths = listCaptures(directory, { recursive });
  } catch {
    return []; // it may come back
  }
  return paths
    .map((path) => ({ path, changed: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity }))
    .sort((a, b) => a.changed - b.changed || (a.path < b.path ? -1 : 1));
}
