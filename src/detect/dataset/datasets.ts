// The data sets of a rule set by name; written to their files at the end.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Dataset } from './dataset.ts';

/** Shared under the key `datasets`. */
export class Datasets {
  private readonly sets = new Map<string, Dataset>();

  get(name: string): Dataset | undefined {
    return this.sets.get(name);
  }

  /** A set whose file is bad: the rules that name it say so once. */
  readonly broken = new Set<string>();

  put(set: Dataset): void {
    this.sets.set(set.name, set);
  }

  /** Writes those that have a file; returns what went wrong. */
  save(): string[] {
    const problems: string[] = [];
    for (const set of this.sets.values()) {
      if (set.savePath === '') continue;
      try {
        mkdirSync(dirname(set.savePath), { recursive: true });
        writeFileSync(`${set.savePath}.tmp`, set.toText());
        renameSync(`${set.savePath}.tmp`, set.savePath);
      } catch (error) {
        problems.push(`data set ${set.name} cannot be saved: ${(error as Error).message}`);
      }
    }
    return problems;
  }
}
