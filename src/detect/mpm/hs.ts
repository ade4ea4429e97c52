// The multi-pattern matcher by Hyperscan.
import {
  adoptDatabase,
  compileDatabase,
  compileDatabaseAsync,
  databaseSize,
  deserializeDatabase,
  freeDatabase,
  packPatterns,
  scanDatabase,
  serializeDatabase,
  shareDatabase,
  useMatchBuffer,
} from '../../native/hyperscan.ts';
import type { PackedPatterns } from '../../native/hyperscan.ts';
import { NOT_REGISTERED, stage } from '../../native/buffers.ts';
import { cacheKey } from './hs-cache.ts';
import type { HyperscanCache } from './hs-cache.ts';
import { shortest } from './matcher.ts';
import type { MultiPatternMatcher, Pattern, SharedMatcher } from './matcher.ts';

class HyperscanMatcher implements MultiPatternMatcher {
  readonly algorithm = 'hs';
  readonly patternCount: number;
  readonly minLength: number;
  readonly size: number;
  private readonly database: number;
  private memory: Uint8Array | undefined;

  constructor(database: number, patternCount: number, minLength: number, memory?: Uint8Array) {
    this.database = database;
    this.patternCount = patternCount;
    this.minLength = minLength;
    this.memory = memory;
    this.size = databaseSize(database) + patternCount * 4;
  }

  scan(data: Uint8Array, bufferId: number, offset: number, length: number, out: Int32Array): number {
    useMatchBuffer(out);
    if (bufferId === NOT_REGISTERED) return scanDatabase(this.database, stage(data, offset, length), 0, length);
    return scanDatabase(this.database, bufferId, offset, length);
  }

  share(): SharedMatcher {
    this.memory ??= shareDatabase(this.database);
    const { patternCount, minLength, memory } = this;
    return { algorithm: 'hs', patternCount, minLength, memory };
  }

  free(): void {
    freeDatabase(this.database);
  }
}

/** Where compiled databases are kept, and who hears of files that could not be used. */
export interface CacheUse {
  readonly cache: HyperscanCache;
  readonly onProblem: (reason: string) => void;
}

function fromCache(key: string, count: number, { cache, onProblem }: CacheUse): number | undefined {
  const answer = cache.load(key);
  if (answer.kind === 'miss') return undefined;
  if (answer.kind === 'unusable') {
    onProblem(answer.reason);
    return undefined;
  }
  try {
    return deserializeDatabase(answer.bytes, count);
  } catch (error) {
    onProblem(String(error));
    return undefined;
  }
}

function toCache(key: string, database: number, { cache, onProblem }: CacheUse): void {
  const problem = cache.save(key, serializeDatabase(database));
  if (problem !== '') onProblem(problem);
}

function build(packed: PackedPatterns, patterns: readonly Pattern[], database: number): MultiPatternMatcher {
  return new HyperscanMatcher(database, packed.nocase.length, shortest(patterns));
}

export function compileHs(patterns: readonly Pattern[], use?: CacheUse): MultiPatternMatcher {
  const packed = packPatterns(patterns);
  if (use === undefined) return build(packed, patterns, compileDatabase(packed));
  const key = cacheKey(packed);
  const known = fromCache(key, patterns.length, use);
  if (known !== undefined) return build(packed, patterns, known);
  const database = compileDatabase(packed);
  toCache(key, database, use);
  return build(packed, patterns, database);
}

/** The same, compiling on another thread; several at once use several processors. */
export async function compileHsAsync(patterns: readonly Pattern[], use?: CacheUse): Promise<MultiPatternMatcher> {
  const packed = packPatterns(patterns);
  const key = use === undefined ? '' : cacheKey(packed);
  const known = use === undefined ? undefined : fromCache(key, patterns.length, use);
  if (known !== undefined) return build(packed, patterns, known);
  const database = await compileDatabaseAsync(packed);
  if (use !== undefined) toCache(key, database, use);
  return build(packed, patterns, database);
}

export function attachHs(shared: Extract<SharedMatcher, { algorithm: 'hs' }>): MultiPatternMatcher {
  const { memory, patternCount, minLength } = shared;
  return new HyperscanMatcher(adoptDatabase(memory, patternCount), patternCount, minLength, memory);
}
