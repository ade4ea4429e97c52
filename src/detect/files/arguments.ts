// The arguments of file keywords as values: what filename, filemagic, filesize and filestore ask for.

import { RuleError } from '../../framework/keyword.ts';
import { parseInteger } from '../../rules/index.ts';
import type { IntegerMatch } from '../../rules/index.ts';
import { parseContentPattern } from '../content/content-pattern.ts';

/** Which side sends the file: the request, the response, or whichever the rule looks at. */
export type FileDirection = 'to_server' | 'to_client' | 'both';

/** Bytes that the name, the extension or the magic must hold, or must not. */
export interface FilePattern {
  readonly bytes: Uint8Array;
  readonly isNegated: boolean;
}

/** `"text"`, `!"text"`; quotes may be left out where there are no spaces. */
export function parseFilePattern(argument: string, keyword: string): FilePattern {
  const body = argument.trim();
  if (/^!?\s*"/.test(body)) return parseContentPattern(body, keyword);
  const [, not, text] = /^(!?)\s*(.*)$/su.exec(body)!;
  if (text!.includes('"')) throw new RuleError(`${keyword}: a quote stands alone`, `${keyword}:"..."`);
  return parseContentPattern(`${not!}"${text!}"`, keyword);
}

export interface FileSize {
  /** null: either */
  readonly direction: 'to_server' | 'to_client' | null;
  /** bytes, 64 bits */
  readonly size: IntegerMatch;
}

/** `>100`, `10<>20`, `to_client, <100`. */
export function parseFileSize(argument: string): FileSize {
  const [, direction, condition] = /^\s*(?:(to_server|to_client)\s*,)?(.*)$/s.exec(argument)!;
  const size = parseInteger(condition!, 'u64');
  if (!size.ok) throw new RuleError(`filesize: ${size.error.message}`, size.error.hint);
  return { direction: direction === undefined ? null : (direction as 'to_server' | 'to_client'), size: size.value };
}

/** What is kept: the file that matched, those of its transaction, or all of the flow from there on. */
export type FileStoreScope = 'file' | 'tx' | 'flow';

export interface FileStore {
  /** null: as the rule's own direction says */
  readonly direction: FileDirection | null;
  readonly scope: FileStoreScope;
  /** Words that say nothing. */
  readonly unknown: readonly string[];
}

const DIRECTIONS: Readonly<Record<string, FileDirection>> = {
  request: 'to_server',
  to_server: 'to_server',
  response: 'to_client',
  to_client: 'to_client',
  both: 'both',
};
const SCOPES: Readonly<Record<string, FileStoreScope>> = { file: 'file', tx: 'tx', ssn: 'flow', flow: 'flow' };

/** Nothing, `direction`, or `direction,scope` in either case of letters. Words that are not known are handed back. */
export function parseFileStore(argument: string): FileStore {
  if (argument.trim() === '') return { direction: null, scope: 'file', unknown: [] };
  const match = /^\s*([A-Za-z_]+)\s*(?:,\s*([A-Za-z_]+)\s*(?:,\s*([A-Za-z_]+)\s*)?)?$/.exec(argument);
  if (match === null) throw new RuleError('filestore cannot be read', 'filestore:response,tx');
  const words = match.slice(1, 4).filter((word): word is string => word !== undefined);
  const [direction, scope] = words.map((word) => word.toLowerCase());
  return {
    direction: DIRECTIONS[direction!] ?? null,
    scope: SCOPES[scope ?? ''] ?? 'file',
    unknown: words.filter((word, i) => !Object.hasOwn([DIRECTIONS, SCOPES, {}][i]!, word.toLowerCase())),
  };
}
