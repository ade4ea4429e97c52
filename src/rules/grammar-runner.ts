// Runs a compiled nearley grammar over one text and says what was expected where it fails.
import nearley from 'nearley';
import type { Lexer } from 'moo';

/** What scripts/gen-grammar.mjs writes. */
export interface CompiledGrammar {
  readonly Lexer: Lexer;
  readonly ParserRules: readonly {
    readonly name: string;
    readonly symbols: readonly (string | { readonly type: string })[];
    // nearley hands over an array of whatever the symbols' own postprocessors returned
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    readonly postprocess?: (data: any[]) => unknown;
  }[];
  readonly ParserStart: string;
}

/** Where and why a text does not follow its grammar. `found` is empty at the end of the text. */
export interface GrammarError {
  readonly at: number;
  readonly length: number;
  readonly found: string;
  /** token types that could have stood there */
  readonly expected: readonly string[];
}

export type GrammarResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: GrammarError };

interface Internals {
  table: { scannable: { rule: { symbols: (string | { type: string })[] }; dot: number }[] }[];
  current: number;
  results: unknown[];
  reportError: () => string;
}

/** A parser of one grammar, made once; every call parses one text from the start. */
export function grammarRunner<T>(compiled: CompiledGrammar): (text: string) => GrammarResult<T> {
  const grammar = nearley.Grammar.fromCompiled(compiled as unknown as nearley.CompiledRules);
  const lexer = withoutMemory(compiled.Lexer);
  return (text) => {
    // keepHistory spares nearley a `delete` per token, which costs more than the history
    const parser = new nearley.Parser(grammar, { keepHistory: true, lexer });
    const internals = parser as unknown as Internals;
    internals.reportError = plainReport;
    try {
      parser.feed(text);
    } catch (error) {
      return { ok: false, error: unexpected(error, internals) };
    }
    if (internals.results.length > 0) return { ok: true, value: internals.results[0] as T };
    return { ok: false, error: { at: text.length, length: 0, found: '', expected: expectedAt(internals) } };
  };
}

// With history nearley saves the lexer's state, its stack of open lists included, at every token; nobody asks for it.
function withoutMemory(lexer: Lexer): nearley.Lexer {
  return {
    reset: (text) => lexer.reset(text),
    next: () => lexer.next(),
    save: () => undefined as unknown as nearley.LexerState,
    formatError: plainReport,
  };
}

// nearley's own report walks every derivation; ours names the tokens
const plainReport = (): string => 'unexpected token';

function unexpected(error: unknown, internals: Internals): GrammarError {
  const token = (error as { token?: { text: string; offset: number } }).token;
  if (token === undefined) throw error;
  return { at: token.offset, length: token.text.length, found: token.text, expected: expectedAt(internals) };
}

function expectedAt(internals: Internals): string[] {
  const column = internals.table[internals.current];
  const types = new Set<string>();
  for (const state of column?.scannable ?? []) {
    const symbol = state.rule.symbols[state.dot];
    if (typeof symbol === 'object') types.add(symbol.type);
  }
  return [...types];
}
