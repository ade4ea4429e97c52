// NetBIOS session service (RFC 1002 section 4.3), in whose messages SMB travels, directly over TCP too (MS-SMB2 section 2.1).

import { Probed } from '../../framework/app-protocol.ts';
import { TO_CLIENT } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { u24 } from '../../wire/read.ts';

/** Type and length. */
export const SESSION_HEADER = 4;
export const SESSION_MESSAGE = 0x00;
/** Message, request, positive and negative response, retarget, keepalive. */
const SERVICES: readonly number[] = [SESSION_MESSAGE, 0x81, 0x82, 0x83, 0x84, 0x85];
const MOST_OF_FIRST = 0x20000;

/** First bytes of the messages of the versions; `SMB` follows. */
export const Magic = { smb1: 0xff, smb2: 0xfe, encrypted: 0xfd } as const;
export const MAGIC_LENGTH = 4;
const COMPRESSED = 0xfc;

/** Length of the message behind the header. */
export function sessionLength(data: Uint8Array, at: number): number {
  return u24(data, at + 1);
}

/** Value of Magic at `at`; 0: something else. */
export function magicAt(data: Uint8Array, at: number): number {
  if (!isName(data, at + 1)) return 0;
  const first = data[at]!;
  return first >= Magic.encrypted ? first : 0;
}

/** A message that is compressed (MS-SMB2 section 2.2.42). */
export function isCompressed(data: Uint8Array, at: number, end: number): boolean {
  return at + MAGIC_LENGTH <= end && data[at] === COMPRESSED && isName(data, at + 1);
}

function isName(data: Uint8Array, at: number): boolean {
  return data[at] === 0x53 && data[at + 1] === 0x4d && data[at + 2] === 0x42;
}

export function isService(type: number): boolean {
  return SERVICES.includes(type);
}

/** Where a message with SMB in it begins, looked for where bytes were missed; -1: not up to `end`. */
export function findSession(data: Uint8Array, start: number, end: number): number {
  for (let at = start; at + SESSION_HEADER + MAGIC_LENGTH <= end; at++)
    if (data[at] === SESSION_MESSAGE && magicAt(data, at + SESSION_HEADER) !== 0) return at;
  return -1;
}

/** Bytes of a first message, with the header, that tell. */
const ENOUGH = SESSION_HEADER + 32;

/** Where the flags of a message are that say whether it is an answer, and the bit, by its magic. */
const ANSWERS: Readonly<Record<number, { readonly at: number; readonly bit: number }>> = {
  [Magic.smb1]: { at: SESSION_HEADER + 9, bit: 0x80 },
  [Magic.smb2]: { at: SESSION_HEADER + 16, bit: 0x01 },
};

/** Whether a first message comes from the end it should come from. */
function isFromItsEnd(data: Uint8Array, start: number, direction: Direction): boolean {
  const answer = ANSWERS[data[start + SESSION_HEADER]!];
  if (answer === undefined) return true;
  const isAnswer = (data[start + answer.at]! & answer.bit) !== 0;
  return isAnswer === (direction === TO_CLIENT);
}

/** Whether a first message, which has a magic, is one of a session, and from the end it should come from. */
export function probeMessage(data: Uint8Array, start: number, end: number, direction: Direction): number {
  if (!isService(data[start]!)) return Probed.no;
  if (end - start < ENOUGH) return Probed.more;
  return isFromItsEnd(data, start, direction) ? Probed.yes : Probed.no;
}

/** A first message from the other end, on any port; flows that begin with less are not kept waiting for it. */
export function probeReversed(data: Uint8Array, start: number, end: number, direction: Direction): number {
  if (end - start < ENOUGH || !isService(data[start]!) || magicAt(data, start + SESSION_HEADER) === 0) return Probed.no;
  return isFromItsEnd(data, start, direction) ? Probed.no : Probed.reversed;
}

export function probe(data: Uint8Array, start: number, end: number): number {
  if (end - start < SESSION_HEADER) return Probed.more;
  if (!isService(data[start]!) || u24(data, start + 1) > MOST_OF_FIRST) return Probed.no;
  if (data[start] !== SESSION_MESSAGE) return Probed.yes;
  if (end - start < SESSION_HEADER + MAGIC_LENGTH) return Probed.more;
  if (magicAt(data, start + SESSION_HEADER) === 0) return Probed.no;
  return end - start < ENOUGH ? Probed.more : Probed.yes;
}
