// RuleCache: the compiled outlines of a rule set on disk, so that the next start with the same rules and settings neither
// parses nor compiles them. In the folder of the pattern databases, and switched on with them.

import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import type { Diagnostic } from '../base/diagnostic.ts';
import { KeptFiles } from '../base/kept-files.ts';
import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';
import type { CompileContext } from '../detect/compile/compile-rule.ts';
import { Signatures } from '../detect/compile/ruleset.ts';
import type { RuleCounts, Ruleset } from '../detect/compile/ruleset.ts';
import { imageOf, outlinesOf } from '../detect/compile/ruleset-image.ts';
import type { RulesetImage } from '../detect/compile/ruleset-image.ts';
import type { RulesetSetup } from '../framework/keyword.ts';
import { flowbitNames } from '../keywords/flowbits.ts';
import { pcre2Available } from '../native/pcre2.ts';
import type { RuleText } from '../rules/index.ts';
import type { RuleSetup } from './rule-setup.ts';
import { cacheFolder } from './settings/mpm.ts';

/** Raised when what is kept changes; a change of the program tells by itself. */
const FORMAT = 'tayra-rules-1';

/** What loading the files of rules came to. */
export interface CompiledRules {
  readonly ruleset: Ruleset;
  readonly diagnostics: readonly Diagnostic[];
  /** Rules read, bad ones included. */
  readonly total: number;
  /** It came from the disk. */
  readonly isKept: boolean;
}

interface Kept {
  readonly image: RulesetImage;
  readonly counts: RuleCounts;
  readonly diagnostics: readonly Diagnostic[];
  readonly total: number;
  /** Settings that rules asked for: they must be the same still. */
  readonly asked: ReadonlyMap<string, string | undefined>;
  /** State of the setup that compiling leaves behind. */
  readonly demands: readonly string[];
  readonly flowbits: readonly string[];
}

export class RuleCache {
  private readonly files: KeptFiles;
  private readonly folder: string;
  private readonly key: string;
  private readonly texts: readonly RuleText[];
  private readonly asked: RuleSetup['asked'];

  private constructor(folder: string, key: string, texts: readonly RuleText[], asked: RuleSetup['asked']) {
    this.files = new KeptFiles(folder, 'rules');
    this.folder = folder;
    this.key = key;
    this.texts = texts;
    this.asked = asked;
  }

  /** Undefined where nothing is kept: `detect.sgh-mpm-caching` is off, or the program cannot tell itself from another. */
  static of(
    config: ConfigNode,
    texts: readonly RuleText[],
    { asked, origin }: Pick<RuleSetup, 'asked' | 'origin'>,
    program = programIdentity(),
  ): RuleCache | undefined {
    const folder = cacheFolder(config);
    if (folder === undefined || program === undefined) return undefined;
    const hash = createHash('sha256');
    const settings = ['vars', 'action-order'].map((path) => textOf(config.get(path)));
    const runtime = [process.version, process.arch, String(pcre2Available)];
    for (const part of [FORMAT, program, ...runtime, ...settings, ...origin]) hash.update(part).update('\0');
    for (const { file, bytes } of texts) hash.update(`${file}\0${String(bytes.length)}\0`).update(bytes);
    return new RuleCache(folder, hash.digest('hex'), texts, asked);
  }

  /** Undefined when there is nothing, or nothing that holds any more. */
  load(context: CompileContext): CompiledRules | undefined {
    const answer = this.files.load(this.key);
    if (answer.kind === 'unusable') this.complain(answer.reason);
    if (answer.kind !== 'hit') return undefined;
    const kept = deserialize(answer.bytes) as Kept;
    const { setup } = context;
    for (const [path, value] of kept.asked) if (setup.setting(path) !== value) return undefined;
    const outlines = outlinesOf(kept.image, this.texts, context.variables);
    const signatures = new Signatures(outlines, context);
    for (const demand of kept.demands) setup.demands.add(demand);
    const names = flowbitNames(setup);
    for (const name of kept.flowbits) names.id(name);
    // what they read may have changed: they are compiled, and when there is something to say of one, all are
    if (outlines.some(({ iid, readsFiles }) => readsFiles && !signatures.isFlawless(iid))) return undefined;
    const ruleset: Ruleset = {
      outlines,
      signature: (iid) => signatures.get(iid),
      diagnostics: [],
      isRepeatable: true,
      ...kept.counts,
    };
    return { ruleset, diagnostics: kept.diagnostics, total: kept.total, isKept: true };
  }

  save({ ruleset, diagnostics, total }: CompiledRules, setup: RulesetSetup): void {
    if (!ruleset.isRepeatable) return;
    const { outlines, failed, pending, skipped } = ruleset;
    const kept: Kept = {
      image: imageOf(outlines, this.texts),
      counts: { failed, pending, skipped },
      diagnostics,
      total,
      asked: this.asked,
      demands: [...setup.demands],
      flowbits: flowbitNames(setup).names,
    };
    const problem = this.files.save(this.key, serialize(kept));
    if (problem !== '') this.complain(problem);
  }

  private complain(reason: string): void {
    log.warning('rules', `compiled rules in ${this.folder} cannot be used: ${reason}`);
  }
}

/** Names this very program; undefined where it is many files, any of which may have changed. */
function programIdentity(): string | undefined {
  const path = fileURLToPath(import.meta.url);
  if (basename(path) !== 'tayra.js') return undefined;
  const { size, mtimeMs } = statSync(path);
  return `${String(size)}:${String(mtimeMs)}`;
}

/** A part of the configuration in full. */
function textOf(node: ConfigNode | undefined): string {
  if (node === undefined) return '';
  return JSON.stringify([node.value, [...node.children].map(([name, child]) => [name, textOf(child)])]);
}
