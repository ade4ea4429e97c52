// A rules file: every rule parsed on its own, so that a bad one never hurts the next.
import { readFileSync } from 'node:fs';
import { diagnostic } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { RuleAst } from './ast.ts';
import { parseRuleLine } from './parse-rule.ts';
import { decodeRuleText, forEachLogicalLine } from './source.ts';

export interface RuleFile {
  readonly rules: readonly RuleAst[];
  readonly diagnostics: readonly Diagnostic[];
  /** rules that stand behind `#` */
  readonly disabledCount: number;
  /** lines that were meant as rules and are none: each has an error in `diagnostics` */
  readonly badCount: number;
}

/** Rules of a file. Throws what `node:fs` throws when the file cannot be read. */
export function readRuleFile(path: string): RuleFile {
  return parseRuleText(decodeRuleText(readFileSync(path)), path);
}

/** Rules of a text; `file` is the name diagnostics carry. Never throws. */
export function parseRuleText(text: string, file: string): RuleFile {
  const rules: RuleAst[] = [];
  const diagnostics: Diagnostic[] = [];
  let disabledCount = 0;
  let badCount = 0;
  forEachLogicalLine(text, (line, kind) => {
    if (kind === 'disabled') disabledCount++;
    else if (kind === 'indented') diagnostics.push(...indented(line.text, line.span(0, 1), file));
    else {
      const before = diagnostics.length;
      const rule = parseRuleLine(line, file, diagnostics);
      if (rule !== undefined) rules.push(rule);
      else {
        badCount++;
        for (let i = before; i < diagnostics.length; i++) diagnostics[i] = { ...diagnostics[i]!, rule: line.text };
      }
    }
  });
  return { rules, diagnostics, disabledCount, badCount };
}

function indented(text: string, span: Diagnostic['span'], file: string): Diagnostic[] {
  if (/^\s*#/.test(text)) return [];
  const message = 'a line that starts with white space is skipped';
  return [diagnostic('warning', 'rule/indented', message, { file, span }, 'a rule starts in the first column')];
}
