// The data sets of a rule set by name; written to their files at the end.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Journal } from '../../base/journal.ts';
import { nameNumber } from '../../base/name-number.ts';
import { JournalKind } from '../../framework/journal-kind.ts';
import type { Dataset, DatasetContent, DatasetType } from './dataset.ts';

/** Data sets as plain data, by the number that all workers know them by. */
export interface DatasetsContent {
  readonly sets: ReadonlyMap<number, DatasetContent>;
  readonly early: ReadonlyMap<number, readonly Int32Array[]>;
}

/** Shared under the key `datasets`. */
export class Datasets {
  private readonly sets = new Map<string, Dataset>();
  private journal: Journal | null = null;
  /** By the number that all workers know a set by. */
  private readonly byNumber = new Map<number, Dataset>();
  /** What others have in sets whose rules are not compiled here yet, and what they did to them. */
  private readonly whole = new Map<number, DatasetContent>();
  private readonly early = new Map<number, Int32Array[]>();
  /** Of the rule set before, as long as this one is being made. */
  private former: ReadonlyMap<string, Dataset> | undefined;

  constructor(former?: Datasets) {
    this.former = former?.sets;
  }

  /** The set of that name and type of the rules before, with all that is in it. */
  inherit(name: string, type: DatasetType): Dataset | undefined {
    const set = this.former?.get(name);
    if (set?.type !== type) return undefined;
    this.put(set);
    return set;
  }

  /** This rule set is in force: what none of its rules names is let go of. @returns what went wrong in saving it */
  takeForce(): string[] {
    const left = [...(this.former?.values() ?? [])].filter((set) => this.sets.get(set.name) === undefined);
    this.former = undefined;
    return saveAll(left);
  }

  get(name: string): Dataset | undefined {
    return this.sets.get(name);
  }

  /** A set whose file is bad: the rules that name it say so once. */
  readonly broken = new Set<string>();

  put(set: Dataset): void {
    this.sets.set(set.name, set);
    if (this.journal === null) return;
    const number = nameNumber(set.name);
    this.byNumber.set(number, set);
    set.share(this.journal, number);
    const whole = this.whole.get(number);
    if (whole !== undefined) set.restore(whole);
    this.whole.delete(number);
    for (const words of this.early.get(number) ?? []) set.replay(words);
    this.early.delete(number);
  }

  /** From now on other workers have the same sets. */
  share(journal: Journal): void {
    this.journal = journal;
    journal.on(JournalKind.dataset, (words, length) => {
      const number = words[0]!;
      const set = this.byNumber.get(number);
      if (set !== undefined) set.replay(words);
      else this.early.set(number, [...(this.early.get(number) ?? []), words.slice(0, length)]);
    });
    for (const set of this.sets.values()) this.put(set);
  }

  /** All that is in them, for a worker that comes later. */
  content(): DatasetsContent {
    const sets = new Map([...this.byNumber].map(([number, set]) => [number, set.content()]));
    return { sets: new Map([...this.whole, ...sets]), early: this.early };
  }

  /** Has what others have, once it is shared. */
  restore({ early, sets }: DatasetsContent): void {
    for (const [number, content] of sets) {
      const set = this.byNumber.get(number);
      if (set === undefined) this.whole.set(number, content);
      else set.restore(content);
    }
    for (const [number, entries] of early) {
      const set = this.byNumber.get(number);
      if (set === undefined) this.early.set(number, [...entries]);
      else for (const words of entries) set.replay(words);
    }
  }

  /** Writes those that have a file; returns what went wrong. */
  save(): string[] {
    return saveAll(this.sets.values());
  }
}

function saveAll(sets: Iterable<Dataset>): string[] {
  const problems: string[] = [];
  for (const set of sets) {
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
