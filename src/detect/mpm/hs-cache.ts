// Compiled Hyperscan databases on disk, named by the hash of their patterns and the library's version (warm start).
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hyperscanVersion } from '../../native/hyperscan.ts';
import type { PackedPatterns } from '../../native/hyperscan.ts';

// raised when the way patterns are compiled changes
const FORMAT = 'tayra-hs-1';
const DIGEST_LENGTH = 32;

export type CacheAnswer =
  | { readonly kind: 'hit'; readonly database: Uint8Array }
  | { readonly kind: 'miss' }
  /** a file is there but damaged or unreadable: compile, and say so once */
  | { readonly kind: 'unusable'; readonly reason: string };

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The name of the database of these patterns: 64 hexadecimal digits. */
export function cacheKey(patterns: PackedPatterns): string {
  const hash = createHash('sha256').update(`${FORMAT}\0${hyperscanVersion}\0${process.arch}\0`);
  const { bytes, offsets, nocase } = patterns;
  for (const part of [offsets, nocase, bytes]) {
    hash.update(Buffer.from(part.buffer, part.byteOffset, part.byteLength)).update('\0');
  }
  return hash.digest('hex');
}

function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // what went wrong before is what matters
  }
}

/** One folder of databases; nothing in it is trusted. */
export class HyperscanCache {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  private path(key: string): string {
    return join(this.folder, `${key}.hs`);
  }

  load(key: string): CacheAnswer {
    let file: Buffer;
    try {
      file = readFileSync(this.path(key));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'miss' };
      return { kind: 'unusable', reason: message(error) };
    }
    const database = file.subarray(DIGEST_LENGTH);
    if (file.length <= DIGEST_LENGTH || !digest(database).equals(file.subarray(0, DIGEST_LENGTH))) {
      return { kind: 'unusable', reason: `${this.path(key)} is damaged` };
    }
    return { kind: 'hit', database };
  }

  /** Writes beside and renames, so that a reader sees a whole file or none. Returns what went wrong, or ''. */
  save(key: string, database: Uint8Array): string {
    const temporary = `${this.path(key)}.${String(process.pid)}.tmp`;
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o750 });
      writeFileSync(temporary, Buffer.concat([digest(database), database]), { mode: 0o640 });
      renameSync(temporary, this.path(key));
      return '';
    } catch (error) {
      removeQuietly(temporary);
      return message(error);
    }
  }
}
