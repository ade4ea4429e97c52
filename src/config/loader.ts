// Loads YAML files into a configuration tree by Suricata's rules: later wins, includes go where they stand, values
// from the command line stay, `_` in keys is read as `-` (except in the names of variables).
import { readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Span } from '../base/diagnostic.ts';
import { ConfigNode } from './node.ts';
import type { Place } from './node.ts';
import { nodeAt, prune } from './tree.ts';
import { parseYaml } from './yaml-tree.ts';
import type { YamlMapping, YamlSequence, YamlText, YamlTree } from './yaml-tree.ts';

/** Something to tell about the loading; an error means that the configuration must not be used. */
export interface ConfigMessage {
  readonly level: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly file: string;
  /** 1-based, 0 when there is none. */
  readonly line: number;
}

/** What files said, by their paths. */
export type ConfigTexts = ReadonlyMap<string, string>;

const MAX_DEPTH = 128;
/** Below these the names of variables are kept as they are. */
const VARIABLE_GROUPS = new Set(['address-groups', 'port-groups']);

/**
 * Reads `file` into `root`. False, with error messages, when it or an include cannot be read.
 * @param texts of files that are not read again; those that are read come to them
 */
export function loadConfigFile(
  root: ConfigNode,
  file: string,
  messages: ConfigMessage[],
  texts = new Map<string, string>(),
): boolean {
  return new Loader(messages, texts).loadFile(root, file, { kind: 'file' });
}

/** Like `loadConfigFile` for a file given by `--include`. */
export function loadIncludeFile(
  root: ConfigNode,
  file: string,
  messages: ConfigMessage[],
  texts = new Map<string, string>(),
): boolean {
  return new Loader(messages, texts).loadFile(root, file, { kind: 'include' });
}

/** Reads text; `file` names it in messages and is the base of includes. */
export function loadConfigText(root: ConfigNode, source: string, file: string, messages: ConfigMessage[]): boolean {
  return new Loader(messages, new Map()).loadText(root, source, file);
}

/** One file being read. */
class SourceFile {
  readonly path: string;
  private readonly source: string;
  private lineStarts: number[] | undefined;

  constructor(path: string, source: string) {
    this.path = path;
    this.source = source;
  }

  spanOf(start: number, end: number): Span {
    this.lineStarts ??= findLineStarts(this.source);
    let low = 0;
    for (let high = this.lineStarts.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if (this.lineStarts[middle]! <= start) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: start - this.lineStarts[low]! + 1, offset: start, length: end - start };
  }
}

function findLineStarts(source: string): number[] {
  const starts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

class Loader {
  private readonly messages: ConfigMessage[];
  private readonly texts: Map<string, string>;
  /** Files being read, outermost first: includes must not come round. */
  private readonly open: string[] = [];

  constructor(messages: ConfigMessage[], texts: Map<string, string>) {
    this.messages = messages;
    this.texts = texts;
  }

  loadFile(parent: ConfigNode, path: string, as: { readonly kind: 'file' | 'include' }): boolean {
    let source: string;
    try {
      source = this.texts.get(path) ?? readFileSync(path, 'utf8');
    } catch (error) {
      const reason = systemReason(error as NodeJS.ErrnoException);
      const what = as.kind === 'include' ? 'Failed to open configuration include file' : 'failed to open file:';
      return this.fail(`${what} ${path}: ${reason}`, path, 0);
    }
    this.texts.set(path, source);
    return this.loadText(parent, source, path);
  }

  loadText(parent: ConfigNode, source: string, path: string): boolean {
    if (this.open.includes(path)) return this.fail(`${path} includes itself`, path, 0);
    const parsed = parseYaml(source);
    const file = new SourceFile(path, source);
    if (!parsed.ok) {
      const { line } = file.spanOf(parsed.offset, parsed.offset);
      return this.fail(`Failed to parse configuration file at line ${line}: ${parsed.message}`, path, line);
    }
    if (parsed.tree === undefined) return true;
    this.open.push(path);
    const isLoaded = this.fill(parent, parsed.tree, file, 0);
    this.open.pop();
    return isLoaded;
  }

  /** Puts a tree into a node. */
  private fill(node: ConfigNode, tree: YamlTree, file: SourceFile, depth: number): boolean {
    if (depth > MAX_DEPTH)
      return this.fail('Recursion limit reached while parsing configuration file, aborting.', file.path, 0);
    if (tree.kind === 'mapping') return this.fillMapping(node, tree, file, depth);
    if (tree.kind === 'sequence') return this.fillSequence(node, tree, file, depth);
    if (tree.tag === '!include' && tree.value !== undefined)
      return this.include(node, tree, file, ` at parent node ${node.name}`);
    if (!node.isFinal) node.value = tree.value;
    return true;
  }

  private fillMapping(parent: ConfigNode, mapping: YamlMapping, file: SourceFile, depth: number): boolean {
    let hasInclude = false;
    for (const { key, value } of mapping.pairs) {
      if (key.value === 'include') {
        if (hasInclude) this.warnSecondInclude(key, file);
        hasInclude = true;
        if (!this.includeAll(parent, value, file)) return false;
        continue;
      }
      const node = this.nodeFor(parent, key, file);
      if (parent.parent?.isSequence === true && parent.value === undefined) parent.value = node.name;
      if (!this.fill(node, value, file, depth + 1)) return false;
    }
    return true;
  }

  private fillSequence(parent: ConfigNode, sequence: YamlSequence, file: SourceFile, depth: number): boolean {
    parent.isSequence = true;
    let index = 0;
    for (const item of sequence.items) {
      if (item.kind === 'text' && item.isEmpty && item.tag === undefined) continue; // as Suricata: takes no index
      if (item.kind === 'sequence') {
        this.say('warning', 'a sequence directly inside a sequence is ignored', file, item);
        continue;
      }
      const node = this.itemNode(parent, String(index++), item, file);
      if (item.kind === 'text' && node.value !== undefined) continue; // set on the command line
      if (!this.fill(node, item, file, depth + 1)) return false;
    }
    return true;
  }

  /** The node of an item. One made by the command line moves to its place in the order of the file. */
  private itemNode(parent: ConfigNode, name: string, item: YamlTree, file: SourceFile): ConfigNode {
    const node = parent.children.get(name) ?? new ConfigNode(name, parent);
    parent.children.delete(name);
    parent.children.set(name, node);
    node.place = this.placeOf(item, file);
    return node;
  }

  private nodeFor(parent: ConfigNode, key: YamlText, file: SourceFile): ConfigNode {
    const written = key.value ?? '';
    const isDotted = written.includes('.');
    const name = isDotted ? written : this.modernName(parent, written, key, file);
    const existing = parent.children.get(name);
    if (!isDotted && existing !== undefined && !existing.isFinal) {
      this.say('info', `Configuration node '${name}' redefined.`, file, key);
      prune(existing);
    }
    const node = isDotted ? nodeAt(parent, name) : (existing ?? nodeAt(parent, name));
    node.place = this.placeOf(key, file);
    return node;
  }

  private modernName(parent: ConfigNode, written: string, key: YamlText, file: SourceFile): string {
    if (!written.includes('_') || VARIABLE_GROUPS.has(parent.name)) return written;
    const name = written.replaceAll('_', '-');
    const { line } = file.spanOf(key.start, key.end);
    this.say('warning', `${written} is deprecated. Please use ${name} on line ${line}.`, file, key);
    return name;
  }

  private includeAll(parent: ConfigNode, value: YamlTree, file: SourceFile): boolean {
    const items = value.kind === 'sequence' ? value.items : [value];
    return items.every((item) => {
      if (item.kind === 'text' && item.value !== undefined) return this.include(parent, item, file, '');
      return this.fail('include: expected the name of a file', file.path, file.spanOf(item.start, item.end).line);
    });
  }

  private include(parent: ConfigNode, text: YamlText, file: SourceFile, where: string): boolean {
    const name = text.value ?? '';
    this.say('info', `Including configuration file ${name}${where}.`, file, text);
    const path = isAbsolute(name) ? name : join(dirname(file.path), name);
    return this.loadFile(parent, path, { kind: 'include' });
  }

  private warnSecondInclude(key: YamlText, file: SourceFile): void {
    const { line } = file.spanOf(key.start, key.end);
    this.say(
      'warning',
      `Several "include" keys in one mapping are deprecated, write one with a list of files: line ${line} of ${basename(file.path)}`,
      file,
      key,
    );
  }

  private placeOf(tree: YamlTree, file: SourceFile): Place {
    return { file: file.path, span: file.spanOf(tree.start, tree.kind === 'text' ? tree.end : tree.start) };
  }

  private say(level: ConfigMessage['level'], message: string, file: SourceFile, at: YamlTree): void {
    this.messages.push({ level, message, file: file.path, line: file.spanOf(at.start, at.end).line });
  }

  private fail(message: string, file: string, line: number): false {
    this.messages.push({ level: 'error', message, file, line });
    return false;
  }
}

const REASONS: Record<string, string> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
};

function systemReason(error: NodeJS.ErrnoException): string {
  return REASONS[error.code ?? ''] ?? error.message;
}
