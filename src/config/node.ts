// ConfigNode: the tree of settings. Every value is text at heart, as in Suricata; readers convert and complain.
import { diagnostic } from '../base/diagnostic.ts';
import type { Diagnostic, Span } from '../base/diagnostic.ts';
import { parseBool, parseInteger, parseSize, parseTime } from './values.ts';

/** Where a node was written. Nodes set on the command line have no line. */
export interface Place {
  readonly file: string;
  readonly span: Span;
}

export const NOWHERE: Place = { file: '', span: { line: 0, column: 0, offset: 0, length: 0 } };

/** Collects what readers find wrong; shared by all nodes of a tree. */
export interface DiagnosticList {
  readonly items: Diagnostic[];
  /** What was said once: a setting may be read more than once. */
  readonly said: Set<string>;
}

/**
 * A mapping, a sequence or a value; as in Suricata a node may have both a value and children. An item of a sequence is
 * named by its index, and when it is a mapping its value is the first key: `outputs.0 = fast`, `outputs.0.fast.enabled = yes`.
 */
export class ConfigNode {
  readonly name: string;
  readonly parent: ConfigNode | undefined;
  /** Undefined: null or not given. */
  value: string | undefined;
  isSequence = false;
  /** Set by the command line: files do not change it. */
  isFinal = false;
  place: Place = NOWHERE;
  /** In order of appearance. */
  readonly children = new Map<string, ConfigNode>();
  private readonly diagnostics: DiagnosticList;

  constructor(name: string, parent?: ConfigNode) {
    this.name = name;
    this.parent = parent;
    this.diagnostics = parent?.diagnostics ?? { items: [], said: new Set() };
  }

  /** Dotted path from the root. */
  get path(): string {
    const above = this.parent?.path ?? '';
    return above === '' ? this.name : `${above}.${this.name}`;
  }

  /** Complaints of all readers of this tree so far, emptied: take and show them. */
  takeDiagnostics(): Diagnostic[] {
    return this.diagnostics.items.splice(0);
  }

  child(name: string): ConfigNode | undefined {
    return this.children.get(name);
  }

  /** The node at a dotted path below this one. */
  get(path: string): ConfigNode | undefined {
    const direct = this.children.get(path);
    if (direct !== undefined || !path.includes('.')) return direct;
    return path.split('.').reduce<ConfigNode | undefined>((node, part) => node?.children.get(part), this);
  }

  /** The children in order: items of a sequence, or entries of a mapping. */
  items(): ConfigNode[] {
    return [...this.children.values()];
  }

  /** The item of a sequence of named mappings (`outputs`, `types`, `af-packet`): value and, if a mapping, its body. */
  entries(): { readonly name: string; readonly body: ConfigNode | undefined; readonly item: ConfigNode }[] {
    return this.items().map((item) => {
      // an item that an override made has no text of its own
      const name = item.value ?? (this.isSequence ? (item.items()[0]?.name ?? '') : item.name);
      return { name, body: item.child(name), item };
    });
  }

  /** Texts of a sequence, or of one value standing for a sequence of one; null items are left out. */
  strings(path: string): string[] {
    const node = this.get(path);
    if (node === undefined) return [];
    if (node.children.size === 0) return node.value === undefined ? [] : [node.value];
    return node.items().flatMap((item) => (item.value === undefined ? [] : [item.value]));
  }

  /** Text at `path`; the default when absent or null. */
  string(path: string, fallback: string): string;
  string(path: string, fallback?: string): string | undefined;
  string(path: string, fallback?: string): string | undefined {
    const node = this.get(path);
    if (node === undefined) return fallback;
    if (node.value === undefined && node.children.size > 0) this.reportType(node, 'a text');
    return node.value ?? fallback;
  }

  /** yes/true/on/1 and no/false/off/0 in any case; anything else is reported and the default taken. */
  bool(path: string, fallback: boolean): boolean {
    return this.read(path, fallback, parseBool, 'yes or no');
  }

  /** A whole number, decimal or 0x-hexadecimal, within `range` if given. */
  int(path: string, fallback: number, range: { readonly min?: number; readonly max?: number } = {}): number {
    const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range;
    const expected = range.min === undefined && range.max === undefined ? 'a number' : `a number from ${min} to ${max}`;
    const parse = (text: string): number | undefined => {
      const value = parseInteger(text);
      return value !== undefined && value >= min && value <= max ? value : undefined;
    };
    return this.read(path, fallback, parse, expected);
  }

  /** Bytes: `64mb`, `64 MiB`, `10kb`, `1gb`, `4096`. */
  size(path: string, fallback: number): number {
    return this.read(path, fallback, parseSize, 'a size such as 64 MiB');
  }

  /** Seconds: `30`, `10s`, `5m`, `1h`, `2d`. */
  seconds(path: string, fallback: number): number {
    return this.read(path, fallback, parseTime, 'a time such as 10s, 5m, 1h');
  }

  /** One of `choices` (in any case). */
  choice<T extends string>(path: string, choices: readonly T[], fallback: T): T {
    const parse = (text: string): T | undefined => choices.find((one) => one.toLowerCase() === text.toLowerCase());
    return this.read(path, fallback, parse, `one of ${choices.join(', ')}`);
  }

  /** Adds a complaint about the node at `path` (or, when absent, about this one). */
  report(code: string, message: string, path?: string, hint?: string): void {
    const node = (path === undefined ? undefined : this.get(path)) ?? this;
    const { items, said } = this.diagnostics;
    const key = `${node.path}\n${code}\n${message}`;
    if (said.has(key)) return;
    said.add(key);
    items.push(diagnostic('warning', code, message, node.place, hint));
  }

  private read<T>(path: string, fallback: T, parse: (text: string) => T | undefined, expected: string): T {
    const node = this.get(path);
    if (node === undefined) return fallback;
    if (node.value === undefined) {
      if (node.children.size > 0) this.reportType(node, expected);
      return fallback;
    }
    const parsed = parse(node.value);
    if (parsed !== undefined) return parsed;
    this.reportType(node, expected);
    return fallback;
  }

  private reportType(node: ConfigNode, expected: string): void {
    const found = node.value === undefined ? `a ${node.isSequence ? 'sequence' : 'mapping'}` : `"${node.value}"`;
    this.report(
      'config/type',
      `${node.path}: expected ${expected}, found ${found}`,
      node === this ? undefined : relative(this, node),
    );
  }
}

function relative(from: ConfigNode, to: ConfigNode): string {
  return to.path.slice(from.path === '' ? 0 : from.path.length + 1);
}
