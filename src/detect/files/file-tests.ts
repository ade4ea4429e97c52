// What a rule asks of one and the same file: all its file keywords together, so that no two files share the answer.

import type { TrackedFile } from '../../framework/file.ts';
import { FILE_ENGINES } from '../../framework/file-engines.ts';
import type { SignatureBuilder } from '../../framework/keyword.ts';
import type { Direction, Transaction } from '../../framework/transaction.ts';

export type FileTest = (file: TrackedFile) => boolean;

/** The tests of each rule; the builder lives as long as the rule's closures do. */
const testsByRule = new WeakMap<SignatureBuilder, FileTest[]>();

/** Adds a condition on a file; the first of a rule becomes its condition on transactions. */
export function addFileTest(builder: SignatureBuilder, keyword: string, test: FileTest): void {
  const known = testsByRule.get(builder);
  if (known !== undefined) {
    known.push(test);
    return;
  }
  const tests = [test];
  testsByRule.set(builder, tests);
  builder.addTxMatch((tx, _p, ctx) => hasFile(tests, tx, ctx.txDirection), {
    keyword,
    engines: FILE_ENGINES,
    isRepeated: true,
    place: 'files',
  });
}

function hasFile(tests: readonly FileTest[], tx: Transaction, direction: Direction): boolean {
  const { files } = tx;
  if (files === null) return false;
  for (let i = 0; i < files.length; i++) if (files[i]!.direction === direction && holds(tests, files[i]!)) return true;
  return false;
}

function holds(tests: readonly FileTest[], file: TrackedFile): boolean {
  for (let i = 0; i < tests.length; i++) if (!tests[i]!(file)) return false;
  return true;
}

/** The files of a transaction that hold all that a rule asks of one. */
export function filesOf(builder: SignatureBuilder, tx: Transaction, direction: Direction): TrackedFile[] {
  const tests = testsByRule.get(builder) ?? [];
  return (tx.files ?? []).filter((file) => file.direction === direction && holds(tests, file));
}
