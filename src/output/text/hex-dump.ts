// hexDump: bytes in rows of sixteen, with their place before and their characters behind.
import { hexByte } from './addresses.ts';

const ROW = 16;
const HALF = 8;
const SPACE = 0x20;
const DELETE = 0x7f;

function place(offset: number): string {
  return offset.toString(16).toUpperCase().padStart(4, '0');
}

/** ` 0000  47 45 54 20 2F ...   GET /...`, each row with its line end; '' for no bytes. */
export function hexDump(data: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at += ROW) text += row(data, start, at, Math.min(end, at + ROW));
  return text;
}

function row(data: Uint8Array, base: number, start: number, end: number): string {
  let hex = '';
  let shown = '';
  for (let i = start; i < end; i++) {
    const byte = data[i]!;
    const isMiddle = i - start === HALF - 1;
    hex += `${hexByte(byte).toUpperCase()} ${isMiddle ? ' ' : ''}`;
    shown += (byte >= SPACE && byte < DELETE ? String.fromCharCode(byte) : '.') + (isMiddle ? ' ' : '');
  }
  return ` ${place(start - base)}  ${hex.padEnd(ROW * 3 + 1)}  ${shown}\n`;
}
