// What the engine log says about the rules that were loaded, in the words that scripts look for.

import type { Diagnostic } from '../base/diagnostic.ts';
import { formatDiagnostic } from '../base/diagnostic.ts';
import { log } from '../base/log.ts';
import { finish } from '../base/steps.ts';
import type { Steps } from '../base/steps.ts';
import type { SignatureOutline } from '../detect/compile/outline.ts';
import { SigFlag } from '../framework/signature.ts';
import type { LoadedRules } from './load-rules.ts';

/** Diagnostics a step. */
const STEP = 20;

export function logRules(rules: LoadedRules): void {
  finish(logRuleSteps(rules));
}

/** The same in steps: thousands of bad rules take a while to tell. */
export function* logRuleSteps(rules: LoadedRules): Steps {
  for (let i = 0; i < rules.diagnostics.length; i++) {
    logDiagnostic(rules.diagnostics[i]!);
    if (i % STEP === STEP - 1) yield;
  }
  const { ruleset } = rules;
  const loaded = ruleset.outlines.length;
  if (loaded === 0 && rules.total > 0)
    log.warning('detect', `${rules.files} rule files specified, but no rules were loaded!`);
  else
    log.info(
      'detect',
      `${rules.files} rule files processed. ${loaded} rules successfully loaded, ${ruleset.failed} rules failed, ${ruleset.skipped} rules skipped`,
    );
  if (ruleset.pending > 0)
    log.info('rules', `${ruleset.pending} rules need an application layer that is not supported yet`);
  logKinds(ruleset.outlines);
}

/** What is wrong with one rule takes two records: the reason alone, then the rule, its place and what to do. */
function logDiagnostic(one: Diagnostic): void {
  const hint = one.hint === undefined ? '' : ` (${one.hint})`;
  if (one.rule === undefined || one.severity === 'info') {
    log.write(one.severity, one.module ?? 'rules', (one.file === '' ? one.message : formatDiagnostic(one)) + hint);
    return;
  }
  const { line, column } = one.span;
  const what = one.severity === 'error' ? 'error parsing' : 'about';
  log.write(one.severity, one.module ?? 'detect-parse', one.message);
  log.write(
    one.severity,
    'detect',
    `${what} signature "${one.rule}" from file ${one.file} at line ${line}, column ${column}${hint}`,
  );
}

function logKinds(signatures: readonly SignatureOutline[]): void {
  const count = (holds: (signature: SignatureOutline) => boolean): number => signatures.filter(holds).length;
  const ipOnly = count(({ type }) => type === 'ip_only');
  const payload = count(({ flags }) => (flags & SigFlag.requirePayload) !== 0);
  const app = count(({ isOnApp }) => isOnApp);
  const events = count(({ type }) => type === 'de_only');
  log.info(
    'detect',
    `${signatures.length} signatures processed. ${ipOnly} are IP-only rules, ${payload} are inspecting packet payload, ${app} inspect application layer, ${events} are decoder event only`,
  );
}
