// Compiled Hyperscan databases on disk, named by the hash of their patterns and the library's version (warm start).
import { createHash } from 'node:crypto';
import { KeptFiles } from '../../base/kept-files.ts';
import { hyperscanVersion } from '../../native/hyperscan.ts';
import type { PackedPatterns } from '../../native/hyperscan.ts';

// raised when the way patterns are compiled changes
const FORMAT = 'tayra-hs-2';
/** The name of the database of these patterns: 64 hexadecimal digits. */
export function cacheKey(patterns: PackedPatterns): string {
  const hash = createHash('sha256').update(`${FORMAT}\0${hyperscanVersion}\0${process.arch}\0`);
  const { bytes, offsets, nocase } = patterns;
  for (const part of [offsets, nocase, bytes]) {
    hash.update(Buffer.from(part.buffer, part.byteOffset, part.byteLength)).update('\0');
  }
  return hash.digest('hex');
}

/** One folder of databases. */
export class HyperscanCache extends KeptFiles {
  constructor(folder: string) {
    super(folder, 'hs');
  }
}
