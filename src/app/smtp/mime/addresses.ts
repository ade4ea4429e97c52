// Lists of addresses in header fields (RFC 5322 section 3.4): taken apart at commas outside of quotes.

import { isBlank } from './header.ts';

const COMMA = 0x2c;
const QUOTE = 0x22;

/** The addresses, blanks before each left out; none for an empty field. */
export function splitAddresses(value: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  let start = 0;
  let isQuoted = false;
  for (let i = 0; i <= value.length; i++) {
    if (value[i] === QUOTE) isQuoted = !isQuoted;
    if (i < value.length && (isQuoted || value[i] !== COMMA)) continue;
    while (start < i && isBlank(value[start])) start++;
    if (start < i) found.push(value.subarray(start, i));
    start = i + 1;
  }
  return found;
}
