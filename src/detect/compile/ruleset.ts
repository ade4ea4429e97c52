// Ruleset: all rules of a run in evaluation order, with what could not be loaded and why.

import { diagnostic } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { Signature } from '../../framework/signature.ts';
import { ruleAt } from '../../rules/index.ts';
import type { RuleAst } from '../../rules/index.ts';
import { compileRule } from './compile-rule.ts';
import type { CompileContext, Compiled } from './compile-rule.ts';
import { inEvaluationOrder } from './evaluation-order.ts';
import { outlineOf } from './outline.ts';
import type { SignatureOutline, SignatureSource } from './outline.ts';

/** What became of the rules that did not load. */
export interface RuleCounts {
  /** Rules rejected as wrong. */
  readonly failed: number;
  /** Rules whose application layer is not there yet. */
  readonly pending: number;
  /** Rules skipped because their `requires` is not met, or the event they name is not known. */
  readonly skipped: number;
}

export interface Ruleset extends SignatureSource, RuleCounts {
  readonly diagnostics: readonly Diagnostic[];
  /** The same texts in the same setting come to the same: nothing depended on a file that a rule names. */
  readonly isRepeatable: boolean;
}

/** Compiles rules one by one. Of most it keeps the outline alone: see SignatureOutline. */
export class RulesetCompiler {
  private readonly context: CompileContext;
  private readonly diagnostics: Diagnostic[] = [];
  private readonly counts = { failed: 0, pending: 0, skipped: 0 };
  /** By `gid:sid`. */
  private readonly outlines = new Map<string, SignatureOutline>();
  /** Those that are kept whole. */
  private readonly whole = new Map<SignatureOutline, Signature>();
  private isRepeatable = true;

  constructor(context: CompileContext) {
    this.context = context;
  }

  add(ast: RuleAst): void {
    const { context, diagnostics, outlines } = this;
    const compiled = compileRule(ast, context);
    if (compiled.readsFiles && (!compiled.ok || compiled.warnings.length > 0)) this.isRepeatable = false;
    if (!compiled.ok) {
      count(compiled.problem, this.counts);
      if (compiled.problem.code !== 'rule/requires-unmet') diagnostics.push(asReported(compiled.problem));
      return;
    }
    diagnostics.push(...compiled.warnings);
    const { signature, rank, readsFiles } = compiled;
    const key = `${signature.gid}:${signature.sid}`;
    const other = outlines.get(key);
    if (other !== undefined && signature.rev <= other.rev) {
      this.counts.failed++;
      diagnostics.push(duplicate(ast, other));
      return;
    }
    if (other !== undefined) diagnostics.push(replaced(ast, other));
    const outline = outlineOf(signature, ast, { rank, readsFiles, ids: context.setup.appProtocols });
    outlines.set(key, outline);
    if (readsFiles || context.observer !== undefined) this.whole.set(outline, signature);
  }

  finish(): Ruleset {
    const outlines = inEvaluationOrder([...this.outlines.values()], this.context.actionOrder);
    outlines.forEach((outline, iid) => (outline.iid = iid));
    const signatures = new Signatures(outlines, this.context);
    for (const outline of outlines) {
      const signature = this.whole.get(outline);
      if (signature !== undefined) signatures.keep(outline.iid, signature);
    }
    return {
      outlines,
      signature: (iid) => signatures.get(iid),
      diagnostics: this.diagnostics,
      isRepeatable: this.isRepeatable,
      ...this.counts,
    };
  }
}

/** Signatures by number, compiled when they are asked for. */
export class Signatures {
  private readonly outlines: readonly SignatureOutline[];
  private readonly context: CompileContext;
  private readonly known: (Signature | undefined)[];

  constructor(outlines: readonly SignatureOutline[], context: CompileContext) {
    this.outlines = outlines;
    this.context = { ...context, observer: undefined };
    this.known = new Array<Signature | undefined>(outlines.length).fill(undefined);
  }

  get(iid: number): Signature {
    return this.known[iid] ?? this.compile(iid);
  }

  keep(iid: number, signature: Signature): void {
    signature.iid = iid;
    this.known[iid] = signature;
  }

  /** Compiles one that may not compile as it did before: whether it does, without warnings or with those it had. */
  stillHolds(iid: number, { mayWarn }: { readonly mayWarn: boolean }): boolean {
    const compiled = this.compileText(iid);
    if (compiled?.ok !== true || (compiled.warnings.length > 0 && !mayWarn)) return false;
    this.keep(iid, compiled.signature);
    return true;
  }

  private compile(iid: number): Signature {
    const compiled = this.compileText(iid);
    if (compiled?.ok !== true) {
      // the same text in the same setting: anything else is a fault of a keyword
      const { text, line } = this.outlines[iid]!.place;
      throw new Error(`the rule at ${text.file}:${String(line)} compiled before, and does not now`);
    }
    this.keep(iid, compiled.signature);
    return compiled.signature;
  }

  private compileText(iid: number): Compiled | undefined {
    const ast = ruleAt(this.outlines[iid]!.place);
    return ast === undefined ? undefined : compileRule(ast, this.context);
  }
}

export function compileRuleset(rules: readonly RuleAst[], context: CompileContext): Ruleset {
  const compiler = new RulesetCompiler(context);
  for (const ast of rules) compiler.add(ast);
  return compiler.finish();
}

/** The newer revision of a rule takes the place of the older one. */
function replaced(ast: RuleAst, other: SignatureOutline): Diagnostic {
  const { text, line } = other.place;
  const message = `Signature ${other.gid}:${other.sid} with a newer revision replaces the one at ${text.file}:${line}`;
  return diagnostic('warning', 'rule/newer-revision', message, { file: ast.file, span: ast.span });
}

function duplicate(ast: RuleAst, { sid, place }: SignatureOutline): Diagnostic {
  const message = `Duplicate signature "${ast.raw}"`;
  const hint = `sid ${sid} is also at ${place.text.file}:${place.line}`;
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
