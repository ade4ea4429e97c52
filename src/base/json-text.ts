// JSON pieces of hand-assembled records: quoted strings, base64, printable payload.

const NEEDS_ESCAPE = /["\\\u0000-\u001f\u007f\ud800-\udfff]/;

/** Whether it cannot stand between quotes as it is. */
export function needsEscape(text: string): boolean {
  return NEEDS_ESCAPE.test(text);
}

/** A quoted JSON string; text without anything to escape costs one regular expression test. */
export function quote(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** Bytes [start, start+length) in base64, unquoted. */
export function base64(data: Uint8Array, start: number, length: number): string {
  return Buffer.from(data.buffer, data.byteOffset + start, length).toString('base64');
}

const PRINTABLE: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0x0a) return '\\n';
  if (byte === 0x0d) return '\\r';
  if (byte === 0x22) return '\\"';
  if (byte === 0x5c) return '\\\\';
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
});

/** The bytes as people read them: line ends kept, other unprintable bytes as a dot; escaped for JSON, unquoted. */
export function printable(data: Uint8Array, start: number, length: number): string {
  let text = '';
  for (let i = start; i < start + length; i++) text += PRINTABLE[data[i]!]!;
  return text;
}
