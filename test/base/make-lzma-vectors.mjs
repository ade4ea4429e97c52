// Writes lzma-vectors.ts with xz (Debian's xz-utils): node --import tsx test/base/make-lzma-vectors.mjs

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LZMA_SAMPLES } from './lzma-samples.ts';

const LINE = 100;
const SIZE_AT = 5;

function pack({ plain, args, hasSize = false }) {
  const { stdout, status } = spawnSync('xz', ['--format=lzma', '--stdout', ...args], { input: plain });
  if (status !== 0) throw new Error('xz failed');
  if (hasSize) stdout.writeBigUInt64LE(BigInt(plain.length), SIZE_AT);
  return stdout;
}

function lines(packed) {
  const parts = packed.toString('base64').match(new RegExp(`.{1,${String(LINE)}}`, 'g')) ?? [];
  return parts.map((part) => `\n    '${part}'`).join(' +');
}

const entries = LZMA_SAMPLES.map((sample) => `  '${sample.name}':${lines(pack(sample))},\n`);
writeFileSync(
  fileURLToPath(import.meta.resolve('./lzma-vectors.ts')),
  `// What xz makes of lzma-samples.ts; written by make-lzma-vectors.mjs.

import { LZMA_SAMPLES } from './lzma-samples.ts';

const PACKED: Readonly<Record<string, string>> = {
${entries.join('')}};

export const LZMA_VECTORS = LZMA_SAMPLES.map(({ name, plain }) => ({
  name,
  plain,
  packed: Buffer.from(PACKED[name]!, 'base64'),
}));
`,
);
