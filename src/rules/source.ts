// From a file's bytes to logical lines: decoding, comments, disabled rules, continuation lines.
import { isAscii, isUtf8 } from 'node:buffer';
import type { Span } from '../base/diagnostic.ts';

const ESCAPE_BASE = 0xdc00;

/**
 * Text of a rule file. UTF-8; a byte that is not UTF-8 becomes the lone surrogate U+DC00+byte, so that
 * `encodeRuleText` gives the very bytes back. A byte order mark is dropped.
 */
export function decodeRuleText(bytes: Uint8Array): string {
  let text = '';
  let start = afterMark(bytes);
  while (start < bytes.length) {
    const end = lineEnd(bytes, start);
    text += decodeLine(bytes, start, end);
    start = end;
  }
  return text;
}

/** Where a text begins: behind a byte order mark, if there is one. */
function afterMark(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

/** Behind the line feed that ends the line at `start`, or the end of all. */
function lineEnd(bytes: Uint8Array, start: number): number {
  const end = bytes.indexOf(0x0a, start);
  return end < 0 ? bytes.length : end + 1;
}

function decodeLine(bytes: Uint8Array, start: number, end: number): string {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  if (isAscii(line)) return line.toString('latin1');
  if (isUtf8(line)) return line.toString('utf8');
  let text = '';
  for (const byte of line) text += String.fromCharCode(byte < 0x80 ? byte : ESCAPE_BASE + byte);
  return text;
}

/** Bytes of a piece of rule text, the inverse of `decodeRuleText`. */
export function encodeRuleText(text: string): Uint8Array {
  if (!/[\udc80-\udcff]/.test(text)) return new TextEncoder().encode(text);
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code >= ESCAPE_BASE + 0x80 && code <= ESCAPE_BASE + 0xff) bytes.push(code - ESCAPE_BASE);
    else bytes.push(...new TextEncoder().encode(char));
  }
  return Uint8Array.from(bytes);
}

/** One logical line with the way back to file positions. */
export class SourceLine {
  readonly text: string;
  /** 1-based number of its first physical line */
  readonly line: number;
  /** file offset of its first character */
  readonly offset: number;
  /** Where it begins in the bytes of the file. */
  byteStart = 0;
  // per further physical line: offset in `text`, offset in the file, line number
  readonly #joints: readonly number[];
  readonly #column: number;

  constructor(text: string, line: number, offset: number, column = 1, joints: readonly number[] = []) {
    this.text = text;
    this.line = line;
    this.offset = offset;
    this.#column = column;
    this.#joints = joints;
  }

  span(at: number, length: number): Span {
    let line = this.line;
    let offset = this.offset + at;
    let column = this.#column + at;
    for (let i = 0; i < this.#joints.length && this.#joints[i]! <= at; i += 3) {
      const within = at - this.#joints[i]!;
      offset = this.#joints[i + 1]! + within;
      line = this.#joints[i + 2]!;
      column = within + 1;
    }
    return { line, column, offset, length };
  }
}

export type LineKind = 'rule' | 'disabled' | 'indented';

const DISABLED =
  /^#[#\s]*(?:alert|pass|drop|reject|rejectsrc|rejectdst|rejectboth|config|accept)(?::[a-z]+)?(?:,[a-z:]+)*\s+\S+\s+\S+.*(?:\(|\\\s*$)/i;
const STARTS_RULE = /^#*\s*(?:alert|pass|drop|reject|rejectsrc|rejectdst|rejectboth|config|accept)[\s:,]/i;

/**
 * Hands every logical line that is not blank and not a plain comment to `each`.
 * A line that starts with white space is `indented`: Suricata skips it, wherever a rule would start.
 */
export function forEachLogicalLine(bytes: Uint8Array, each: (line: SourceLine, kind: LineKind) => void): void {
  const reader = new LineReader(bytes, afterMark(bytes), 0);
  while (reader.next()) {
    const kind = kindOf(reader.line);
    if (kind === undefined) continue;
    each(reader.join(kind === 'disabled'), kind);
  }
}

/** The logical line that lies at `start` and is the physical line of that number. */
export function logicalLineAt(bytes: Uint8Array, start: number, number: number): SourceLine {
  const reader = new LineReader(bytes, start, number - 1);
  reader.next();
  return reader.join(false);
}

function kindOf(line: string): LineKind | undefined {
  const first = line.charCodeAt(0);
  if (Number.isNaN(first)) return undefined;
  if (first === 0x23) return DISABLED.test(line) ? 'disabled' : undefined;
  if (first === 0x20 || (first >= 9 && first <= 13)) return line.trim() === '' ? undefined : 'indented';
  return 'rule';
}

/** Line by line: the text of a large rule set is never one string, which its rules would keep. */
class LineReader {
  readonly #bytes: Uint8Array;
  #position: number;
  #number: number;
  /** Of the current line: its first byte, and its first character counted from the first line read. */
  #byteStart = 0;
  #start = 0;
  #nextStart = 0;
  line = '';

  constructor(bytes: Uint8Array, position: number, number: number) {
    this.#bytes = bytes;
    this.#position = position;
    this.#number = number;
  }

  next(): boolean {
    const bytes = this.#bytes;
    if (this.#position >= bytes.length) return false;
    this.#byteStart = this.#position;
    this.#position = lineEnd(bytes, this.#byteStart);
    const text = decodeLine(bytes, this.#byteStart, this.#position);
    this.#number++;
    this.#start = this.#nextStart;
    this.#nextStart += text.length;
    this.line = text.endsWith('\n') ? text.slice(0, -1) : text;
    return true;
  }

  /** The logical line that starts at the current physical one. A disabled one never swallows an enabled rule. */
  join(isDisabled: boolean): SourceLine {
    const byteStart = this.#byteStart;
    const line = this.#joined(isDisabled);
    line.byteStart = byteStart;
    return line;
  }

  #joined(isDisabled: boolean): SourceLine {
    const number = this.#number;
    const start = this.#start;
    let piece = this.line.trimEnd();
    if (!piece.endsWith('\\')) return new SourceLine(piece, number, start);
    const pieces: string[] = [];
    const joints: number[] = [];
    let length = 0;
    while (piece.endsWith('\\')) {
      pieces.push(piece.slice(0, -1));
      length += piece.length - 1;
      piece = '';
      if (isDisabled && STARTS_RULE.test(this.#peek())) break;
      if (!this.next()) break;
      joints.push(length, this.#start, this.#number);
      const isComment = isDisabled && this.line.startsWith('#');
      piece = (isComment ? ` ${this.line.slice(1)}` : this.line).trimEnd();
    }
    return new SourceLine(pieces.join('') + piece, number, start, 1, joints);
  }

  #peek(): string {
    const bytes = this.#bytes;
    return decodeLine(bytes, this.#position, lineEnd(bytes, this.#position));
  }
}
