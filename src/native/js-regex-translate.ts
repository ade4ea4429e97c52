// Translates a PCRE expression to a JavaScript one that means the same over bytes, or says what stands in the way.
// Case, `.`, `$`, `\s` and POSIX classes are spelled out, because JavaScript's own differ; so neither i, m nor s is used.
import { addAll, byteSet, foldCase, invert, POSIX_SETS, printByte, printSet } from './js-regex-class.ts';
import type { ByteSet } from './js-regex-class.ts';
import { readEscape } from './js-regex-escape.ts';
import type { RegexFlags } from './regex.ts';

export interface Translation {
  /** for `new RegExp`, with no flag that changes meaning */
  readonly source: string;
  readonly captureCount: number;
  readonly names: ReadonlyMap<string, number>;
  /** a repetition inside a repetition: backtracking may take exponential time */
  readonly isRisky: boolean;
}

export class Untranslatable extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

type Mode = Readonly<Record<'caseless' | 'multiline' | 'dotAll' | 'extended' | 'ungreedy', boolean>>;

/** An open or closed group; the outermost stands for the whole expression. */
interface Frame {
  readonly mode: Mode;
  readonly parent: Frame | undefined;
  /** the alternative of the parent it stands in */
  readonly parentAlternative: number;
  /** 0 when it does not capture */
  readonly number: number;
  readonly isNegative: boolean;
  readonly isLookbehind: boolean;
  alternative: number;
  hasLoop: boolean;
  isOpen: boolean;
  /** true when a match of the parent's alternative may leave it out */
  isOptional: boolean;
}

const NOT_LINE_FEED = invert(byteSet([0x0a, 0x0a]));
const ANY = byteSet([0, 255]);
const QUANTIFIER = /^(?:[*+?]|\{(\d+)(,(\d*))?\})/;
const GROUP_OPEN = /^\(\?(?::|=|!|<=|<!|(?:P?<|')([A-Za-z_]\w*)[>'])/;
const MODE_LETTERS: Readonly<Record<string, keyof Mode>> = {
  i: 'caseless',
  m: 'multiline',
  s: 'dotAll',
  x: 'extended',
  U: 'ungreedy',
};
// a repetition this often is as good as unbounded where backtracking is concerned
const MANY = 10;

class Translator {
  private readonly text: string;
  private readonly dollarEndOnly: boolean;
  private at = 0;
  private out = '';
  private mode: Mode;
  private frame: Frame;
  private readonly groups: Frame[] = [];
  private readonly names = new Map<string, number>();
  /** what a quantifier here would repeat: nothing, one atom, or the group that has just been closed */
  private last: 'nothing' | 'atom' | Frame = 'nothing';
  private isRisky = false;

  constructor(text: string, flags: RegexFlags) {
    this.text = text;
    this.dollarEndOnly = flags.dollarEndOnly === true;
    this.mode = {
      caseless: flags.caseless === true,
      multiline: flags.multiline === true,
      dotAll: flags.dotAll === true,
      extended: flags.extended === true,
      ungreedy: flags.ungreedy === true,
    };
    this.frame = this.newFrame(undefined, {});
  }

  translate(): Translation {
    while (this.at < this.text.length) this.step();
    if (this.frame.parent !== undefined) this.refuse('a group is not closed');
    return { source: this.out, captureCount: this.groups.length, names: this.names, isRisky: this.isRisky };
  }

  private refuse(message: string): never {
    throw new Untranslatable(message, this.at);
  }

  private newFrame(parent: Frame | undefined, kind: { number?: number; opening?: string }): Frame {
    return {
      mode: this.mode,
      parent,
      parentAlternative: parent?.alternative ?? 0,
      number: kind.number ?? 0,
      isNegative: kind.opening?.endsWith('!') === true,
      isLookbehind: kind.opening?.startsWith('(?<') === true && kind.number === undefined,
      alternative: 0,
      hasLoop: false,
      isOpen: true,
      isOptional: false,
    };
  }

  private step(): void {
    const c = this.text[this.at]!;
    if (this.mode.extended && this.skipIgnored(c)) return;
    if (c === '(') this.open();
    else if (c === ')') this.close();
    else if (c === '|') this.alternative();
    else if (c === '[') this.brackets();
    else if (c === '\\') this.escape();
    else if (c === '.') this.emit(printSet(this.mode.dotAll ? ANY : NOT_LINE_FEED), 1);
    else if (c === '^') this.assertion(this.mode.multiline ? '(?:^|(?<=\\n)(?!$))' : '^', 1);
    else if (c === '$') this.assertion(this.dollar(), 1);
    else if (QUANTIFIER.test(this.text.slice(this.at, this.at + 20))) this.quantifier();
    else this.literal(c.charCodeAt(0), 1);
  }

  private skipIgnored(c: string): boolean {
    if (/[ \t\n\v\f\r]/.test(c)) {
      this.at++;
      return true;
    }
    if (c !== '#') return false;
    const end = this.text.indexOf('\n', this.at);
    this.at = end < 0 ? this.text.length : end + 1;
    return true;
  }

  private emit(text: string, length: number): void {
    this.out += text;
    this.at += length;
    this.last = 'atom';
  }

  private assertion(text: string, length: number): void {
    this.emit(text, length);
    this.last = 'nothing';
  }

  private literal(byte: number, length: number): void {
    const lower = byte | 0x20;
    if (!this.mode.caseless || lower < 0x61 || lower > 0x7a) return this.emit(printByte(byte), length);
    this.emit(`[${String.fromCharCode(lower - 0x20, lower)}]`, length);
  }

  private dollar(): string {
    if (this.mode.multiline) return '(?=\\n|$)';
    return this.dollarEndOnly ? '$' : '(?=\\n?$)';
  }

  private alternative(): void {
    this.out += '|';
    this.at++;
    this.frame.alternative++;
    this.last = 'nothing';
  }

  private open(): void {
    const rest = this.text.slice(this.at, this.at + 80);
    if (rest.startsWith('(?#')) return this.comment();
    if (rest.startsWith('(*')) this.refuse('a verb (*...)');
    if (!rest.startsWith('(?')) return this.push('(', 1, { number: this.groups.length + 1 });
    const named = /^\(\?P=([A-Za-z_]\w*)\)/.exec(rest);
    if (named !== null) return this.reference(named[1]!, this.at + named[0].length);
    const opening = GROUP_OPEN.exec(rest);
    if (opening === null) return this.inlineFlags(rest);
    if (opening[1] === undefined) return this.push(opening[0], opening[0].length, { opening: opening[0] });
    if (this.names.has(opening[1])) this.refuse('two groups of one name');
    this.names.set(opening[1], this.groups.length + 1);
    this.push('(', opening[0].length, { number: this.groups.length + 1 });
  }

  private comment(): void {
    const end = this.text.indexOf(')', this.at);
    if (end < 0) this.refuse('a comment is not closed');
    this.at = end + 1;
  }

  /** `(?i)`, `(?s-m)`, `(?i:...)`; everything else that begins with `(?` has no like in JavaScript. */
  private inlineFlags(rest: string): void {
    const found = /^\(\?([imsxU]*)(?:-([imsxU]+))?([:)])/.exec(rest);
    if (found === null) this.refuse('an atomic, conditional, recursive or branch-reset group');
    const mode: Record<keyof Mode, boolean> = { ...this.mode };
    for (const letter of found[1]!) mode[MODE_LETTERS[letter]!] = true;
    for (const letter of found[2] ?? '') mode[MODE_LETTERS[letter]!] = false;
    if (found[3] === ':') this.push('(?:', found[0].length, {});
    else this.at += found[0].length;
    this.mode = mode;
  }

  private push(text: string, length: number, kind: { number?: number; opening?: string }): void {
    this.out += text;
    this.at += length;
    this.frame = this.newFrame(this.frame, kind);
    if (kind.number !== undefined) this.groups.push(this.frame);
    this.last = 'nothing';
  }

  private close(): void {
    const closed = this.frame;
    if (closed.parent === undefined) this.refuse('a parenthesis too many');
    this.out += ')';
    this.at++;
    closed.isOpen = false;
    this.mode = closed.mode;
    this.frame = closed.parent;
    if (closed.hasLoop) this.frame.hasLoop = true;
    this.last = closed;
  }

  private quantifier(): void {
    const found = QUANTIFIER.exec(this.text.slice(this.at, this.at + 20))!;
    if (this.last === 'nothing') this.refuse('a quantifier after nothing or after an assertion');
    const sign = found[0][0]!;
    const minimum = sign === '{' ? Number(found[1]) : sign === '+' ? 1 : 0;
    const maximum = sign === '{' ? upper(found) : sign === '?' ? 1 : Infinity;
    this.at += found[0].length;
    const suffix = this.text[this.at];
    if (suffix === '+') this.refuse('a possessive quantifier');
    if (suffix === '?') this.at++;
    this.out += found[0] + ((suffix === '?') !== this.mode.ungreedy ? '?' : '');
    this.noteLoop(minimum, maximum);
    this.last = 'nothing';
  }

  private noteLoop(minimum: number, maximum: number): void {
    if (typeof this.last === 'object') {
      if (minimum === 0) this.last.isOptional = true;
      if (maximum >= MANY && this.last.hasLoop) this.isRisky = true;
    }
    if (maximum >= MANY) this.frame.hasLoop = true;
  }

  private escape(): void {
    if (this.text.startsWith('\\Q', this.at)) return this.quoted();
    const found = readEscape(this.text, this.at + 1, this.groups.length, false);
    if (found.kind === 'problem') this.refuse(found.message);
    const length = found.end - this.at;
    if (found.kind === 'byte') this.literal(found.byte, length);
    else if (found.kind === 'set') this.emit(printSet(found.set), length);
    else if (found.kind === 'reference') this.reference(found.group, found.end);
    else this.special(found.letter, length);
  }

  private quoted(): void {
    const end = this.text.indexOf('\\E', this.at);
    const stop = end < 0 ? this.text.length : end;
    this.at += 2;
    while (this.at < stop) this.literal(this.text.charCodeAt(this.at), 1);
    this.at = end < 0 ? stop : end + 2;
  }

  private special(letter: string, length: number): void {
    if (letter === 'A') this.assertion('^', length);
    else if (letter === 'Z') this.assertion('(?=\\n?$)', length);
    else if (letter === 'z') this.assertion('$', length);
    else if (letter === 'b' || letter === 'B') this.assertion(`\\${letter}`, length);
    else if (letter === 'N') this.emit(printSet(NOT_LINE_FEED), length);
    else if (letter === 'C') this.emit('[^]', length);
    // PCRE never gives back the \n of a \r\n that \R has taken
    else if (letter === 'R') this.emit('(?:\\r\\n|(?!\\r\\n)[\\n-\\r\\x85])', length);
    else if (letter === 'E') this.at += length;
    else this.refuse(`\\${letter}`);
  }

  /** In JavaScript a reference to a group that took no part matches the empty text, in PCRE it fails: only sure ones pass. */
  private reference(group: number | string, end: number): void {
    const number =
      typeof group === 'string' ? this.names.get(group) : group < 0 ? this.groups.length + 1 + group : group;
    const frame = number === undefined ? undefined : this.groups[number - 1];
    if (frame === undefined || frame.isOpen) this.refuse('a reference to a group that is not closed before it');
    if (this.mode.caseless) this.refuse('a reference that ignores case');
    if (!this.tookPart(frame)) this.refuse('a reference to a group that may have taken no part');
    for (let f: Frame | undefined = this.frame; f !== undefined; f = f.parent) {
      if (f.isLookbehind) this.refuse('a reference in a lookbehind');
    }
    this.emit(`(?:\\${String(number)})`, end - this.at);
  }

  private tookPart(group: Frame): boolean {
    for (let f: Frame = group; f.parent !== undefined; f = f.parent) {
      const { parent } = f;
      if (!f.isOpen && (f.isOptional || f.isNegative)) return false;
      if (parent.isOpen ? parent.alternative !== f.parentAlternative : parent.alternative > 0) return false;
    }
    return true;
  }

  private brackets(): void {
    const start = this.at;
    const isNegated = this.text[start + 1] === '^';
    this.at += isNegated ? 2 : 1;
    const set = new Uint8Array(256);
    for (let isFirst = true; isFirst || this.text[this.at] !== ']'; isFirst = false) {
      if (this.at >= this.text.length) this.refuse('a class is not closed');
      this.member(set);
    }
    if (this.mode.caseless) foldCase(set);
    this.emit(printSet(isNegated ? invert(set) : set), 1);
  }

  private member(set: ByteSet): void {
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(this.text.slice(this.at, this.at + 20));
    if (posix !== null) return this.posix(set, posix);
    if (/^\[[.=].*?[.=]\]/.test(this.text.slice(this.at, this.at + 20))) this.refuse('a collating element');
    if (this.text.startsWith('\\Q', this.at) || this.text.startsWith('\\E', this.at))
      this.refuse('\\Q or \\E in a class');
    const from = this.classByte(set);
    const next = this.text[this.at + 1];
    const isRange = this.text[this.at] === '-' && next !== undefined && next !== ']';
    if (from >= 0) set[from] = 1;
    if (!isRange) return;
    this.at++;
    const to = from < 0 ? -1 : this.classByte(set);
    if (to < from || to < 0) this.refuse('a range in a class is out of order or has no ends');
    set.fill(1, from, to + 1);
  }

  private posix(set: ByteSet, found: RegExpExecArray): void {
    const name = this.mode.caseless && (found[2] === 'lower' || found[2] === 'upper') ? 'alpha' : found[2]!;
    const known = POSIX_SETS[name];
    if (known === undefined) this.refuse(`no class [:${name}:]`);
    addAll(set, found[1] === '^' ? invert(known) : known);
    this.at += found[0].length;
  }

  /** One byte of a class, or -1 when it was a set, which is added at once. */
  private classByte(set: ByteSet): number {
    if (this.text[this.at] !== '\\') return this.text.charCodeAt(this.at++);
    const found = readEscape(this.text, this.at + 1, 0, true);
    if (found.kind === 'problem') this.refuse(found.message);
    if (found.kind === 'reference' || found.kind === 'other') this.refuse('an escape with no meaning in a class');
    this.at = found.end;
    if (found.kind === 'byte') return found.byte;
    addAll(set, found.set);
    return -1;
  }
}

function upper(found: RegExpExecArray): number {
  if (found[2] === undefined) return Number(found[1]);
  return found[3] === '' ? Infinity : Number(found[3]);
}

/** `text` holds one byte per character. Throws Untranslatable. */
export function translateRegex(text: string, flags: RegexFlags): Translation {
  return new Translator(text, flags).translate();
}
