// YAML text to a small tree of mappings, sequences and texts with their places. Values stay text: YAML 1.1's types
// are not applied, as in Suricata. The `yaml` library does the work; it is loaded only when needed.
import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import { parsePlainYaml } from './yaml-plain.ts';

/** Character range in the file, for places. */
interface Range {
  /** 0-based offset of the first character. */
  readonly start: number;
  readonly end: number;
}

export interface YamlText extends Range {
  readonly kind: 'text';
  /** Undefined: null (`~`, `null` or nothing, unquoted). */
  readonly value: string | undefined;
  /** Nothing at all was written. */
  readonly isEmpty: boolean;
  /** `!include` and the like, without more meaning. */
  readonly tag?: string;
}
export interface YamlMapping extends Range {
  readonly kind: 'mapping';
  readonly pairs: readonly { readonly key: YamlText; readonly value: YamlTree }[];
}
export interface YamlSequence extends Range {
  readonly kind: 'sequence';
  readonly items: readonly YamlTree[];
}
export type YamlTree = YamlText | YamlMapping | YamlSequence;

/** A document, or nothing for an empty file; or the first error. */
export type ParsedYaml =
  | { readonly ok: true; readonly tree: YamlTree | undefined }
  | { readonly ok: false; readonly message: string; readonly offset: number };

/** Unquoted texts that mean null. */
export const NULL_TEXTS: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);

const NO_HEADER = 'the configuration file must begin with the following two lines: %YAML 1.1 and ---';

export function parseYaml(source: string): ParsedYaml {
  const plain = parsePlainYaml(source);
  return plain === undefined ? parseAnyYaml(source) : { ok: true, tree: plain };
}

/** With the library, whatever the document looks like. */
export function parseAnyYaml(source: string): ParsedYaml {
  const yaml = createRequire(import.meta.url)('yaml') as typeof Yaml;
  const options = { schema: 'failsafe', version: '1.1', uniqueKeys: false, prettyErrors: false, merge: false } as const;
  const documents = yaml.parseAllDocuments(source, options) as Yaml.Document.Parsed[];
  const [first] = documents;
  if (
    first === undefined ||
    (first.contents === null && first.directives.yaml.explicit !== true && documents.length === 1)
  )
    return { ok: true, tree: undefined };
  for (const document of documents) {
    const error = document.errors[0];
    if (error !== undefined) return { ok: false, message: error.message, offset: error.pos[0] };
    if (document.directives.yaml.explicit !== true) return { ok: false, message: NO_HEADER, offset: document.range[0] };
    if (document.directives.yaml.version !== '1.1')
      return { ok: false, message: 'invalid YAML version, must be 1.1', offset: 0 };
  }
  const converter = new Converter(yaml);
  return { ok: true, tree: first.contents === null ? undefined : converter.convert(first.contents) };
}

class Converter {
  private readonly yaml: typeof Yaml;
  private readonly anchors = new Map<string, YamlTree>();

  constructor(yaml: typeof Yaml) {
    this.yaml = yaml;
  }

  convert(node: unknown): YamlTree {
    const { isAlias, isMap, isScalar, isSeq } = this.yaml;
    if (isAlias(node)) return this.anchors.get(node.source) ?? emptyAt(node.range?.[0] ?? 0);
    if (isScalar(node)) return this.remember(node.anchor, text(node));
    if (isMap(node)) {
      const pairs = node.items.map((pair) => ({ key: this.key(pair.key), value: this.convert(pair.value) }));
      return this.remember(node.anchor, { kind: 'mapping', pairs, ...range(node) });
    }
    if (isSeq(node))
      return this.remember(node.anchor, {
        kind: 'sequence',
        items: node.items.map((item) => this.convert(item)),
        ...range(node),
      });
    return emptyAt(0);
  }

  private key(node: unknown): YamlText {
    const tree = this.convert(node);
    return tree.kind === 'text' ? tree : emptyAt(tree.start);
  }

  private remember(anchor: string | undefined, tree: YamlTree): YamlTree {
    if (anchor !== undefined) this.anchors.set(anchor, tree);
    return tree;
  }
}

function text(node: Yaml.Scalar): YamlText {
  const source = typeof node.value === 'string' ? node.value : '';
  const isNull = node.type === 'PLAIN' && NULL_TEXTS.has(source);
  const tag = node.tag === undefined || node.tag.startsWith('tag:yaml.org') ? {} : { tag: node.tag };
  return { kind: 'text', value: isNull ? undefined : source, isEmpty: isNull && source === '', ...range(node), ...tag };
}

function range(node: { range?: Yaml.Range | null | undefined }): Range {
  return { start: node.range?.[0] ?? 0, end: node.range?.[1] ?? 0 };
}

function emptyAt(offset: number): YamlText {
  return { kind: 'text', value: undefined, isEmpty: true, start: offset, end: offset };
}
