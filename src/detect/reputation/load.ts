// Reads the reputation files that the configuration names.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { log } from '../../base/log.ts';
import { Reputation } from './reputation.ts';

export interface LoadedReputation {
  readonly reputation: Reputation;
  readonly problems: readonly string[];
}

/** Undefined when the configuration names no categories. A file that cannot be read is a problem, not the end. */
export function loadReputation(setting: (path: string) => string | undefined): LoadedReputation | undefined {
  const categories = setting('reputation-categories-file');
  if (categories === undefined || categories === '') return undefined;
  const reputation = new Reputation();
  const problems: string[] = [];
  const load = (path: string, add: (text: string) => readonly { line: number; message: string }[]): void => {
    try {
      for (const { line, message } of add(readFileSync(path, 'utf8')))
        problems.push(`${path}:${String(line)}: ${message}`);
    } catch (error) {
      problems.push(`${path} cannot be read: ${(error as Error).message}`);
    }
  };
  load(categories, (text) => reputation.addCategories(text));
  const folder = setting('default-reputation-path') ?? '';
  for (const file of fileNames(setting)) {
    const path = file.startsWith('/') ? file : join(folder, file);
    log.info('reputation', `Loading reputation file: ${path}`);
    load(path, (text) => reputation.addScores(text));
  }
  return { reputation, problems };
}

// a list has numbered settings; a single text may name several
function fileNames(setting: (path: string) => string | undefined): string[] {
  const names: string[] = [];
  for (let i = 0; ; i++) {
    const name = setting(`reputation-files.${String(i)}`);
    if (name === undefined) break;
    names.push(name);
  }
  if (names.length > 0) return names;
  return (setting('reputation-files') ?? '').split(/[\s,]+/).filter((name) => name !== '');
}
