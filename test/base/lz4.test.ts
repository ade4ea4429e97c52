// LZ4 frames: what was written comes back, read by a decoder of the format's description, and by the lz4 program.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { Lz4Frame } from '../../src/base/lz4.ts';
import { XxHash32 } from '../../src/base/xxhash32.ts';

function framed(pieces: readonly Uint8Array[], hasChecksum: boolean): Buffer {
  const parts: Buffer[] = [];
  const frame = new Lz4Frame((bytes) => parts.push(Buffer.from(bytes)), { hasChecksum });
  for (const piece of pieces) frame.write(piece, 0, piece.length);
  frame.end();
  return Buffer.concat(parts);
}

/** lz4_Block_format.md, step by step. */
function decodeBlock(block: Buffer): Buffer {
  const out: number[] = [];
  let at = 0;
  const longer = (length: number): number => {
    if (length < 15) return length;
    let sum = length;
    for (;;) {
      const byte = block[at++]!;
      sum += byte;
      if (byte < 255) return sum;
    }
  };
  for (;;) {
    const token = block[at++]!;
    const literals = longer(token >> 4);
    for (let i = 0; i < literals; i++) out.push(block[at++]!);
    if (at >= block.length) return Buffer.from(out);
    const offset = block.readUInt16LE(at);
    at += 2;
    assert.ok(offset > 0 && offset <= out.length, 'an offset within what was decoded');
    const length = longer(token & 15) + 4;
    for (let i = 0; i < length; i++) out.push(out[out.length - offset]!);
  }
}

function decoded(frame: Buffer): Buffer {
  assert.equal(frame.readUInt32LE(0), 0x184d2204);
  const parts: Buffer[] = [];
  let at = 7;
  for (;;) {
    const size = frame.readUInt32LE(at);
    at += 4;
    if (size === 0) return Buffer.concat(parts);
    const length = size & 0x7fffffff;
    const block = frame.subarray(at, at + length);
    parts.push(size > 0x7fffffff ? block : decodeBlock(block));
    at += length;
  }
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.array(fc.constantFrom(1, 2, 3), { maxLength: 3000 }).map((list) => Uint8Array.from(list)),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(400))
    .map(([one, times]) => Buffer.concat(Array.from({ length: times }, () => one))),
);

describe('LZ4 frames', () => {
  it('give back what was written', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 4 }), fc.boolean(), (pieces, hasChecksum) => {
        assert.deepEqual(decoded(framed(pieces, hasChecksum)), Buffer.concat(pieces));
      }),
    );
  });

  it('are small where bytes repeat, and hardly longer where they do not', () => {
    const repeated = Buffer.from('0123456789abcdef'.repeat(10_000));
    assert.ok(framed([repeated], false).length < repeated.length / 100);
    const noise = Buffer.from(Array.from({ length: 100_000 }, (_, i) => Math.imul(i ^ (i << 7), 0x9e3779b1) >>> 24));
    assert.ok(framed([noise], false).length < noise.length + 64);
    assert.deepEqual(decoded(framed([noise], false)), noise);
  });

  it('are read by the lz4 program', function () {
    if (spawnSync('lz4', ['--version']).status !== 0) this.skip();
    const text = Buffer.from(Array.from({ length: 30_000 }, (_, i) => `packet ${String(i * i)}\n`).join(''));
    for (const hasChecksum of [true, false]) {
      const back = execFileSync('lz4', ['-dc'], { input: framed([text], hasChecksum), maxBuffer: 1 << 24 });
      assert.ok(back.equals(text));
    }
  });
});

describe('xxHash32', () => {
  const hashOf = (...pieces: readonly string[]): number => {
    const hash = new XxHash32();
    for (const piece of pieces) hash.update(Buffer.from(piece));
    return hash.digest() >>> 0;
  };

  it('is what the reference has', () => {
    assert.equal(hashOf(''), 0x02cc5d05);
    assert.equal(hashOf('a'), 0x550d7456);
    assert.equal(hashOf('abc'), 0x32d153ff);
    assert.equal(hashOf('Nobody inspects the spammish repetition'), 0xe2293b2f);
  });

  it('is the same in pieces', () => {
    const text = 'Nobody inspects the spammish repetition';
    for (let cut = 0; cut <= text.length; cut++)
      assert.equal(hashOf(text.slice(0, cut), text.slice(cut)), hashOf(text));
  });
});
