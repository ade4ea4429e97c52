// Bytes for the tests of the native folder.

/** A text of characters up to U+00FF as bytes. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}
