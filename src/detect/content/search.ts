// Search of one pattern in a byte range: Horspool, with or without case.

/** A compiled pattern. `find` gives the offset of the first occurrence inside [from, to), or -1. */
export interface Needle {
  readonly length: number;
  find(data: Uint8Array, from: number, to: number): number;
}

const SAME = Uint8Array.from({ length: 256 }, (_, i) => i);
const LOWER = Uint8Array.from({ length: 256 }, (_, i) => (i >= 65 && i <= 90 ? i + 32 : i));

export function compileNeedle(bytes: Uint8Array, nocase: boolean): Needle {
  const fold = nocase ? LOWER : SAME;
  const pattern = bytes.map((byte) => fold[byte]!);
  return pattern.length === 1 ? singleByte(pattern[0]!, fold) : horspool(pattern, fold);
}

function singleByte(byte: number, fold: Uint8Array): Needle {
  return {
    length: 1,
    find(data, from, to) {
      for (let i = from; i < to; i++) if (fold[data[i]!] === byte) return i;
      return -1;
    },
  };
}

function horspool(pattern: Uint8Array, fold: Uint8Array): Needle {
  const length = pattern.length;
  const last = length - 1;
  const shift = new Uint8Array(256).fill(Math.min(length, 255));
  for (let i = 0; i < last; i++) {
    const step = Math.min(last - i, 255);
    for (let byte = 0; byte < 256; byte++) if (fold[byte] === pattern[i]) shift[byte] = step;
  }
  return {
    length,
    find(data, from, to) {
      let end = from + last;
      while (end < to) {
        const tail = data[end]!;
        if (fold[tail] === pattern[last]) {
          const start = end - last;
          let i = 0;
          while (i < last && fold[data[start + i]!] === pattern[i]) i++;
          if (i === last) return start;
        }
        end += shift[tail]!;
      }
      return -1;
    },
  };
}
