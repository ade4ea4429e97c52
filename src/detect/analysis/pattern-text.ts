// Bytes of a content as rules write them: printable ones as they are, the others in hexadecimal between bars.

const ESCAPED = new Set(Buffer.from(' "\'/:;\\`|'));

/** `a|22|b|3B 3A|`; characters that mean something in rules or elsewhere are escaped too. */
export function patternText(bytes: Uint8Array): string {
  let text = '';
  let isHex = false;
  for (const byte of bytes) {
    const isPlain = byte >= 0x20 && byte < 0x7f && !ESCAPED.has(byte);
    if (isPlain) text += (isHex ? '|' : '') + String.fromCharCode(byte);
    else text += (isHex ? ' ' : '|') + byte.toString(16).toUpperCase().padStart(2, '0');
    isHex = !isPlain;
  }
  return isHex ? `${text}|` : text;
}

/** Lower case where case does not matter, as it is searched. */
export function searchedBytes(content: { readonly bytes: Uint8Array; readonly nocase: boolean }): Uint8Array {
  if (!content.nocase) return content.bytes;
  return content.bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte));
}
