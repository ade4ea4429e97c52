// Which rule files a run loads: `rule-files` below `default-rule-path`, `-s` adds one, `-S` is the only one.

import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { ConfigNode } from '../config/index.ts';

export interface RuleFileOptions {
  /** `-S` */
  readonly exclusive?: readonly string[];
  /** `-s` */
  readonly additional?: readonly string[];
}

/**
 * Paths in loading order. Patterns (`*`, `?`, `[..]`) in the last part of a path are expanded, sorted; those of no file are
 * among them as they are, for it to be told.
 */
export function ruleFiles(config: ConfigNode, options: RuleFileOptions): string[] {
  if (options.exclusive !== undefined) return options.exclusive.flatMap(expand);
  const folder = config.string('default-rule-path', '') ?? '';
  const listed = config.strings('rule-files').map((name) => (isAbsolute(name) ? name : join(folder, name)));
  return [...listed, ...(options.additional ?? [])].flatMap(expand);
}

function expand(path: string): string[] {
  const glob = isFolder(path) ? join(path, '*.rules') : path;
  if (!/[*?[]/.test(glob)) return [glob];
  const found = matching(dirname(glob), basename(glob));
  return found.length > 0 ? found : [glob];
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // not there, or not to be seen: reading it tells
  }
}

function matching(folder: string, glob: string): string[] {
  try {
    const pattern = patternOf(glob);
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return []; // no folder, or no pattern: it may be the name of a file
  }
}

function patternOf(glob: string): RegExp {
  const text = glob
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${text}$`);
}
