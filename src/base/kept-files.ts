// KeptFiles: what was worked out once and is kept on disk for the next start, named by a hash of what it was made from.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DIGEST_LENGTH = 32;

export type KeptAnswer =
  | { readonly kind: 'hit'; readonly bytes: Uint8Array }
  | { readonly kind: 'miss' }
  /** a file is there but damaged or unreadable: make it anew, and say so once */
  | { readonly kind: 'unusable'; readonly reason: string };

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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

/** One folder of files of one kind; nothing in it is trusted. */
export class KeptFiles {
  private readonly folder: string;
  private readonly extension: string;

  constructor(folder: string, extension: string) {
    this.folder = folder;
    this.extension = extension;
  }

  private path(key: string): string {
    return join(this.folder, `${key}.${this.extension}`);
  }

  load(key: string): KeptAnswer {
    let file: Buffer;
    try {
      file = readFileSync(this.path(key));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'miss' };
      return { kind: 'unusable', reason: message(error) };
    }
    const bytes = file.subarray(DIGEST_LENGTH);
    if (file.length <= DIGEST_LENGTH || !digest(bytes).equals(file.subarray(0, DIGEST_LENGTH))) {
      return { kind: 'unusable', reason: `${this.path(key)} is damaged` };
    }
    return { kind: 'hit', bytes };
  }

  /** Writes beside and renames, so that a reader sees a whole file or none. Returns what went wrong, or ''. */
  save(key: string, bytes: Uint8Array): string {
    const temporary = `${this.path(key)}.${String(process.pid)}.tmp`;
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o750 });
      writeFileSync(temporary, Buffer.concat([digest(bytes), bytes]), { mode: 0o640 });
      renameSync(temporary, this.path(key));
      return '';
    } catch (error) {
      removeQuietly(temporary);
      return message(error);
    }
  }
}
