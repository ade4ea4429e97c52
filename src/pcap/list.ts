// listCaptures: the files of a directory that are to be replayed, in order.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Regular files (and links to them) of `directory`, sorted by path, oldest name first; hidden files are left out.
 * Throws the system's error when the directory cannot be read.
 */
export function listCaptures(directory: string, options: { readonly recursive?: boolean } = {}): string[] {
  const files: string[] = [];
  collect(directory, options.recursive === true, files);
  return files;
}

function collect(directory: string, isRecursive: boolean, files: string[]): void {
  const entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (isRecursive) collect(path, isRecursive, files);
    } else if (entry.isFile() || (entry.isSymbolicLink() && isRegularFile(path))) files.push(path);
  }
}

function isRegularFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
