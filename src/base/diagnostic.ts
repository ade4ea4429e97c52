// What is wrong with a rule or a configuration, as data: stable code, place, message, hint; and its printed form.

export type Severity = 'error' | 'warning' | 'info';

/** A place in a text file. Continuation lines count as characters of one logical line in `length`. */
export interface Span {
  /** 1-based line */
  readonly line: number;
  /** 1-based column, in UTF-16 units */
  readonly column: number;
  /** 0-based offset from the start of the file, in UTF-16 units */
  readonly offset: number;
  readonly length: number;
}

export interface Diagnostic {
  /** stable, `area/kind`, e.g. `rule/syntax`; can be switched off by name */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly file: string;
  readonly span: Span;
  /** what to do about it */
  readonly hint?: string;
  /** the part of the program that speaks, as the engine log names it, e.g. `detect-content` */
  readonly module?: string;
  /** the text of the rule that cannot be loaded for it */
  readonly rule?: string;
}

export const NO_SPAN: Span = { line: 0, column: 0, offset: 0, length: 0 };

export function diagnostic(
  severity: Severity,
  code: string,
  message: string,
  place: { readonly file: string; readonly span: Span },
  hint?: string,
): Diagnostic {
  const found = { code, severity, message, file: place.file, span: place.span };
  return hint === undefined ? found : { ...found, hint };
}

/** `file:line:column: error[code]: message`, one line, the form editors and CI understand. */
export function formatDiagnostic(d: Diagnostic): string {
  const place = d.span.line > 0 ? `${d.file}:${String(d.span.line)}:${String(d.span.column)}` : d.file;
  return `${place === '' ? '' : `${place}: `}${d.severity}[${d.code}]: ${d.message}`;
}

const WINDOW = 100;

/**
 * The diagnostic with the offending line beneath it, the place underlined, and the hint.
 * `text` is the whole file; without it (or when the place lies outside) only the headline is printed.
 * Long lines are cut to a window around the place.
 */
export function renderDiagnostic(d: Diagnostic, text?: string): string {
  const lines = [formatDiagnostic(d)];
  const source = text === undefined ? undefined : lineAt(text, d.span.line);
  if (source !== undefined) lines.push(...underline(source, d.span));
  if (d.hint !== undefined) lines.push(`  = hint: ${d.hint}`);
  return lines.join('\n');
}

function lineAt(text: string, line: number): string | undefined {
  if (line < 1) return undefined;
  let start = 0;
  for (let n = 1; n < line; n++) {
    const end = text.indexOf('\n', start);
    if (end < 0) return undefined;
    start = end + 1;
  }
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? text.length : end).replace(/\r$/, '');
}

function underline(source: string, span: Span): string[] {
  const at = Math.min(Math.max(span.column - 1, 0), source.length);
  const from = source.length <= WINDOW ? 0 : Math.max(0, Math.min(at - 40, source.length - WINDOW));
  const to = Math.min(source.length, from + WINDOW);
  const lead = from > 0 ? '...' : '';
  const shown = lead + source.slice(from, to).replaceAll('\t', ' ') + (to < source.length ? '...' : '');
  const carets = Math.max(1, Math.min(span.length, to - at));
  const number = String(span.line);
  const gutter = ' '.repeat(number.length);
  return [
    ` ${gutter} |`,
    ` ${number} | ${shown}`,
    ` ${gutter} | ${' '.repeat(lead.length + at - from)}${'^'.repeat(carets)}`,
  ];
}
