// RulesetSetup from the configuration: classes, references, settings, and what rules share.

import { fileURLToPath } from 'node:url';
import { isPendingProtocol } from '../app/pending.ts';
import { diagnostic, NO_SPAN } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { ConfigNode } from '../config/index.ts';
import type { RulesetSetup } from '../framework/keyword.ts';
import { parseClassifications, parseReferences, readConfigFile } from '../rules/index.ts';
import { ruleFeatures } from './features.ts';
import { findKeyword } from './keyword-table.ts';
import type { LoadOptions } from './load-rules.ts';
import { protocolDefinition, protocolIds } from './protocol-names.ts';
import { compatibleVersion } from './version.ts';

const SHIPPED = fileURLToPath(new URL('../../config/', import.meta.url));

/** A file named in the configuration, else the one that comes with the program; '' when it cannot be read. */
export function textOf(
  config: ConfigNode,
  key: string,
  shipped: string,
  diagnostics: Diagnostic[],
): { text: string; file: string } {
  const file = config.string(key) ?? SHIPPED + shipped;
  try {
    return { text: readConfigFile(file), file };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'No such file or directory' : message;
    const place = { file, span: NO_SPAN };
    diagnostics.push(diagnostic('warning', 'config/no-file', `could not open: "${file}": ${reason}`, place));
    return { text: '', file };
  }
}

/** What rules are compiled with. */
export interface RuleSetup {
  readonly setup: RulesetSetup;
  /** Of classification.config and reference.config. */
  readonly diagnostics: readonly Diagnostic[];
  /** Settings that rules asked for, and what they were. */
  readonly asked: Map<string, string | undefined>;
  /** Says in full what else the setup was made from. */
  readonly origin: readonly string[];
}

export function createSetup(config: ConfigNode, options: LoadOptions): RuleSetup {
  const diagnostics: Diagnostic[] = [];
  const asked = new Map<string, string | undefined>();
  const classes = textOf(config, 'classification-file', 'classification.config', diagnostics);
  const classification = parseClassifications(classes.text, classes.file);
  const systems = textOf(config, 'reference-config-file', 'reference.config', diagnostics);
  const references = parseReferences(systems.text, systems.file);
  diagnostics.push(...classification.diagnostics, ...references.diagnostics);
  const store = new Map<string, unknown>();
  const ruleFolder = config.string('default-rule-path', '') ?? '';
  const dataFolder = config.string('default-data-dir', '') ?? '';
  const strictKeywords = options.strictKeywords ?? new Set<string>();
  const version = compatibleVersion();
  const features = new Set(ruleFeatures());
  const setup: RulesetSetup = {
    shared<T>(key: string, create: () => T): T {
      if (!store.has(key)) store.set(key, create());
      return store.get(key) as T;
    },
    classification: (short) => classification.entries.get(short.toLowerCase()),
    reference: (type) => references.systems.get(type.toLowerCase())?.url,
    setting(path) {
      const value = config.string(path);
      asked.set(path, value);
      return value;
    },
    version,
    features,
    hasKeyword: (name) => findKeyword(name) !== undefined,
    keyword: findKeyword,
    bufferOf: (keyword) => findKeyword(keyword)?.buffer,
    appProtocols: protocolIds,
    isPendingProtocol,
    protocol: protocolDefinition,
    ruleFolder,
    dataFolder,
    isInline: options.isInline,
    strictKeywords,
    counters: null,
    demands: new Set(),
  };
  const origin = [
    ...[classes, systems].flatMap(({ file, text }) => [file, text]),
    ...[ruleFolder, dataFolder, String(options.isInline), version.join('.')],
    ...[[...features].join(), [...strictKeywords].join()],
  ];
  return { setup, diagnostics, asked, origin };
}
