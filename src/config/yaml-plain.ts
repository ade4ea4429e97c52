// A quick reader for the plain part of YAML that configurations are made of: block mappings and sequences of one-line
// values. Whatever else a file holds, the whole file goes to the library; both agree (test/config/yaml.test.ts).
// Worth its lines: the library needs longer for suricata.yaml than all the rest of the start.
import type { YamlMapping, YamlSequence, YamlText, YamlTree } from './yaml-tree.ts';

interface Line {
  readonly indent: number;
  readonly text: string;
  /** Offset of `text` in the file. */
  readonly start: number;
}

/** The document's tree, or undefined when it is not that plain (or wrong: the library then says what is). */
export function parsePlainYaml(source: string): YamlTree | undefined {
  const lines = readLines(source);
  if (lines === undefined) return undefined;
  const reader = new PlainReader(lines);
  const tree = reader.block(0);
  return tree !== undefined && reader.isDone ? tree : undefined;
}

const HEADER = /^(?:[ \t]*#[^\n]*\n|[ \t]*\n)*%YAML 1\.1[ \t]*\n(?:[ \t]*#[^\n]*\n|[ \t]*\n)*---[ \t]*(?:\n|$)/;

/** Lines with content; undefined at anything that needs the library. */
function readLines(source: string): Line[] | undefined {
  const header = HEADER.exec(source);
  if (header === null || source.includes('\t') || source.includes('\r')) return undefined;
  const lines: Line[] = [];
  for (let at = header[0].length; at < source.length;) {
    const next = source.indexOf('\n', at);
    const end = next < 0 ? source.length : next;
    let first = at;
    while (first < end && source.charCodeAt(first) === 32) first++;
    const text = first < end && source.charAt(first) !== '#' ? withoutComment(source.slice(first, end)) : '';
    if (text === undefined || (first === at && /^(?:---|\.\.\.|%)/.test(text))) return undefined;
    if (text !== '') lines.push({ indent: first - at, text, start: first });
    at = end + 1;
  }
  return lines.length > 0 ? lines : undefined;
}

/** Cuts a trailing comment; undefined where a quote leaves doubt. */
function withoutComment(text: string): string | undefined {
  const at = text.indexOf(' #');
  if (at < 0) return text.trimEnd();
  const quote = /["']/.exec(text);
  if (quote === null || quote.index > at) return text.slice(0, at).trimEnd();
  const quoted = /^(?:- )*(?:[^\s"':#][^"':#]*: +)?("(?:[^"\\]|\\.)*"|'(?:[^']|'')*') *(?: #.*)?$/.exec(text);
  if (quoted === null) return undefined;
  return text.slice(0, text.indexOf(quoted[1]!) + quoted[1]!.length);
}

/** A key: letters, digits and a few signs, no quotes. */
const KEY = /^([A-Za-z0-9_][A-Za-z0-9_.+/-]*(?: [A-Za-z0-9_.+/-]+)*)[ ]*:(?: +|$)/;
/** First characters that begin something other than a plain value. */
const INDICATORS = new Set('[]{}!&*|>%@`,#?:-'.split(''));

/** Items without commas, quotes or brackets inside. */
const INLINE_SEQUENCE =
  /^\[ *((?:"[^"\\,]*"|[A-Za-z0-9_$/.+][A-Za-z0-9_$/.+ -]*)(?: *, *(?:"[^"\\,]*"|[A-Za-z0-9_$/.+][A-Za-z0-9_$/.+ -]*))*) *\]$/;

class PlainReader {
  private readonly lines: readonly Line[];
  private index = 0;
  /** Remaining part of the current line after `- `, as a line of its own. */
  private rest: Line | undefined;

  constructor(lines: readonly Line[]) {
    this.lines = lines;
  }

  get isDone(): boolean {
    return this.rest === undefined && this.index === this.lines.length;
  }

  private peek(): Line | undefined {
    return this.rest ?? this.lines[this.index];
  }

  private take(): void {
    if (this.rest === undefined) this.index++;
    else {
      this.rest = undefined;
      this.index++;
    }
  }

  /** The block that begins at the current line, if it is indented by at least `minimum`. */
  block(minimum: number): YamlTree | undefined {
    const line = this.peek();
    if (line === undefined || line.indent < minimum) return undefined;
    if (isItem(line.text)) return this.sequence(line.indent);
    return KEY.test(line.text) ? this.mapping(line.indent) : undefined;
  }

  private sequence(indent: number): YamlSequence | undefined {
    const items: YamlTree[] = [];
    const start = this.peek()!.start;
    let end = start;
    for (let line = this.peek(); line?.indent === indent && isItem(line.text); line = this.peek()) {
      const item = this.item(line);
      if (item === undefined) return undefined;
      items.push(item);
      end = item.end;
    }
    if ((this.peek()?.indent ?? -1) > indent) return undefined;
    return { kind: 'sequence', items, start, end };
  }

  private item(line: Line): YamlTree | undefined {
    const after = line.text.slice(1).trimStart();
    const skipped = line.text.length - after.length;
    if (after === '') return undefined; // its content is on the next line, or there is none: rare
    const inner = { indent: line.indent + skipped, text: after, start: line.start + skipped };
    if (isItem(after)) return undefined;
    if (KEY.test(after)) {
      this.rest = inner;
      return this.mapping(inner.indent);
    }
    this.take();
    return this.isContinued(line.indent) ? undefined : this.value(after, inner.start);
  }

  private mapping(indent: number): YamlMapping | undefined {
    const pairs: { key: YamlText; value: YamlTree }[] = [];
    const start = this.peek()!.start;
    let end = start;
    for (let line = this.peek(); line?.indent === indent && !isItem(line.text); line = this.peek()) {
      const match = KEY.exec(line.text);
      if (match === null) return undefined;
      const name = match[1]!;
      const key: YamlText = {
        kind: 'text',
        value: name,
        isEmpty: false,
        start: line.start,
        end: line.start + name.length,
      };
      this.take();
      const value = this.valueOf(line, match[0].length);
      if (value === undefined) return undefined;
      pairs.push({ key, value });
      end = value.end;
    }
    if ((this.peek()?.indent ?? -1) > indent) return undefined;
    return { kind: 'mapping', pairs, start, end };
  }

  /** What follows a key: on its line, or in the lines below. */
  private valueOf(line: Line, at: number): YamlTree | undefined {
    const text = line.text.slice(at);
    if (text !== '') return this.isContinued(line.indent) ? undefined : this.value(text, line.start + at);
    const next = this.peek();
    // A sequence may stand at the indentation of its key.
    const isBelow =
      next !== undefined && (next.indent > line.indent || (next.indent === line.indent && isItem(next.text)));
    if (isBelow) return this.block(next.indent);
    const end = line.start + line.text.length;
    return { kind: 'text', value: undefined, isEmpty: true, start: end, end };
  }

  /** The next line is indented deeper: the value goes on there. */
  private isContinued(indent: number): boolean {
    return (this.peek()?.indent ?? -1) > indent;
  }

  private value(text: string, start: number): YamlTree | undefined {
    const first = text.charAt(0);
    const end = start + text.length;
    if (first === '[') return this.inlineSequence(text, start);
    if (first === '"') return /^"[^"\\]*"$/.test(text) ? plain(text.slice(1, -1), start, end) : undefined;
    if (first === "'") return /^'[^']*'$/.test(text) ? plain(text.slice(1, -1), start, end) : undefined;
    if (first === '-' && /^-[^\s-]/.test(text)) return this.unquoted(text, start, end);
    return INDICATORS.has(first) ? undefined : this.unquoted(text, start, end);
  }

  /** `[a, "b", c]` of simple texts. */
  private inlineSequence(text: string, start: number): YamlSequence | undefined {
    if (text === '[]') return { kind: 'sequence', items: [], start, end: start + 2 };
    const match = INLINE_SEQUENCE.exec(text);
    if (match === null) return undefined;
    const items: YamlText[] = [];
    let at = start + text.length - text.slice(1).trimStart().length;
    for (const part of match[1]!.split(',')) {
      const word = part.trim();
      const from = at + part.indexOf(word);
      const isQuoted = word.startsWith('"');
      const item = isQuoted
        ? plain(word.slice(1, -1), from, from + word.length)
        : this.unquoted(word, from, from + word.length);
      if (item === undefined) return undefined;
      items.push(item);
      at += part.length + 1;
    }
    return { kind: 'sequence', items, start, end: start + text.length };
  }

  private unquoted(text: string, start: number, end: number): YamlText | undefined {
    if (text.includes(': ') || text.endsWith(':')) return undefined;
    if (text === '~' || text === 'null' || text === 'Null' || text === 'NULL')
      return { kind: 'text', value: undefined, isEmpty: false, start, end };
    return plain(text, start, end);
  }
}

function isItem(text: string): boolean {
  return text === '-' || text.startsWith('- ');
}

function plain(value: string, start: number, end: number): YamlText {
  return { kind: 'text', value, isEmpty: false, start, end };
}
