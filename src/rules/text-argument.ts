// Texts in arguments: escapes, quotes, comma lists, words.
import { failed, parsed } from './argument-error.ts';
import type { Parsed } from './argument-error.ts';

/** A part of an argument, outer white space dropped; `at` counts from the argument's start. */
export interface Part {
  readonly text: string;
  readonly at: number;
}

/** `\;`, `\"`, `\\` and `\:` become the character; a backslash before anything else stays. */
export function unescapeText(text: string): string {
  return text.includes('\\') ? text.replace(/\\([;"\\:])/g, '$1') : text;
}

/** The inverse of `unescapeText` for values between quotes. */
export function escapeText(text: string): string {
  return text.replace(/[;"\\]/g, '\\$&');
}

export interface Quoted {
  /** what stands between the quotes, escapes as written */
  readonly text: string;
  /** offset of `text` in the argument */
  readonly at: number;
  readonly isNegated: boolean;
}

/** `"..."` or `!"..."`. Quotes are required; an unescaped quote inside is the caller's matter. */
export function parseQuoted(argument: string): Parsed<Quoted> {
  const match = /^(\s*(!?)\s*)(.*?)\s*$/su.exec(argument)!;
  const [, lead, not, body] = match as unknown as [string, string, string, string];
  if (!body.startsWith('"')) return failed('the value must stand between double quotes', lead.length, body.length);
  if (body.length < 2 || !body.endsWith('"'))
    return failed('the closing double quote is missing', lead.length, body.length);
  return parsed({ text: body.slice(1, -1), at: lead.length + 1, isNegated: not === '!' });
}

/** Text between quotes where there are any, unescaped: what `msg` and its like mean. */
export function parseText(argument: string): Parsed<string> {
  const body = argument.trim();
  if (!body.startsWith('"')) return parsed(unescapeText(body));
  const quoted = parseQuoted(body);
  return quoted.ok ? parsed(unescapeText(quoted.value.text)) : quoted;
}

/** Parts between separators, which count neither inside quotes nor after a backslash. Empty parts are kept. */
export function splitArgument(argument: string, separator = ','): Part[] {
  const parts: Part[] = [];
  let start = 0;
  let isQuoted = false;
  for (let i = 0; i < argument.length; i++) {
    const c = argument[i]!;
    if (c === '\\') i++;
    else if (c === '"') isQuoted = !isQuoted;
    else if (c === separator && !isQuoted) {
      parts.push(trimPart(argument.slice(start, i), start));
      start = i + 1;
    }
  }
  parts.push(trimPart(argument.slice(start), start));
  return parts;
}

/** First word and the rest: `count 10` -> `count`, `10`; the rest is empty where there is none. */
export function splitWord(part: Part): [word: Part, rest: Part] {
  const space = part.text.search(/\s/);
  if (space < 0) return [part, { text: '', at: part.at + part.text.length }];
  const rest = trimPart(part.text.slice(space), part.at + space);
  return [{ text: part.text.slice(0, space), at: part.at }, rest];
}

function trimPart(text: string, at: number): Part {
  const rest = text.trimStart();
  return { text: rest.trimEnd(), at: at + text.length - rest.length };
}
