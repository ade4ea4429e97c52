// Ruleset: all rules of a run, compiled and in evaluation order, with what could not be loaded and why.

import { diagnostic } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { Signature } from '../../framework/signature.ts';
import type { RuleAst } from '../../rules/index.ts';
import { compileRule } from './compile-rule.ts';
import type { CompileContext } from './compile-rule.ts';
import { inEvaluationOrder } from './evaluation-order.ts';
import type { Ordered } from './evaluation-order.ts';

export interface Ruleset {
  /** In evaluation order: `signatures[i].iid === i`. */
  readonly signatures: readonly Signature[];
  readonly diagnostics: readonly Diagnostic[];
  /** Rules rejected as wrong. */
  readonly failed: number;
  /** Rules whose application layer is not there yet. */
  readonly pending: number;
  /** Rules skipped because their `requires` is not met, or the event they name is not known. */
  readonly skipped: number;
}

export function compileRuleset(rules: readonly RuleAst[], context: CompileContext): Ruleset {
  const ordered: Ordered[] = [];
  const diagnostics: Diagnostic[] = [];
  const known = new Map<string, Signature>();
  const counts = { failed: 0, pending: 0, skipped: 0 };
  for (const ast of rules) {
    const compiled = compileRule(ast, context);
    if (!compiled.ok) {
      count(compiled.problem, counts);
      if (compiled.problem.code !== 'rule/requires-unmet') diagnostics.push(asReported(compiled.problem));
      continue;
    }
    diagnostics.push(...compiled.warnings);
    const { signature } = compiled;
    const key = `${signature.gid}:${signature.sid}`;
    const other = known.get(key);
    if (other === undefined) {
      known.set(key, signature);
      ordered.push({ signature, rank: compiled.rank });
      continue;
    }
    if (signature.rev > other.rev) {
      known.set(key, signature);
      ordered[ordered.findIndex((one) => one.signature === other)] = { signature, rank: compiled.rank };
      diagnostics.push(replaced(ast, other));
      continue;
    }
    counts.failed++;
    diagnostics.push(duplicate(ast, signature, other));
  }
  const signatures = inEvaluationOrder(ordered, context.actionOrder);
  signatures.forEach((signature, index) => (signature.iid = index));
  return { signatures, diagnostics, ...counts };
}

/** The newer revision of a rule takes the place of the older one. */
function replaced(ast: RuleAst, other: Signature): Diagnostic {
  const message = `Signature ${other.gid}:${other.sid} with a newer revision replaces the one at ${other.file}:${other.line}`;
  return diagnostic('warning', 'rule/newer-revision', message, { file: ast.file, span: ast.span });
}

function duplicate(ast: RuleAst, signature: Signature, other: Signature): Diagnostic {
  const message = `Duplicate signature "${ast.raw}"`;
  const hint = `sid ${signature.sid} is also at ${other.file}:${other.line}`;
  const found = diagnostic('error', 'rule/duplicate-sid', message, { file: ast.file, span: ast.span }, hint);
  return { ...found, module: 'detect-parse', rule: ast.raw };
}

function count(problem: Diagnostic, counts: { failed: number; pending: number; skipped: number }): void {
  if (problem.code === 'rule/app-layer-missing') counts.pending++;
  else if (problem.code === 'rule/requires-unmet' || problem.code === 'rule/outdated-event') counts.skipped++;
  else counts.failed++;
}

/** A rule that waits for an application layer, or names an event of another version, is no error of its author. */
function asReported(problem: Diagnostic): Diagnostic {
  if (problem.code === 'rule/outdated-event') return { ...problem, severity: 'warning' };
  return problem.code === 'rule/app-layer-missing' ? { ...problem, severity: 'info' } : problem;
}
