// Does a server's first line greet as a mail server does: `220 mail.example.com ...` (RFC 5321 section 4.2)?

import { Probed } from '../../framework/app-protocol.ts';

/** Longest greeting that is waited for. */
const MOST = 512;
const LF = 0x0a;

export function probeGreeting(data: Uint8Array, start: number, end: number): number {
  if (probeReady(data, start) === Probed.no) return Probed.no;
  let at = start + 4;
  while (at < end && !isNameEnd(data[at]!)) at++;
  if (!isDomain(data, start + 4, at)) return at === end && end - start < MOST ? Probed.more : Probed.no;
  while (at < end && data[at] !== LF) at++;
  if (at < end) return Probed.yes;
  return end - start < MOST ? Probed.more : Probed.no;
}

/** `220` with a space or a hyphen behind it, whatever follows. */
export function probeReady(data: Uint8Array, start: number): number {
  const isReady = data[start] === 0x32 && data[start + 1] === 0x32 && data[start + 2] === 0x30;
  const separator = data[start + 3];
  return isReady && (separator === 0x20 || separator === 0x2d) ? Probed.yes : Probed.no;
}

function isNameEnd(byte: number): boolean {
  return byte === 0x20 || byte === 0x0d || byte === LF || byte === 0;
}

/** Labels of letters, digits and hyphens with dots between, the last not a number. */
function isDomain(data: Uint8Array, start: number, end: number): boolean {
  let labels = 0;
  let length = 0;
  let hasLetter = false;
  for (let i = start; i < end; i++) {
    const byte = data[i]!;
    if (byte === 0x2e) {
      if (length === 0) return false;
      labels++;
      length = 0;
      hasLetter = false;
    } else if (isLetter(byte) || byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) {
      length++;
      hasLetter ||= isLetter(byte);
    } else return false;
  }
  return labels > 0 && length > 0 && hasLetter;
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
