// Header blocks taken into their message: whole ones, those that break off with the stream, and trailers.

import { TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { isBlankByte } from './header-block.ts';
import { parseHeaders } from './header-reader.ts';
import { HeaderId, clearNotes, freshNotes, valueOf } from './headers.ts';
import type { HeaderNotes } from './headers.ts';
import { headerNotes } from './notes.ts';
import type { HttpTransaction } from './transaction.ts';

const LF = 10;
const CR = 13;
const NOTHING: readonly number[] = [];
/** Of the block that is read. */
const NOTES = freshNotes();

/** @param block the message's own; @param limit of headers; @returns the anomalies found */
export function takeBlock(
  tx: HttpTransaction,
  direction: Direction,
  block: Uint8Array,
  limit: number,
): readonly number[] {
  const message = tx.message(direction);
  const notes = notesFor(limit);
  message.rawHeaders = block;
  message.headers = parseHeaders(block, 0, block.length, direction, notes);
  return headerNotes(tx, notes, direction);
}

/** Lines that are whole are headers; of the last one nothing is told where it might go on. */
export function takeBroken(
  tx: HttpTransaction,
  direction: Direction,
  block: Uint8Array,
  limit: number,
): readonly number[] {
  const message = tx.message(direction);
  const end = block.lastIndexOf(LF) + 1;
  const before = end === 0 ? 0 : block.lastIndexOf(LF, end - 2) + 1;
  const goesOn = end < block.length && (isBlankByte(block[end]) || block[end] === 0);
  message.rawHeaders = block.subarray(0, goesOn ? before : end);
  message.headers = parseHeaders(block, 0, message.rawHeaders.length, direction, notesFor(limit));
  if (direction === TO_SERVER) tx.rawHost = valueOf(message.headers, HeaderId.host);
  const notes = notesFor(limit);
  parseHeaders(block, 0, end < block.length && !goesOn ? end : before, direction, notes);
  return headerNotes(tx, notes, direction);
}

/** They join the headers; what rules asked for of these is put together anew. */
export function takeTrailers(
  tx: HttpTransaction,
  direction: Direction,
  block: Uint8Array,
  limit: number,
): readonly number[] {
  if (block[0] === LF || (block[0] === CR && block[1] === LF)) return NOTHING; // the empty line alone
  const message = tx.message(direction);
  const notes = notesFor(limit);
  const headers = parseHeaders(block, 0, block.length, direction, notes, message.headers);
  message.headers = headers;
  message.rawHeaders = Buffer.concat([message.rawHeaders, block]);
  message.hasTrailers = true;
  message.headerBuffer = message.headerNames = message.start = null;
  return headerNotes(tx, notes, direction);
}

function notesFor(limit: number): HeaderNotes {
  const notes = clearNotes(NOTES);
  notes.limit = limit;
  return notes;
}
