// What a rule asks of one and the same file: all its file keywords together, so that no two files share the answer.

import type { TrackedFile } from '../../framework/file.ts';
import { FILE_ENGINES } from '../../framework/file-engines.ts';
import type { SignatureBuilder } from '../../framework/keyword.ts';
import type { Direction, Transaction } from '../../framework/transaction.ts';

export type FileTest = (file: TrackedFile) => boolean;

interface Tests {
  readonly tests: FileTest[];
  /** They are a condition of the rule. */
  isCondition: boolean;
}

/** The tests of each rule; the builder lives as long as the rule's closures do. */
const testsByRule = new WeakMap<SignatureBuilder, Tests>();

/**
 * Adds a condition on a file; the first of a rule becomes its condition on transactions. One that the rule asks of a
 * buffer anyway (`isOfBuffer`) is needed only beside others: they are to hold of the same file.
 */
export function addFileTest(
  builder: SignatureBuilder,
  keyword: string,
  test: FileTest,
  { isOfBuffer = false }: { readonly isOfBuffer?: boolean } = {},
): void {
  const known = testsByRule.get(builder) ?? { tests: [], isCondition: false };
  testsByRule.set(builder, known);
  const { tests } = known;
  tests.push(test);
  if (known.isCondition || (isOfBuffer && tests.length === 1)) return;
  known.isCondition = true;
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
  const tests = testsByRule.get(builder)?.tests ?? [];
  return (tx.files ?? []).filter((file) => file.direction === direction && holds(tests, file));
}
