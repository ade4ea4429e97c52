// Files of data sets: one entry a line (with a value for datarep), JSON, or JSON by lines.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Dataset } from './dataset.ts';

const MAX_REPUTATION = 0xffff;

export type DatasetFormat = 'csv' | 'json' | 'ndjson';

export interface DatasetFile {
  readonly path: string;
  readonly format: DatasetFormat;
  /** dotted path of the value in an object */
  readonly valueKey: string;
  /** dotted path of the array in the document, '' when the document is the array */
  readonly arrayKey: string;
  /** entries carry a reputation value */
  readonly hasValues: boolean;
  /** What is known of an entry is kept without its value. */
  readonly removesKey: boolean;
}

/** An entry that the set cannot take. */
export class DatasetError extends Error {}

/** Where a relative name points: beside the rules first, then in the data folder. */
export function resolvePath(name: string, ruleFile: string, ruleFolder: string, dataFolder: string): string {
  if (isAbsolute(name)) return name;
  const found = [dirname(ruleFile), ruleFolder, dataFolder]
    .map((at) => join(at, name))
    .find((path) => existsSync(path));
  return found ?? join(dataFolder, name);
}

/** Adds what the file holds; throws what `node:fs` throws, and an Error naming the line of a bad entry. */
export function loadDataset(set: Dataset, file: DatasetFile): void {
  const text = readFileSync(file.path, 'utf8');
  if (file.format === 'json') loadObjects(set, file, arrayOf(JSON.parse(text), file.arrayKey));
  else if (file.format === 'ndjson')
    loadObjects(
      set,
      file,
      lines(text).map(([line]) => JSON.parse(line) as unknown),
    );
  else for (const [line, number] of lines(text)) loadLine(set, file, line, number);
}

function lines(text: string): [string, number][] {
  return text
    .split(/\r?\n/)
    .map((line, i): [string, number] => [line.trim(), i + 1])
    .filter(([line]) => line !== '');
}

function loadLine(set: Dataset, file: DatasetFile, line: string, number: number): void {
  const where = `at ${file.path}:${String(number)}`;
  const comma = line.lastIndexOf(',');
  if (comma >= 0 !== file.hasValues)
    throw new DatasetError(`Cannot mix dataset and datarep values for set ${set.name} ${where}`);
  const entry = comma < 0 ? line : line.slice(0, comma);
  const value = comma < 0 ? 0 : Number(line.slice(comma + 1));
  if (!Number.isInteger(value) || value < 0 || value > MAX_REPUTATION)
    throw new DatasetError(`invalid datarep value in set ${set.name} ${where}`);
  if (set.addText(entry, value)) return;
  const what = set.type === 'string' ? 'bad base64 encoding' : `bad ${set.type} in`;
  throw new DatasetError(`${what} ${set.name} ${where}: "${entry}"`);
}

function at(value: unknown, path: string): unknown {
  if (path === '') return value;
  return path
    .split('.')
    .reduce<unknown>(
      (v, key) => (typeof v === 'object' && v !== null ? (v as Record<string, unknown>)[key] : undefined),
      value,
    );
}

function arrayOf(document: unknown, key: string): unknown[] {
  const found = at(document, key);
  if (!Array.isArray(found)) throw new Error(key === '' ? 'the document is no array' : `no array at "${key}"`);
  return found as unknown[];
}

/** Objects without the key are no entries; a value that is no text is a mistake. */
function loadObjects(set: Dataset, file: DatasetFile, objects: readonly unknown[]): void {
  objects.forEach((object, i) => {
    const value = at(object, file.valueKey);
    if (value === undefined) return;
    const where = `in ${file.path}, entry ${String(i + 1)}, "${file.valueKey}"`;
    if (typeof value !== 'string') throw new Error(`failed to get value because it is not a string ${where}`);
    if (file.removesKey) removeAt(object, file.valueKey);
    if (!set.addWithContext(value, JSON.stringify(object))) throw new Error(`no ${set.type} ${where}`);
  });
}

function removeAt(object: unknown, path: string): void {
  const dot = path.lastIndexOf('.');
  const holder = dot < 0 ? object : at(object, path.slice(0, dot));
  Reflect.deleteProperty(holder as object, path.slice(dot + 1));
}
