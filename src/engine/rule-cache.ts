// RuleCache: the compiled outlines of a rule set on disk, so that the next start with the same rules and settings neither
// parses nor compiles them. In the folder of the pattern databases, and switched on with them.

import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import { KeptFiles } from '../base/kept-files.ts';
import { log } from '../base/log.ts';
import { finish } from '../base/steps.ts';
import type { ConfigNode } from '../config/index.ts';
import type { CompileContext } from '../detect/compile/compile-rule.ts';
import type { RulesetSetup } from '../framework/keyword.ts';
import { pcre2Available } from '../native/pcre2.ts';
import type { RuleText } from '../rules/index.ts';
import { packRules, unpackRules } from './rule-parcel.ts';
import type { CompiledRules, RuleParcel } from './rule-parcel.ts';
import type { RuleSetup } from './rule-setup.ts';
import { cacheFolder } from './settings/mpm.ts';

/** Raised when what is kept changes; a change of the program tells by itself. */
const FORMAT = 'tayra-rules-2';

interface Kept {
  readonly rules: RuleParcel;
  /** Settings that rules asked for: they must be the same still. */
  readonly asked: ReadonlyMap<string, string | undefined>;
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
    const { asked, rules } = deserialize(answer.bytes) as Kept;
    for (const [path, value] of asked) if (context.setup.setting(path) !== value) return undefined;
    // what rules read may have changed: when there is something to say of one, all are compiled
    return finish(unpackRules(rules, this.texts, context, { mayWarn: false }));
  }

  save(rules: CompiledRules, setup: RulesetSetup): void {
    if (!rules.ruleset.isRepeatable) return;
    const kept: Kept = { rules: packRules(rules, this.texts, setup), asked: this.asked };
    const problem = this.files.save(this.key, serialize(kept));
    if (problem !== '') this.complain(problem);
  }

  private complain(reason: string): void {
    log.warning('rules', `compiled rules in ${this.folder} cannot be used: ${reason}`);
  }
}

/** Names this very program; undefined where it is many files, any of which may have changed. */
export function programIdentity(): string | undefined {
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
