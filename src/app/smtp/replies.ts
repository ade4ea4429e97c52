// SMTP replies (RFC 5321 section 4.2): the code of a line, and whether more lines follow.

/** Codes that RFC 5321 and its extensions define. */
const KNOWN = new Set([
  211, 214, 220, 221, 235, 250, 251, 252, 334, 354, 401, 402, 421, 435, 450, 451, 452, 454, 455, 500, 501, 502, 503,
  504, 511, 521, 522, 525, 530, 534, 535, 541, 543, 550, 551, 552, 553, 554, 555,
]);
const CODE_LENGTH = 3;
/** The code and the separator. */
const BEFORE_TEXT = 4;
const PIPELINING = Buffer.from('PIPELINING');

/** @returns -1 when the line has no code that there is */
export function replyCode(data: Uint8Array, start: number, end: number): number {
  if (end - start < CODE_LENGTH) return -1;
  let code = 0;
  for (let i = start; i < start + CODE_LENGTH; i++) {
    const digit = data[i]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    code = code * 10 + digit;
  }
  return KNOWN.has(code) ? code : -1;
}

/** `250-...`: another line of the same reply follows. */
export function isContinued(data: Uint8Array, start: number, end: number): boolean {
  return end - start > CODE_LENGTH && data[start + CODE_LENGTH] === 0x2d;
}

/** A line of the answer to EHLO that says so (RFC 2920 section 2), with nothing behind it. */
export function isPipelining(data: Uint8Array, start: number, end: number): boolean {
  if (end - start !== BEFORE_TEXT + PIPELINING.length) return false;
  for (let i = 0; i < PIPELINING.length; i++)
    if ((data[start + BEFORE_TEXT + i]! & 0xdf) !== PIPELINING[i]) return false;
  return true;
}
