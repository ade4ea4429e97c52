// RuleParcel: a compiled rule set as plain data, for the disk (rule-cache) or from another thread (reload).

import type { Diagnostic } from '../base/diagnostic.ts';
import type { Steps } from '../base/steps.ts';
import type { CompileContext } from '../detect/compile/compile-rule.ts';
import { Signatures } from '../detect/compile/ruleset.ts';
import type { RuleCounts, Ruleset } from '../detect/compile/ruleset.ts';
import { imageOf, outlinesOf } from '../detect/compile/ruleset-image.ts';
import type { RulesetImage } from '../detect/compile/ruleset-image.ts';
import type { RulesetSetup } from '../framework/keyword.ts';
import { flowbitNames } from '../keywords/flowbits.ts';
import type { RuleText } from '../rules/index.ts';

/** What loading the files of rules came to. */
export interface CompiledRules {
  readonly ruleset: Ruleset;
  readonly diagnostics: readonly Diagnostic[];
  /** Rules read, bad ones included. */
  readonly total: number;
}

export interface RuleParcel {
  readonly image: RulesetImage;
  readonly counts: RuleCounts;
  readonly diagnostics: readonly Diagnostic[];
  readonly total: number;
  /** State of the setup that compiling leaves behind. */
  readonly demands: readonly string[];
  readonly flowbits: readonly string[];
}

/** @param texts the files that the rules stand in */
export function packRules(
  { ruleset, diagnostics, total }: CompiledRules,
  texts: readonly RuleText[],
  setup: RulesetSetup,
): RuleParcel {
  const { outlines, failed, pending, skipped } = ruleset;
  return {
    image: imageOf(outlines, texts),
    counts: { failed, pending, skipped },
    diagnostics,
    total,
    demands: [...setup.demands],
    flowbits: flowbitNames(setup).names,
  };
}

/** Rules a step that are compiled because they read files. */
const STEP = 50;

/**
 * The rule set again, with the same texts, variables and settings; undefined when a rule that reads files has become
 * wrong since.
 * @param how `mayWarn`: what it warned of is among the diagnostics of the parcel
 */
export function* unpackRules(
  parcel: RuleParcel,
  texts: readonly RuleText[],
  context: CompileContext,
  how: { readonly mayWarn: boolean },
): Steps<CompiledRules | undefined> {
  const { setup } = context;
  const outlines = yield* outlinesOf(parcel.image, texts, context.variables);
  const signatures = new Signatures(outlines, context);
  for (const demand of parcel.demands) setup.demands.add(demand);
  const names = flowbitNames(setup);
  for (const name of parcel.flowbits) names.id(name);
  let compiled = 0;
  for (const { iid, readsFiles } of outlines) {
    if (!readsFiles) continue;
    if (!signatures.stillHolds(iid, how)) return undefined;
    if (++compiled % STEP === 0) yield;
  }
  const ruleset: Ruleset = {
    outlines,
    signature: (iid) => signatures.get(iid),
    diagnostics: [],
    isRepeatable: true,
    ...parcel.counts,
  };
  return { ruleset, diagnostics: parcel.diagnostics, total: parcel.total };
}
