// Matching of many patterns: `mpm-algo` and the databases kept on disk (`detect.sgh-mpm-caching`).

import { homedir } from 'node:os';
import { join } from 'node:path';
import { log } from '../../base/log.ts';
import type { ConfigNode } from '../../config/index.ts';
import { HyperscanCache, chooseMpm } from '../../detect/mpm/index.ts';
import type { CacheUse, MpmAlgorithm } from '../../detect/mpm/index.ts';

export interface MpmSettings {
  readonly algorithm: MpmAlgorithm;
  /** Undefined: every start compiles anew. */
  readonly cache: CacheUse | undefined;
}

/** Says so when another algorithm than the one asked for has to serve. */
export function mpmSettings(config: ConfigNode): MpmSettings {
  const choice = chooseMpm(config.string('mpm-algo', 'auto') ?? 'auto');
  if (choice.reason !== '') log.info('mpm', `mpm-algo is ${choice.algorithm}: ${choice.reason}`);
  const folder = choice.algorithm === 'hs' ? cacheFolder(config) : undefined;
  return { algorithm: choice.algorithm, cache: folder === undefined ? undefined : cacheOf(folder) };
}

/** Where compiled rules and databases are kept: `sgh-mpm-caching-path`, else where the user's caches are; undefined: nowhere. */
export function cacheFolder(config: ConfigNode): string | undefined {
  if (!config.bool('detect.sgh-mpm-caching', false)) return undefined;
  const caches = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return config.string('detect.sgh-mpm-caching-path') ?? join(caches, 'tayra', 'sgh');
}

/** What goes wrong is said once: it costs time at the next start, nothing else. */
function cacheOf(folder: string): CacheUse {
  let isSaid = false;
  return {
    cache: new HyperscanCache(folder),
    onProblem: (reason) => {
      if (!isSaid) log.warning('mpm', `pattern databases in ${folder} cannot be used: ${reason}`);
      isSaid = true;
    },
  };
}
