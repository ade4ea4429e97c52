// What a backslash means in PCRE2 (pcre2pattern(3), "Backslash"): a byte, a set of bytes, a reference, or something else.
import { ESCAPE_SETS } from './js-regex-class.ts';
import type { ByteSet } from './js-regex-class.ts';

export type Escape =
  | { readonly kind: 'byte'; readonly byte: number; readonly end: number }
  | { readonly kind: 'set'; readonly set: ByteSet; readonly end: number }
  /** a group by number, or by name */
  | { readonly kind: 'reference'; readonly group: number | string; readonly end: number }
  /** \A \b \R and the like, by their letter */
  | { readonly kind: 'other'; readonly letter: string; readonly end: number }
  | { readonly kind: 'problem'; readonly message: string };

const CONTROL: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 };

function code(byte: number, end: number): Escape {
  return byte <= 0xff ? { kind: 'byte', byte, end } : { kind: 'problem', message: 'a character above 0xff' };
}

const REFERENCES = [
  /^g(-?\d+)/,
  /^g\{(-?\d+)\}/,
  /^[gk]\{([A-Za-z_]\w*)\}/,
  /^k<([A-Za-z_]\w*)>/,
  /^k'([A-Za-z_]\w*)'/,
] as const;

function reference(rest: string, end: number): Escape {
  for (const form of REFERENCES) {
    const found = form.exec(rest);
    if (found === null) continue;
    const name = found[1]!;
    return { kind: 'reference', group: /^-?\d/.test(name) ? Number(name) : name, end: end + found[0].length };
  }
  return { kind: 'problem', message: `\\${rest.slice(0, 2)} calls a group or has a bad name` };
}

function digits(rest: string, at: number, groups: number, inClass: boolean): Escape {
  const decimal = /^[1-9]\d*/.exec(rest)?.[0] ?? '';
  const number = Number(decimal);
  if (!inClass && decimal !== '' && (number < 10 || number <= groups)) {
    return { kind: 'reference', group: number, end: at + decimal.length };
  }
  const octal = /^[0-7]{1,3}/.exec(rest)?.[0] ?? '';
  if (octal === '') return { kind: 'byte', byte: rest.charCodeAt(0), end: at + 1 };
  return code(parseInt(octal, 8), at + octal.length);
}

function hexadecimal(rest: string, at: number): Escape {
  const found = /^x(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{0,2}))/.exec(rest)!;
  return code(parseInt(found[1] ?? (found[2] === '' ? '0' : found[2]!), 16), at + found[0].length);
}

/** Reads what follows a backslash at text[at]; `groups` is how many groups have been opened before. */
export function readEscape(text: string, at: number, groups: number, inClass: boolean): Escape {
  const letter = text[at];
  if (letter === undefined) return { kind: 'problem', message: 'a backslash at the end' };
  const rest = text.slice(at, at + 80);
  if (/\d/.test(letter)) return digits(rest, at, groups, inClass);
  if (letter === 'x') return hexadecimal(rest, at);
  if (letter === 'b' && inClass) return { kind: 'byte', byte: 8, end: at + 1 };
  const set = ESCAPE_SETS[letter];
  if (set !== undefined) return { kind: 'set', set, end: at + 1 };
  const control = CONTROL[letter];
  if (control !== undefined) return { kind: 'byte', byte: control, end: at + 1 };
  if (letter === 'c' && /^c[\x20-\x7e]/.test(rest)) return code(rest[1]!.toUpperCase().charCodeAt(0) ^ 0x40, at + 2);
  const octal = /^o\{([0-7]+)\}/.exec(rest);
  if (octal !== null) return code(parseInt(octal[1]!, 8), at + octal[0].length);
  if ((letter === 'g' || letter === 'k') && !inClass) return reference(rest, at);
  if (/[A-Za-z]/.test(letter)) return { kind: 'other', letter, end: at + 1 };
  return { kind: 'byte', byte: letter.charCodeAt(0), end: at + 1 };
}
