// UUIDs of interfaces (C706 appendix A): sixteen bytes, of which the first three numbers have the order of the PDU.

const SIZE = 16;
/** Places of the bytes of a UUID in text, for numbers with the low byte first. */
const LITTLE = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
const DASHES = new Set([4, 6, 8, 10]);
const TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** `afa8bd80-7d8a-11c9-bef4-08002b102989` of the bytes at `at`. */
export function uuidText(data: Uint8Array, at: number, isLittle: boolean): string {
  let text = '';
  for (let i = 0; i < SIZE; i++) {
    const byte = data[at + (isLittle ? LITTLE[i]! : i)]!;
    text += `${DASHES.has(i) ? '-' : ''}${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}

/** In lower case; undefined when the text is none. */
export function parseUuid(text: string): string | undefined {
  const lower = text.toLowerCase();
  return TEXT.test(lower) ? lower : undefined;
}
