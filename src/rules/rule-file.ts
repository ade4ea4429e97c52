// A rules file: every rule parsed on its own, so that a bad one never hurts the next.
import { readFileSync } from 'node:fs';
import { diagnostic } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { RuleAst, RulePlace, RuleText } from './ast.ts';
import { parseRuleLine } from './parse-rule.ts';
import { encodeRuleText, forEachLogicalLine, logicalLineAt } from './source.ts';

/** What a rules file holds besides its rules. */
export interface RuleFileReport {
  readonly diagnostics: readonly Diagnostic[];
  /** rules that stand behind `#` */
  readonly disabledCount: number;
  /** lines that were meant as rules and are none: each has an error in `diagnostics` */
  readonly badCount: number;
}

export interface RuleFile extends RuleFileReport {
  readonly rules: readonly RuleAst[];
}

/** Rules of a file. Throws what `node:fs` throws when the file cannot be read. */
export function readRuleFile(path: string): RuleFile {
  return allRules({ bytes: readFileSync(path), file: path });
}

/** Rules of a text; `file` is the name diagnostics carry. Never throws. */
export function parseRuleText(text: string, file: string): RuleFile {
  return allRules({ bytes: encodeRuleText(text), file });
}

function allRules(text: RuleText): RuleFile {
  const rules: RuleAst[] = [];
  const report = forEachRule(text, (rule) => rules.push(rule));
  return { rules, ...report };
}

/** Hands over the rules of a text one by one: none is kept here. Never throws. */
export function forEachRule(text: RuleText, each: (rule: RuleAst) => void): RuleFileReport {
  const { bytes, file } = text;
  const diagnostics: Diagnostic[] = [];
  let disabledCount = 0;
  let badCount = 0;
  forEachLogicalLine(bytes, (line, kind) => {
    if (kind === 'disabled') disabledCount++;
    else if (kind === 'indented') diagnostics.push(...indented(line.text, line.span(0, 1), file));
    else {
      const before = diagnostics.length;
      const rule = parseRuleLine(line, text, diagnostics);
      if (rule !== undefined) each(rule);
      else {
        badCount++;
        for (let i = before; i < diagnostics.length; i++) diagnostics[i] = { ...diagnostics[i]!, rule: line.text };
      }
    }
  });
  return { diagnostics, disabledCount, badCount };
}

/** A rule that was read from there before; undefined when there is none. */
export function ruleAt({ text, start, line }: RulePlace): RuleAst | undefined {
  return parseRuleLine(logicalLineAt(text.bytes, start, line), text, []);
}

function indented(text: string, span: Diagnostic['span'], file: string): Diagnostic[] {
  if (/^\s*#/.test(text)) return [];
  const message = 'a line that starts with white space is skipped';
  return [diagnostic('warning', 'rule/indented', message, { file, span }, 'a rule starts in the first column')];
}
