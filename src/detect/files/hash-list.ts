// Files of hashes for filemd5, filesha1 and filesha256: one hash a line, what follows it on the line is a remark.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { HashName } from '../../framework/file.ts';
import { RuleError } from '../../framework/keyword.ts';

/** Hexadecimal digits of a hash. */
export const HASH_DIGITS: Readonly<Record<HashName, number>> = { md5: 32, sha1: 40, sha256: 64 };

export interface HashList {
  /** hexadecimal, lower case */
  readonly hashes: ReadonlySet<string>;
  /** Lines, counted from 1, that hold no hash of this kind. */
  readonly badLines: readonly number[];
}

/** The hashes of a text; lines that are empty or start with `#` hold none. */
export function parseHashList(text: string, name: HashName): HashList {
  const hashes = new Set<string>();
  const badLines: number[] = [];
  const form = new RegExp(`^([0-9a-f]{${String(HASH_DIGITS[name])}})(?:\\s|$)`, 'i');
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const hash = form.exec(line)?.[1];
    if (hash === undefined) badLines.push(index + 1);
    else hashes.add(hash.toLowerCase());
  }
  return { hashes, badLines };
}

/** Where a relative name points: the folder of rules first, then beside the rule's file. */
export function hashListPath(name: string, ruleFolder: string, ruleFile: string): string {
  if (isAbsolute(name)) return name;
  const first = join(ruleFolder, name);
  const beside = join(dirname(ruleFile), name);
  return !existsSync(first) && existsSync(beside) ? beside : first;
}

/** Reads a list; throws RuleError when it cannot be read or holds nothing. */
export function readHashList(path: string, name: HashName): HashList {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    throw new RuleError(`opening hash file ${path}: ${(error as Error).message}`, undefined, 'rule/hash-list');
  }
  const list = parseHashList(text, name);
  if (list.hashes.size > 0) return list;
  throw new RuleError(
    `hash file ${path} holds no ${name} hash`,
    `one hash of ${String(HASH_DIGITS[name])} digits a line`,
    'rule/hash-list',
  );
}
