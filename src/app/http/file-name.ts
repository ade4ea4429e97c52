// Names of files in bodies: what Content-Disposition says, else the path asked for.

import { TO_CLIENT } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { HeaderId, lower, valueOf } from './headers.ts';
import type { HttpTransaction } from './transaction.ts';

const QUOTE = 34;
const SEMICOLON = 59;
const BACKSLASH = 92;
const NAME = Buffer.from('filename=');

/** Null: there is no name, and no file. */
export function fileName(tx: HttpTransaction, direction: Direction): Uint8Array | null {
  const disposition = direction === TO_CLIENT ? valueOf(tx.response.headers, HeaderId['content-disposition']) : null;
  return (disposition === null ? null : namedIn(disposition)) ?? tx.path;
}

/** The first `filename=` among the parameters (RFC 6266 section 4.1), as leniently as Suricata reads it. */
function namedIn(value: Uint8Array): Uint8Array | null {
  for (let at = 0; at < value.length && value[at] !== SEMICOLON;) {
    const end = parameterEnd(value, at);
    if (end < 0) return null;
    const name = nameAt(value, at, end);
    if (name !== null) return name;
    at = end + 1;
    while (value[at] === SEMICOLON || value[at] === 32 || value[at] === 9) at++;
  }
  return null;
}

/** A semicolon outside of quotes with something behind it, or the end; -1 within quotes. */
function parameterEnd(value: Uint8Array, at: number): number {
  let isQuoted = false;
  for (; at < value.length; at++) {
    if (value[at] === QUOTE && value[at - 1] !== BACKSLASH) isQuoted = !isQuoted;
    else if (value[at] === SEMICOLON && !isQuoted && at + 1 < value.length) return at;
  }
  return isQuoted ? -1 : at;
}

function nameAt(value: Uint8Array, at: number, end: number): Uint8Array | null {
  if (end - at <= NAME.length) return null;
  for (let i = 0; i < NAME.length; i++) if (lower(value[at + i]!) !== NAME[i]) return null;
  const start = at + NAME.length;
  if (value[start] !== QUOTE) return value.slice(start, end);
  return value.slice(start + 1, end > start + 1 && value[end - 1] === QUOTE ? end - 1 : end);
}
