// Which rule files a run loads: `rule-files` below `default-rule-path`, `-s` adds one, `-S` is the only one.

import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { ConfigNode } from '../config/index.ts';

export interface RuleFileOptions {
  /** `-S` */
  readonly exclusive?: readonly string[];
  /** `-s` */
  readonly additional?: readonly string[];
}

/** Paths in loading order. Patterns (`*`, `?`, `[..]`) in the last part of a path are expanded, sorted. */
export function ruleFiles(config: ConfigNode, options: RuleFileOptions): string[] {
  if (options.exclusive !== undefined) return options.exclusive.flatMap(expand);
  const folder = config.string('default-rule-path', '') ?? '';
  const listed = config.strings('rule-files').map((name) => (isAbsolute(name) ? name : join(folder, name)));
  return [...listed, ...(options.additional ?? [])].flatMap(expand);
}

function expand(path: string): string[] {
  if (existsSync(path) && statSync(path).isDirectory()) return matching(path, /\.rules$/);
  if (!/[*?[]/.test(path)) return [path];
  const folder = dirname(path);
  return existsSync(folder) ? matching(folder, patternOf(basename(path))) : [];
}

function matching(folder: string, pattern: RegExp): string[] {
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(folder, name));
}

function patternOf(glob: string): RegExp {
  const text = glob
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${text}$`);
}
