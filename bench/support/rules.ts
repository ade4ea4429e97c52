// The rules that can be compared: those of a folder that this program loads, in one file for both programs.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openConfig } from '../../src/config/index.ts';
import { loadRules } from '../../src/engine/load-rules.ts';

/** Writes the loadable rules of `folder` to `to`; returns how many of how many. */
export function writeLoadableRules(folder: string, configFile: string, to: string): { loaded: number; total: number } {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.rules'))
    .sort()
    .map((name) => join(folder, name));
  const config = openConfig({ file: configFile }).root;
  const { ruleset, total } = loadRules(config, files, { isInline: false });
  const loaded = new Set(ruleset.outlines.map(({ sid }) => sid));
  const lines = files
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .filter((line) => /^\s*(alert|drop|reject|pass)/.test(line))
    .filter((line) => loaded.has(Number(/\bsid:\s*(\d+)/.exec(line)?.[1])));
  writeFileSync(to, `${lines.join('\n')}\n`);
  return { loaded: lines.length, total };
}
