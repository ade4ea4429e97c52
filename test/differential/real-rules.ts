// Patterns and expressions of the Emerging Threats rules beside the project, when they are there.
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Pattern } from '../../src/detect/mpm/matcher.ts';
import type { RegexFlags } from '../../src/native/regex.ts';
import { decodeContent } from '../../src/rules/argument.ts';
import { readRuleFile } from '../../src/rules/rule-file.ts';
import { encodeRuleText } from '../../src/rules/source.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/rules/et-open/', import.meta.url));

export interface Expression {
  readonly source: Uint8Array;
  readonly flags: RegexFlags;
}

export interface RealRules {
  /** distinct */
  readonly patterns: readonly Pattern[];
  /** distinct */
  readonly expressions: readonly Expression[];
}

const LETTERS: Readonly<Record<string, keyof RegexFlags>> = {
  i: 'caseless',
  m: 'multiline',
  s: 'dotAll',
  x: 'extended',
  A: 'anchored',
  E: 'dollarEndOnly',
  G: 'ungreedy',
};

function expression(argument: string): Expression | undefined {
  const found = /^\s*!?"\/(.*)\/([a-zA-Z]*)"$/s.exec(argument);
  if (found === null) return undefined;
  const flags: { -readonly [flag in keyof RegexFlags]: boolean } = {};
  for (const letter of found[2]!) {
    const flag = LETTERS[letter];
    if (flag !== undefined) flags[flag] = true;
  }
  return { source: encodeRuleText(found[1]!.replaceAll('\\;', ';')), flags };
}

/** Reads all files; undefined when the folder is absent. */
export function readRealRules(): RealRules | undefined {
  if (!existsSync(FOLDER)) return undefined;
  const patterns = new Map<string, Pattern>();
  const expressions = new Map<string, Expression>();
  for (const name of readdirSync(FOLDER).filter((n) => n.endsWith('.rules'))) {
    for (const { options } of readRuleFile(FOLDER + name).rules) {
      options.forEach(({ key, value }, i) => {
        if (value === undefined) return;
        if (key === 'pcre') {
          const found = expression(value);
          if (found !== undefined) expressions.set(value, found);
        } else if (key === 'content') {
          const decoded = decodeContent(value);
          if (!decoded.ok) return;
          const end = options.findIndex((o, at) => at > i && o.key === 'content');
          const nocase = options.slice(i, end < 0 ? undefined : end).some((o) => o.key === 'nocase');
          patterns.set(`${String(nocase)}${value}`, { bytes: decoded.value.bytes, nocase });
        }
      });
    }
  }
  return { patterns: [...patterns.values()], expressions: [...expressions.values()] };
}
