// `{,n}`: a quantifier for PCRE2 10.43 and later, text for versions before; rules mean the quantifier.

const BACKSLASH = 0x5c;
const OPEN_CLASS = 0x5b;
const CLOSE_CLASS = 0x5d;
const CARET = 0x5e;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const COMMA = 0x2c;
const ZERO = 0x30;
const NINE = 0x39;
const QUOTE = 0x51; // \Q
const UNQUOTE = Buffer.from('\\E');

/** The expression with `{0,n}` for each `{,n}`; the same bytes where there is none. */
export function completeQuantifiers(source: Uint8Array): Uint8Array {
  const places = openQuantifiers(source);
  if (places.length === 0) return source;
  const whole = new Uint8Array(source.length + places.length);
  let from = 0;
  places.forEach((place, k) => {
    whole.set(source.subarray(from, place), from + k);
    whole[place + k] = ZERO;
    from = place;
  });
  whole.set(source.subarray(from), from + places.length);
  return whole;
}

/** Where the lower bound is missing. */
function openQuantifiers(source: Uint8Array): number[] {
  const places: number[] = [];
  for (let i = 0; i < source.length;) {
    const byte = source[i]!;
    if (byte === BACKSLASH) i = behindEscape(source, i);
    else if (byte === OPEN_CLASS) i = behindClass(source, i);
    else {
      if (byte === OPEN && isOpenQuantifier(source, i)) places.push(i + 1);
      i++;
    }
  }
  return places;
}

function behindEscape(source: Uint8Array, at: number): number {
  if (source[at + 1] !== QUOTE) return at + 2;
  const end = Buffer.from(source.buffer, source.byteOffset, source.length).indexOf(UNQUOTE, at + 2);
  return end < 0 ? source.length : end + UNQUOTE.length;
}

/** A `]` right at the beginning of a class is one of its characters. */
function behindClass(source: Uint8Array, at: number): number {
  let i = at + 1;
  if (source[i] === CARET) i++;
  if (source[i] === CLOSE_CLASS) i++;
  while (i < source.length && source[i] !== CLOSE_CLASS) {
    const isNamed = source[i] === OPEN_CLASS && source[i + 1] === 0x3a; // [:alpha:]
    if (source[i] === BACKSLASH) i = behindEscape(source, i);
    else if (isNamed && source.includes(CLOSE_CLASS, i)) i = source.indexOf(CLOSE_CLASS, i) + 1;
    else i++;
  }
  return i + 1;
}

function isOpenQuantifier(source: Uint8Array, at: number): boolean {
  if (source[at + 1] !== COMMA) return false;
  let i = at + 2;
  while (source[i]! >= ZERO && source[i]! <= NINE) i++;
  return i > at + 2 && source[i] === CLOSE;
}
