// A fault inside a piece of rule text, as data, and its way to a diagnostic.
import { diagnostic } from '../base/diagnostic.ts';
import type { Diagnostic, Span } from '../base/diagnostic.ts';

/** `at` and `length` count characters of the text that was parsed. */
export interface ArgumentError {
  readonly message: string;
  readonly at: number;
  readonly length: number;
  readonly hint?: string;
  /** stable code, where the fault has one of its own */
  readonly code?: string;
}

export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ArgumentError };

export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function failed(message: string, at: number, length: number, hint?: string, code?: string): Parsed<never> {
  const error = { message, at, length: Math.max(1, length) };
  return { ok: false, error: { ...error, ...(hint !== undefined && { hint }), ...(code !== undefined && { code }) } };
}

/** A diagnostic at a part of `within`, the place of the text that was parsed (on one line). */
export function errorIn(error: ArgumentError, file: string, within: Span, code = 'rule/argument'): Diagnostic {
  const at = Math.min(error.at, Math.max(0, within.length - 1));
  const span = {
    line: within.line,
    column: within.column + at,
    offset: within.offset + at,
    length: Math.max(1, Math.min(error.length, within.length - at)),
  };
  return diagnostic('error', error.code ?? code, error.message, { file, span }, error.hint);
}
