// The syntax tree of a rule: texts with their places, nothing interpreted.
import type { Span } from '../base/diagnostic.ts';
import type { SourceLine } from './source.ts';

/** A piece of the rule as written, and where. */
export interface Located {
  readonly text: string;
  readonly span: Span;
}

export interface Action {
  /** as written: `alert`, `drop`, `accept` ... */
  readonly name: string;
  /** `hook` of `accept:hook` */
  readonly scope?: string;
  readonly span: Span;
}

/** `tls:client_hello_done`, `http2:stream:request_started`, `tls:<client_hello_done`. */
export interface Hook {
  readonly name: string;
  /** `<` before the name: earlier states are accepted too */
  readonly orBefore: boolean;
  readonly span: Span;
}

export type Direction = '->' | '<>' | '=>';

/** The bytes of a rules file, and its name in diagnostics. */
export interface RuleText {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** Where in a file a rule stands. */
export interface RulePlace {
  readonly text: RuleText;
  /** offset of its first byte */
  readonly start: number;
  /** 1-based number of its first line */
  readonly line: number;
}

export interface RuleAst {
  readonly action: string;
  readonly actionScope?: string;
  readonly actionSpan: Span;
  /** `alert` of `accept:hook,alert` */
  readonly secondaryActions: readonly Action[];
  readonly protocol: Located;
  readonly hook?: Hook;
  readonly source: Located;
  readonly sourcePort: Located;
  readonly direction: Direction;
  readonly directionSpan: Span;
  readonly destination: Located;
  readonly destinationPort: Located;
  readonly options: readonly RuleOption[];
  /** the rule as one logical line, continuation lines joined */
  readonly raw: string;
  readonly file: string;
  /** where to find it again */
  readonly place: RulePlace;
  /** 1-based line where the rule starts */
  readonly line: number;
  readonly span: Span;
}

/**
 * One option. Spans are worked out when asked for: a rule set has a million of them and needs few.
 * Offsets `at` and `valueAt` count from the first character of the rule's `raw`.
 */
export class RuleOption {
  /** keyword as written */
  readonly key: string;
  /** text after the colon, outer white space dropped, escapes and quotes as written; absent without a colon */
  declare readonly value?: string;
  readonly at: number;
  readonly valueAt: number;
  readonly #line: SourceLine;

  constructor(line: SourceLine, key: string, at: number, value: string | undefined, valueAt: number) {
    this.key = key;
    if (value !== undefined) this.value = value;
    this.at = at;
    this.valueAt = valueAt;
    this.#line = line;
  }

  /** The same option with its first `length` characters of value left out. */
  withoutStart(length: number): RuleOption {
    return new RuleOption(this.#line, this.key, this.at, this.value!.slice(length), this.valueAt + length);
  }

  get keySpan(): Span {
    return this.#line.span(this.at, this.key.length);
  }

  /** Place of the value, of the key where there is no value. */
  get valueSpan(): Span {
    return this.value === undefined ? this.keySpan : this.#line.span(this.valueAt, this.value.length);
  }

  /** Place of a part of the value: what a keyword's own grammar reports errors with. */
  spanIn(at: number, length: number): Span {
    return this.value === undefined ? this.keySpan : this.#line.span(this.valueAt + at, length);
  }
}
