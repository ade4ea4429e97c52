// Header fields of messages and their parts (RFC 5322 section 2.2), and the parameters in some (RFC 2045, RFC 2231).

export interface HeaderField {
  /** As written. */
  readonly name: Uint8Array;
  /** Unfolded: line ends and the one blank that marks a continuation are gone. */
  value: Uint8Array;
}

const NOTHING = new Uint8Array(0);
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const APOSTROPHE = 0x27;
const MOST_SECTIONS = 64;

export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

/** Whether a field has a name (in lower case). */
export function isNamed(field: HeaderField, name: string): boolean {
  return isText(field.name, 0, field.name.length, name);
}

export function findField(fields: readonly HeaderField[], name: string): HeaderField | undefined {
  return fields.find((field) => isNamed(field, name));
}

/** Compares with text in lower case; capitals do not matter. */
export function isText(data: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) {
    const byte = data[start + i]!;
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** What stands before the first parameter, in lower case. */
export function mainValue(value: Uint8Array): string {
  const end = value.indexOf(SEMICOLON);
  const text = Buffer.from(value.buffer, value.byteOffset, end < 0 ? value.length : end).toString('latin1');
  return text.trim().toLowerCase();
}

interface Parameter {
  readonly key: string;
  readonly value: Uint8Array;
}

/**
 * The value of a parameter, as it is or encoded, or put together from its sections (RFC 2231 sections 3 and 4); null
 * without.
 */
export function parameter(field: Uint8Array, name: string): Uint8Array | null {
  const all = parameters(field);
  for (const { key, value } of all) {
    if (key === name) return value;
    if (key === `${name}*`) return percentDecoded(value, { isFirst: true });
  }
  const sections: Uint8Array[] = [];
  for (; sections.length < MOST_SECTIONS;) {
    const key = `${name}*${String(sections.length)}`;
    const found = all.find((one) => one.key === key || one.key === `${key}*`);
    if (found === undefined) break; // what stands behind a gap belongs to nothing
    const { value } = found;
    sections.push(found.key === key ? value : percentDecoded(value, { isFirst: sections.length === 0 }));
  }
  return sections.length === 0 ? null : Buffer.concat(sections);
}

function parameters(field: Uint8Array): Parameter[] {
  const found: Parameter[] = [];
  let at = field.indexOf(SEMICOLON);
  while (at >= 0 && at < field.length) {
    at++;
    while (at < field.length && isBlank(field[at])) at++;
    const start = at;
    while (at < field.length && field[at] !== EQUALS && field[at] !== SEMICOLON) at++;
    if (field[at] !== EQUALS) continue;
    const key = Buffer.from(field.subarray(start, at)).toString('latin1').toLowerCase();
    const read = (field[at + 1] === QUOTE ? quoted(field, at + 2) : null) ?? plain(field, at + 1);
    found.push({ key, value: read.value });
    at = field.indexOf(SEMICOLON, read.end);
  }
  return found;
}

/** Null where no quote ends it: the one before it is a sign like others. */
function quoted(field: Uint8Array, start: number): { value: Uint8Array; end: number } | null {
  const value: number[] = [];
  let at = start;
  for (; at < field.length && field[at] !== QUOTE; at++) {
    if (field[at] === BACKSLASH && at + 1 < field.length) at++;
    value.push(field[at]!);
  }
  return at < field.length ? { value: Uint8Array.from(value), end: at } : null;
}

function plain(field: Uint8Array, start: number): { value: Uint8Array; end: number } {
  const semicolon = field.indexOf(SEMICOLON, start);
  const end = semicolon < 0 ? field.length : semicolon;
  let to = end;
  while (to > start && isBlank(field[to - 1])) to--;
  return { value: field.slice(start, to), end };
}

/** `%41` undone; the first section begins with character set and language. */
function percentDecoded(value: Uint8Array, { isFirst }: { readonly isFirst: boolean }): Uint8Array {
  let start = 0;
  if (isFirst) {
    const first = value.indexOf(APOSTROPHE);
    const second = first < 0 ? -1 : value.indexOf(APOSTROPHE, first + 1);
    if (second >= 0) start = second + 1;
  }
  if (start >= value.length) return NOTHING;
  const out: number[] = [];
  for (let i = start; i < value.length; i++) {
    const code = value[i] === PERCENT ? hexByte(value, i + 1) : -1;
    out.push(code < 0 ? value[i]! : code);
    if (code >= 0) i += 2;
  }
  return Uint8Array.from(out);
}

function hexByte(data: Uint8Array, at: number): number {
  const code = Number.parseInt(Buffer.from(data.subarray(at, at + 2)).toString('latin1'), 16);
  const isHex = at + 2 <= data.length && isHexDigit(data[at]!) && isHexDigit(data[at + 1]!);
  return isHex ? code : -1;
}

function isHexDigit(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}
