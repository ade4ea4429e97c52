// openConfig: the configuration of a run, from the command line, a file and its includes, or the defaults.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatDiagnostic } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { log } from '../base/log.ts';
import { DEFAULT_CONFIG } from './defaults.ts';
import { loadConfigFile, loadConfigText, loadIncludeFile } from './loader.ts';
import type { ConfigMessage, ConfigTexts } from './loader.ts';
import { ConfigNode } from './node.ts';
import { setFinal } from './tree.ts';

export interface ConfigSources {
  /** `-c`; without it the first existing file of `DEFAULT_CONFIG_PATHS`, else the built-in defaults. */
  readonly file?: string;
  /** `--set` and options that are settings (`-l` is `default-log-dir`), in the order given. Files do not change them. */
  readonly settings?: readonly { readonly path: string; readonly value: string }[];
  /** `--include`, read after the file. */
  readonly includes?: readonly string[];
  /** What the files said before: they are not read again. */
  readonly texts?: ConfigTexts;
}

export interface OpenedConfig {
  /** False: do not start with it. */
  readonly ok: boolean;
  readonly root: ConfigNode;
  /** The file read, empty for the built-in defaults. */
  readonly file: string;
  readonly messages: readonly ConfigMessage[];
  /** Of the file and its includes: `ConfigSources` with them open the same configuration. */
  readonly texts: ConfigTexts;
}

/** The file that comes with the program is last. */
export const DEFAULT_CONFIG_PATHS: readonly string[] = [
  '/etc/tayra/tayra.yaml',
  fileURLToPath(new URL('../../config/tayra.yaml', import.meta.url)),
];

/** Never throws: what is wrong is in `messages`. */
export function openConfig(sources: ConfigSources = {}): OpenedConfig {
  const root = new ConfigNode('');
  const messages: ConfigMessage[] = [];
  for (const { path, value } of sources.settings ?? []) setFinal(root, path, value);
  const file = sources.file ?? DEFAULT_CONFIG_PATHS.find((path) => sources.texts?.has(path) ?? existsSync(path)) ?? '';
  const texts = new Map(sources.texts);
  let ok =
    file === ''
      ? loadConfigText(root, DEFAULT_CONFIG, 'built-in defaults', messages)
      : loadConfigFile(root, file, messages, texts);
  for (const include of ok ? (sources.includes ?? []) : []) ok = loadIncludeFile(root, include, messages, texts) && ok;
  return { ok, root, file, messages, texts };
}

/** Tells the messages of loading to the log, in Suricata's words. */
export function logConfigMessages(messages: readonly ConfigMessage[]): void {
  for (const { level, message } of messages) log.write(level, 'conf-yaml-loader', message);
}

/** Tells what readers found wrong (`root.takeDiagnostics()`), and unknown keys, each at its own level. */
export function logDiagnostics(diagnostics: readonly Diagnostic[], module = 'config'): void {
  for (const one of diagnostics) {
    const hint = one.hint === undefined ? '' : ` (${one.hint})`;
    log.write(one.severity, module, formatDiagnostic(one) + hint);
  }
}
