// Loading of rules: files to signatures, with the variables, classes and references of the configuration.

import { PENDING_KEYWORDS, isPendingKeyword, isPendingProtocol, isUnsupportedKeyword } from '../app/pending.ts';
import { diagnostic, NO_SPAN } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { readSharedFile } from '../base/shared-bytes.ts';
import type { ConfigNode } from '../config/index.ts';
import { actionOrder } from '../detect/compile/evaluation-order.ts';
import { RuleCollector } from '../detect/analysis/index.ts';
import type { AnalysedRule } from '../detect/analysis/index.ts';
import type { CompileContext } from '../detect/compile/compile-rule.ts';
import { RulesetCompiler } from '../detect/compile/ruleset.ts';
import type { Ruleset } from '../detect/compile/ruleset.ts';
import { sharedImage } from '../detect/compile/ruleset-image.ts';
import { Thresholds, globalSpecs } from '../detect/threshold/index.ts';
import type { RulesetSetup } from '../framework/keyword.ts';
import { flowbitNames } from '../keywords/flowbits.ts';
import { ALL_KEYWORDS, findKeyword } from './keyword-table.ts';
import { Variables, forEachRule, parseThresholds } from '../rules/index.ts';
import type { RuleText } from '../rules/index.ts';
import type { Steps } from '../base/steps.ts';
import { RuleCache } from './rule-cache.ts';
import { inheritState } from './rule-heritage.ts';
import { packRules, unpackRules } from './rule-parcel.ts';
import type { CompiledRules, RuleParcel } from './rule-parcel.ts';
import { createSetup, textOf } from './rule-setup.ts';
import type { RuleSetup } from './rule-setup.ts';

/** Code of the diagnostic for a file of rules that is not there, or not to be read. */
export const NO_RULE_FILE = 'rule/no-file';

export interface LoadedRules {
  /** Empty once others took its place (`letGo`). */
  ruleset: Ruleset;
  readonly thresholds: Thresholds;
  readonly files: number;
  /** Rules read, bad ones included. */
  readonly total: number;
  /** Empty likewise. */
  diagnostics: readonly Diagnostic[];
  /** The files that the rules stand in; empty likewise. */
  texts: readonly RuleText[];
  /** What the rules share: names, tags, data sets. */
  readonly setup: RulesetSetup;
  /** With `collectsForAnalysis`: every rule with what is known of it beyond the signature. */
  readonly analysed: readonly AnalysedRule[];
}

/** `vars:` of the configuration. */
export function readVariables(config: ConfigNode): Variables {
  return new Variables(groupOf(config, 'vars.address-groups'), groupOf(config, 'vars.port-groups'));
}

export interface LoadOptions {
  readonly isInline: boolean;
  readonly collectsForAnalysis?: boolean;
  /** Keywords that refuse values they do not know. */
  readonly strictKeywords?: ReadonlySet<string>;
  /** Names the program to what is kept on disk; without it, it tells itself where it can. */
  readonly program?: string;
}

/** Where rules are compiled: everything but their texts. */
interface Basis extends RuleSetup {
  readonly context: CompileContext;
}

/** @param former state that the rules before share goes on */
function basisOf(config: ConfigNode, options: LoadOptions, former?: LoadedRules): Basis {
  const diagnostics: Diagnostic[] = [];
  const made = createSetup(config, options);
  if (former !== undefined) inheritState(made.setup, former.setup);
  const context: CompileContext = {
    setup: made.setup,
    actionOrder: readActionOrder(config, diagnostics),
    variables: readVariables(config),
    findKeyword,
    keywordNames,
    isPendingKeyword,
    isPendingProtocol,
    isUnsupportedKeyword,
    observer: undefined,
  };
  return { ...made, diagnostics: [...made.diagnostics, ...diagnostics], context };
}

/** From the disk where they are kept, else compiled and kept. */
function compiledRules(
  config: ConfigNode,
  texts: readonly RuleText[],
  basis: Basis,
  options: LoadOptions,
): CompiledRules {
  const { context, setup } = basis;
  const cache = context.observer === undefined ? RuleCache.of(config, texts, basis, options.program) : undefined;
  const kept = cache?.load(context);
  if (kept !== undefined) return kept;
  const rules = compileAll(texts, context);
  cache?.save(rules, setup);
  return rules;
}

export function loadRules(config: ConfigNode, files: readonly string[], options: LoadOptions): LoadedRules {
  const diagnostics: Diagnostic[] = [];
  const texts = readTexts(files, diagnostics);
  const collector = options.collectsForAnalysis === true ? new RuleCollector() : undefined;
  const made = basisOf(config, options);
  const basis = { ...made, context: { ...made.context, observer: collector?.observe } };
  const rules = compiledRules(config, texts, basis, options);
  const analysed = collector?.rules(rules.ruleset, basis.context.variables) ?? [];
  return {
    ...loaded(config, { ...rules, diagnostics: [...diagnostics, ...rules.diagnostics] }, basis),
    files: files.length,
    texts,
    analysed,
  };
}

/** Rules that were read and compiled, for another thread. */
export interface DeliveredRules {
  readonly texts: readonly RuleText[];
  readonly parcel: RuleParcel;
  readonly files: number;
}

/** Reads and compiles rules, to be taken over elsewhere. */
export function deliverRules(
  config: ConfigNode,
  files: readonly string[],
  options: LoadOptions,
): { readonly delivered: DeliveredRules; readonly ruleset: Ruleset; readonly setup: RulesetSetup } {
  const diagnostics: Diagnostic[] = [];
  const texts = readTexts(files, diagnostics);
  const basis = basisOf(config, options);
  const rules = compiledRules(config, texts, basis, options);
  const { setup } = basis;
  const all = { ...rules, diagnostics: [...diagnostics, ...rules.diagnostics], setup, texts, files: files.length };
  return { delivered: deliver(all), ruleset: rules.ruleset, setup };
}

/** Rules of this thread, to be taken over by others. */
export function deliver(rules: CompiledRules & Pick<LoadedRules, 'setup' | 'texts' | 'files'>): DeliveredRules {
  const { files, setup, texts } = rules;
  const packed = packRules(rules, texts, setup);
  return { texts, parcel: { ...packed, image: sharedImage(packed.image) }, files };
}

/**
 * Rules that another thread compiled; in the place of those before names, marks and counts go on.
 * @returns undefined when a file that rules read was changed meanwhile
 */
export function* takeOverRules(
  config: ConfigNode,
  { texts, parcel, files }: DeliveredRules,
  options: LoadOptions,
  former?: LoadedRules,
): Steps<LoadedRules | undefined> {
  const basis = basisOf(config, options, former);
  yield;
  const rules = yield* unpackRules(parcel, texts, basis.context, { mayWarn: true });
  return rules === undefined ? undefined : { ...loaded(config, rules, basis, former), files, texts, analysed: [] };
}

/** Other rules took the place of these: whoever still holds them does not hold their memory. */
export function letGo(rules: LoadedRules): void {
  const signature = (iid: number): never => {
    throw new Error(`signature ${String(iid)} is of a rule set that is no more`);
  };
  rules.ruleset = { ...rules.ruleset, outlines: [], diagnostics: [], signature };
  rules.diagnostics = [];
  rules.texts = [];
}

function loaded(
  config: ConfigNode,
  { ruleset, total, diagnostics: found }: CompiledRules,
  { context, diagnostics: before, setup }: Basis,
  former?: LoadedRules,
): Omit<LoadedRules, 'files' | 'texts' | 'analysed'> {
  const diagnostics = [...before, ...found];
  const globals = globalSpecs(readThresholds(config, context.variables, diagnostics));
  return { ruleset, thresholds: new Thresholds(globals, undefined, former?.thresholds), total, diagnostics, setup };
}

function readTexts(files: readonly string[], diagnostics: Diagnostic[]): RuleText[] {
  const texts: RuleText[] = [];
  for (const file of files) {
    try {
      texts.push({ file, bytes: readSharedFile(file) });
    } catch (error) {
      diagnostics.push(noFile(file, error as NodeJS.ErrnoException));
    }
  }
  return texts;
}

function noFile(file: string, { code, message }: NodeJS.ErrnoException): Diagnostic {
  const place = { file, span: NO_SPAN };
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return diagnostic('warning', NO_RULE_FILE, `No rule files match the pattern ${file}`, place);
  const hint = code === 'EACCES' ? 'who runs the program must be allowed to read it' : undefined;
  return diagnostic('error', NO_RULE_FILE, `cannot be read: ${message}`, place, hint);
}

function compileAll(texts: readonly RuleText[], context: CompileContext): CompiledRules {
  const compiler = new RulesetCompiler(context);
  const diagnostics: Diagnostic[] = [];
  let total = 0;
  let bad = 0;
  for (const text of texts) {
    const report = forEachRule(text, (rule) => {
      total++;
      compiler.add(rule);
    });
    diagnostics.push(...report.diagnostics);
    bad += report.badCount;
  }
  const compiled = compiler.finish();
  diagnostics.push(...compiled.diagnostics, ...unsetFlowbits(context.setup));
  const ruleset = { ...compiled, failed: compiled.failed + bad };
  return { ruleset, diagnostics, total: total + bad };
}

function groupOf(config: ConfigNode, path: string): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, node] of config.get(path)?.children ?? []) result[name] = node.value ?? '';
  return result;
}

function readThresholds(
  config: ConfigNode,
  variables: Variables,
  diagnostics: Diagnostic[],
): ReturnType<typeof parseThresholds>['entries'] {
  const { text, file } = textOf(config, 'threshold-file', 'threshold.config', diagnostics);
  const parsed = parseThresholds(text, file, variables);
  diagnostics.push(...parsed.diagnostics);
  return parsed.entries;
}

function readActionOrder(config: ConfigNode, diagnostics: Diagnostic[]): readonly string[] | undefined {
  const names = config.strings('action-order');
  if (names.length === 0) return undefined;
  const order = actionOrder(names);
  const message = `action-order: ${names.join(', ')} is no order of pass, drop, reject and alert`;
  const place = { file: '', span: NO_SPAN };
  if (order === undefined) diagnostics.push(diagnostic('error', 'config/action-order', message, place));
  return order;
}

/** Flowbits that rules ask for though none sets them: such a rule can never match. */
function unsetFlowbits(setup: RulesetSetup): Diagnostic[] {
  return [...flowbitNames(setup).unset()].map(({ name, sids }) => {
    const message = `flowbit '${name}' is checked but not set. Checked in ${sids[0]!} and ${sids.length - 1} other sigs`;
    const found = diagnostic('warning', 'rule/flowbit-unset', message, { file: '', span: NO_SPAN });
    return { ...found, module: 'detect-flowbits' };
  });
}

function keywordNames(): readonly string[] {
  return [...ALL_KEYWORDS.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]), ...PENDING_KEYWORDS];
}
