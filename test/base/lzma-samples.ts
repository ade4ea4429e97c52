// What the vectors of lzma-vectors.ts were made of, and with which options of xz.

/** Text with repetitions near and far, that does not compress to nothing. */
export function text(size: number): Buffer {
  const lines: string[] = [];
  for (let i = 0, length = 0; length < size; i++) {
    lines.push(`${String(i % 17)} line ${String((i * 7919) % 1009)} of ${String(i >> 3)}, as it was\n`);
    length += lines.at(-1)!.length;
  }
  return Buffer.from(lines.join('')).subarray(0, size);
}

function bytes(size: number): Buffer {
  const all = Buffer.alloc(size);
  let value = 1;
  for (let i = 0; i < size; i++) {
    value = (Math.imul(value, 1103515245) + 12345) >>> 0;
    all[i] = i % 5 === 0 ? i >> 3 : value >>> 24;
  }
  return all;
}

interface LzmaSample {
  readonly name: string;
  readonly plain: Buffer;
  readonly args: readonly string[];
  /** The header tells the size, in place of a marker at the end. */
  readonly hasSize?: boolean;
}

export const LZMA_SAMPLES: readonly LzmaSample[] = [
  { name: 'text', plain: text(900), args: ['-9'] },
  { name: 'text of a size that the header tells', plain: text(500), args: ['-6'], hasSize: true },
  { name: 'bytes, with other parameters', plain: bytes(400), args: ['--lzma1=lc=1,lp=2,pb=0,dict=4096'] },
  { name: 'zeros', plain: Buffer.alloc(60_000), args: ['-6'] },
  { name: 'a bomb', plain: Buffer.alloc(600_000), args: ['-6'] },
  { name: 'text far longer than the dictionary', plain: text(6000), args: ['--lzma1=dict=4096,lc=0,pb=4'] },
  { name: 'text that a small memory does not hold', plain: text(5000), args: ['--lzma1=dict=64KiB'] },
  { name: 'nothing', plain: Buffer.alloc(0), args: ['-0'] },
];
