// SSH_MSG_KEXINIT (RFC 4253 section 7.1) and the fingerprint made of it: HASSH, the MD5 of the offered algorithms.

import { createHash } from 'node:crypto';
import type { Direction } from '../../framework/transaction.ts';
import { i32 } from '../../wire/read.ts';

const COOKIE_LENGTH = 16;
/** Name-lists of the message, in order; a fingerprint has those of its own direction. */
const LISTS = 10;
const KEX = 0;
const CIPHERS = 2;
const MACS = 4;
const COMPRESSION = 6;
/** Behind the lists: whether a guess follows, and four bytes for later use. */
const TAIL_LENGTH = 5;
const SEMICOLON = 0x3b;

/**
 * The name-lists that a side is known by (key exchange, ciphers, MACs, compression of what it sends), with `;` between.
 * @param start first byte of the cookie
 * @returns null when the message is cut or its lengths are wrong; padding may stand in for its last bytes
 */
export function hasshString(data: Uint8Array, start: number, end: number, direction: Direction): Uint8Array | null {
  const parts: Uint8Array[] = [];
  let at = start + COOKIE_LENGTH;
  for (let list = 0; list < LISTS; list++) {
    if (at + 4 > end) return null;
    const next = at + 4 + (i32(data, at) >>> 0);
    if (next > end) return null;
    if (isOfDirection(list, direction)) parts.push(data.subarray(at + 4, next));
    at = next;
  }
  if (at + TAIL_LENGTH > end) return null;
  return joined(parts);
}

/** Lists of the client's direction come before those of the server's. */
function isOfDirection(list: number, direction: Direction): boolean {
  return list === KEX || [CIPHERS, MACS, COMPRESSION].some((first) => list === first + direction);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const text = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 1, -1));
  let at = 0;
  for (const part of parts) {
    text.set(part, at);
    at += part.length;
    if (at < text.length) text[at++] = SEMICOLON;
  }
  return text;
}

/** MD5 in lower-case hexadecimal digits. */
export function hassh(text: Uint8Array): Uint8Array {
  return Buffer.from(createHash('md5').update(text).digest('hex'), 'latin1');
}
