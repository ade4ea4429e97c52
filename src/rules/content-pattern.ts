// The pattern of `content` and its like: "text|0d 0a|\;" -> bytes, with the place of what is wrong.
import { failed, parsed } from './argument-error.ts';
import type { Parsed } from './argument-error.ts';
import { parseQuoted } from './text-argument.ts';
import { encodeRuleText } from './source.ts';

export interface ContentPattern {
  readonly bytes: Uint8Array;
  readonly isNegated: boolean;
}

/** `[!]"pattern"`. Nothing between the quotes is an error; `||` is a pattern of no bytes, which is in no buffer. */
export function decodeContent(argument: string): Parsed<ContentPattern> {
  const quoted = parseQuoted(argument);
  if (!quoted.ok) return quoted;
  const { text, at, isNegated } = quoted.value;
  const bytes = decodePattern(text, at);
  if (!bytes.ok) return bytes;
  if (text === '') return failed('the pattern is empty', at - 1, text.length + 2);
  return parsed({ bytes: bytes.value, isNegated });
}

/** What stands between the quotes; `base` is added to the places of errors. */
export function decodePattern(text: string, base = 0): Parsed<Uint8Array> {
  if (!/[|\\"]/.test(text)) return parsed(encodeRuleText(text));
  const bytes: number[] = [];
  let at = 0;
  while (at < text.length) {
    const c = text[at]!;
    const step = c === '|' ? readHex(text, at, base, bytes) : readText(text, at, base, bytes);
    if (!step.ok) return step;
    at = step.value;
  }
  return parsed(Uint8Array.from(bytes));
}

// both return where they stopped

function readText(text: string, at: number, base: number, bytes: number[]): Parsed<number> {
  const c = text[at]!;
  if (c === '"') return failed('a double quote inside the pattern must be escaped', base + at, 1, 'write \\"');
  if (c === '\\') {
    const next = text[at + 1];
    if (next === undefined || !';:"\\'.includes(next)) {
      return failed(
        'a backslash may only stand before ; : " or \\',
        base + at,
        2,
        'a backslash itself is written \\\\',
      );
    }
    bytes.push(next.charCodeAt(0));
    return parsed(at + 2);
  }
  let end = at + 1;
  while (end < text.length && !'|\\"'.includes(text[end]!)) end++;
  for (const byte of encodeRuleText(text.slice(at, end))) bytes.push(byte);
  return parsed(end);
}

function readHex(text: string, open: number, base: number, bytes: number[]): Parsed<number> {
  let pending = -1;
  let pendingAt = 0;
  for (let i = open + 1; i < text.length; i++) {
    const c = text[i]!;
    if (c === '|') {
      if (pending < 0) return parsed(i + 1);
      return failed('a hexadecimal byte has only one digit', base + pendingAt, 1, 'bytes have two digits: |0a|');
    }
    if (c === ' ' || c === ',') continue;
    const digit = parseInt(c, 16);
    if (Number.isNaN(digit)) return failed(`${JSON.stringify(c)} is not a hexadecimal digit`, base + i, 1);
    if (pending < 0) {
      pending = digit;
      pendingAt = i;
    } else {
      bytes.push(pending * 16 + digit);
      pending = -1;
    }
  }
  return failed('the "|" is never closed', base + open, text.length - open, 'a literal | is written |7c|');
}
