// Files of data sets: one entry a line (with a value for datarep), JSON, or JSON by lines.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Dataset } from './dataset.ts';

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
}

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
  const comma = file.hasValues ? line.lastIndexOf(',') : line.indexOf(',');
  const entry = comma < 0 ? line : line.slice(0, comma);
  const value = comma < 0 || !file.hasValues ? 0 : Number(line.slice(comma + 1));
  if (file.hasValues && (comma < 0 || !Number.isInteger(value) || value < 0 || value > 0xffff))
    throw new Error(`${file.path}:${String(number)}: bad reputation value`);
  if (!set.addText(entry, value)) throw new Error(`${file.path}:${String(number)}: bad ${set.type} "${entry}"`);
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

function loadObjects(set: Dataset, file: DatasetFile, objects: readonly unknown[]): void {
  objects.forEach((object, i) => {
    const value = at(object, file.valueKey);
    if (typeof value !== 'string' || !set.addText(value, 0, { isPlain: true }))
      throw new Error(`${file.path}: entry ${String(i + 1)} has no ${set.type} at "${file.valueKey}"`);
  });
}
