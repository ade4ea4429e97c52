// What a reload asks of the thread that compiles the rules, and what that answers: plain data.

import { createHash } from 'node:crypto';
import type { ConfigSources, ConfigTexts } from '../../config/index.ts';
import type { MpmAlgorithm, PackedPatterns, Pattern, SharedMatcher } from '../../detect/mpm/index.ts';
import type { DeliveredRules, LoadOptions } from '../load-rules.ts';
import type { RuleFileOptions } from '../rule-files.ts';

/** Where the rules of a run come from: read again at every reload. */
export interface RuleSource {
  readonly config: ConfigSources;
  readonly files: RuleFileOptions;
  readonly load: LoadOptions;
}

export interface CompileOrder extends RuleSource {
  readonly algorithm: MpmAlgorithm;
  /** Where pattern databases are kept; undefined: nowhere. */
  readonly cacheFolder: string | undefined;
}

export interface CompiledOrder {
  readonly rules: DeliveredRules;
  /** Of the configuration that they were compiled with, and are to be taken over with. */
  readonly texts: ConfigTexts;
  /** Matchers by `patternsKey`. */
  readonly matchers: ReadonlyMap<string, SharedMatcher>;
}

/** What the second half of an order asks for. */
export interface PatternOrder extends Pick<CompileOrder, 'algorithm' | 'cacheFolder'> {
  /** Patterns of a matcher each. */
  readonly sets: readonly PackedPatterns[];
}

/** What the first half of an order comes to. */
export type RulesAnswer = (Pick<CompiledOrder, 'rules' | 'texts'> & { readonly patterns: PatternOrder }) | string;

/** A text is why there are no rules. */
export type OrderAnswer = CompiledOrder | string;

/** Names a list of patterns. */
export function patternsKey(patterns: readonly Pattern[]): string {
  const hash = createHash('sha1');
  for (const { bytes, nocase } of patterns) hash.update(`${nocase ? 'i' : 'c'}${String(bytes.length)}:`).update(bytes);
  return hash.digest('base64');
}
