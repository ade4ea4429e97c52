// `host[:port]` as it may be written (RFC 3986 section 3.2, RFC 1123 section 2.1): a name, or an address in brackets.

import { isIPv6 } from 'node:net';
import { parseLength } from './first-line.ts';

const LONGEST_NAME = 255;
const LONGEST_LABEL = 63;
const MAX_PORT = 65_535;
const COLON = 58;
const OPEN = 91;
const CLOSE = 93;
const DOT = 46;
/** Of Latin-1, below its letters with marks. */
const FOREIGN: ReadonlySet<number> = new Set([0xaa, 0xb2, 0xb3, 0xb5, 0xb9, 0xba, 0xbc, 0xbd, 0xbe]);

/** @param how whether nothing may follow the colon before the port, as in URIs */
export function isAuthority(value: Uint8Array, how: { readonly mayLackPort: boolean }): boolean {
  if (value[0] === OPEN) {
    const close = value.indexOf(CLOSE);
    const address = Buffer.from(value.subarray(1, Math.max(1, close))).toString('latin1');
    return isIPv6(address) && !address.includes('%') && isPortPart(value.subarray(close + 1), how);
  }
  const colon = value.lastIndexOf(COLON);
  if (colon < 0) return isName(value, 0, value.length);
  return isName(value, 0, colon) && isPortPart(value.subarray(colon), how);
}

/** Nothing, or a colon and a port with spaces around it. */
function isPortPart(text: Uint8Array, { mayLackPort }: { readonly mayLackPort: boolean }): boolean {
  if (text.length === 0) return true;
  if (text[0] !== COLON) return false;
  if (text.length === 1) return mayLackPort;
  const port = parseLength(text.subarray(1));
  return port > 0 && port <= MAX_PORT;
}

/** Labels with dots between them, one at the end allowed, and spaces behind. */
function isName(data: Uint8Array, start: number, end: number): boolean {
  while (end > start && data[end - 1] === 32) end--;
  if (end === start || end - start > LONGEST_NAME) return false;
  let label = 0;
  for (let i = start; i < end; i++) {
    if (data[i] === DOT) {
      if (label === 0) return false;
      label = 0;
    } else if (!isNameByte(data[i]!) || ++label > LONGEST_LABEL) return false;
  }
  return true;
}

function isNameByte(byte: number): boolean {
  const letter = byte | 32;
  return (letter >= 97 && letter <= 122) || (byte >= 48 && byte <= 57) || byte === 45 || byte === 95 || isForeign(byte);
}

/** Letters and numbers of Latin-1 beyond ASCII, which Suricata takes such bytes for. */
function isForeign(byte: number): boolean {
  if (byte >= 0xc0) return byte !== 0xd7 && byte !== 0xf7;
  return FOREIGN.has(byte);
}
