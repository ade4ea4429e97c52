import assert from 'node:assert/strict';
import { constants, deflateRawSync, deflateSync, gzipSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { HEADER_INCOMPLETE, Inflater, gzipBody, inflateRaw, zlibBody } from '../../src/base/inflate.ts';

describe('inflate', () => {
  it('is the inverse of deflate at every level, and keeps what fits', () => {
    const chunk = fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.constant(new Uint8Array(300).fill(7)));
    fc.assert(
      fc.property(chunk, chunk, fc.integer({ min: 0, max: 9 }), fc.nat(900), (a, b, level, max) => {
        const plain = Buffer.concat([a, b, a]);
        const packed = deflateRawSync(plain, { level });
        const out = new Uint8Array(2000);
        const size = inflateRaw(packed, 0, packed.length, out, max);
        assert.deepEqual(Buffer.from(out.subarray(0, size)), plain.subarray(0, max));
      }),
    );
  });
  it('is the same whatever pieces the input comes in', () => {
    const text = fc.array(fc.constantFrom('abc', 'the quick', '\n', 'zz', '01'), { maxLength: 4000 });
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 300 }), (words, level, size) => {
        const plain = Buffer.from(words.join(''));
        const packed = deflateRawSync(plain, { level });
        const inflater = new Inflater();
        const parts: Buffer[] = [];
        for (let at = 0; at < packed.length; at += size)
          parts.push(Buffer.from(inflater.push(packed, at, Math.min(at + size, packed.length), 1e6)));
        assert.deepEqual(Buffer.concat(parts), plain);
        assert.equal(inflater.isOver, true);
        assert.equal(inflater.isBroken, false);
      }),
      { numRuns: 200 },
    );
  });
  it('repeats from far back, across many pieces', () => {
    const plain = Buffer.alloc(200_000);
    for (let i = 0; i < plain.length; i++) plain[i] = (i * i) >> (i % 13);
    const packed = deflateRawSync(Buffer.concat([plain, plain.subarray(0, 32_768)]));
    const inflater = new Inflater();
    let size = 0;
    for (let at = 0; at < packed.length; at += 777)
      size += inflater.push(packed, at, Math.min(at + 777, packed.length), 1e6).length;
    assert.equal(size, 232_768);
  });
  it('stops at what is no DEFLATE and keeps what came before', () => {
    const packed = deflateRawSync(Buffer.from('some text, some text, some text'), { level: 0 });
    const inflater = new Inflater();
    const broken = Buffer.concat([packed.subarray(0, 5), Buffer.from('some'), Buffer.of(7)]);
    assert.equal(Buffer.from(inflater.push(broken, 0, 9, 100)).toString(), 'some');
    const bad = new Inflater();
    assert.equal(bad.push(Buffer.of(0xff, 0xff, 0xff), 0, 3, 100).length, 0);
    assert.equal(bad.isBroken, true);
  });
  it('survives any bytes', () => {
    const out = new Uint8Array(500);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => inflateRaw(data, 0, data.length, out, 500) <= 500),
      { numRuns: 2000 },
    );
  });
  it('begins anew with room that another stream has used', () => {
    const first = deflateRawSync(Buffer.from('a'.repeat(5000)));
    const second = deflateRawSync(Buffer.from('the second stream repeats nothing of the first'));
    const one = new Inflater();
    assert.equal(one.push(first, 0, first.length, 10_000).length, 5000);
    one.release();
    const two = new Inflater();
    const three = new Inflater();
    const half = second.length >> 1;
    let text = Buffer.from(two.push(second, 0, half, 1000)).toString();
    assert.equal(three.push(first, 0, first.length, 10_000).length, 5000);
    text += Buffer.from(two.push(second, half, second.length, 1000)).toString();
    assert.equal(text, 'the second stream repeats nothing of the first');
    two.release();
    assert.equal(two.push(first, 0, first.length, 10).length, 0);
    // a distance beyond what the stream itself has put out is wrong, whatever lies in the room
    const broken = new Inflater();
    const beyond = Uint8Array.of(0x03, 0x06, 0x00);
    broken.push(beyond, 0, beyond.length, 1000);
    assert.equal(broken.isBroken, true);
  });

  it('takes what zlib takes, and nothing else', () => {
    const packed = fc.oneof(
      fc.uint8Array({ maxLength: 120 }),
      fc.uint8Array({ maxLength: 120 }).map((rest) => Uint8Array.of(5, ...rest)),
      fc
        .tuple(fc.array(fc.constantFrom('ab', 'cde', 'f'), { maxLength: 200 }), fc.nat(), fc.nat(7))
        .map(([words, at, bit]) => {
          const whole = Uint8Array.from(deflateRawSync(words.join('')));
          whole[at % whole.length]! ^= 1 << bit;
          return whole;
        }),
    );
    const byZlib = (data: Uint8Array): string => {
      try {
        return inflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1');
      } catch {
        return 'broken';
      }
    };
    const byBytes = (data: Uint8Array, size: number): string => {
      const inflater = new Inflater();
      let text = '';
      for (let at = 0; at < data.length; at += size) {
        text += Buffer.from(inflater.push(data, at, Math.min(at + size, data.length), 1e6)).toString('latin1');
        if (inflater.isBroken) return 'broken';
      }
      return text;
    };
    fc.assert(
      fc.property(packed, fc.integer({ min: 1, max: 50 }), (bytes, size) => {
        // zlib takes a while to see that no code has a length
        const data = Buffer.concat([bytes, Buffer.alloc(60)]);
        assert.equal(byBytes(data, size), byZlib(data));
      }),
      { numRuns: Number(process.env['RUNS'] ?? 2000) },
    );
  });
  it('gives its output in pieces as large as there is room', () => {
    const plain = Buffer.from('abcabcabcabcab'.repeat(5000) + 'z'.repeat(70_000));
    for (const level of [0, 9]) {
      const packed = deflateRawSync(plain, { level });
      for (const room of [1, 7, 1000, 32_768, 100_000]) {
        const inflater = new Inflater();
        const parts = [Buffer.from(inflater.push(packed, 0, packed.length, room))];
        while (inflater.hasMore) parts.push(Buffer.from(inflater.more(room)));
        assert.equal(
          parts.every(({ length }) => length <= room),
          true,
        );
        assert.equal(Buffer.concat(parts).equals(plain), true);
        assert.equal(inflater.taken, packed.length);
      }
    }
  });

  it('finds the bodies of gzip and zlib', () => {
    const gzip = gzipSync('a');
    assert.equal(gzipBody(gzip, 0, gzip.length), 10);
    const zlib = deflateSync('a');
    assert.equal(zlibBody(zlib, 0, zlib.length), 2);
    assert.equal(gzipBody(zlib, 0, zlib.length), -1);
    assert.equal(gzipBody(gzip, 0, 4), HEADER_INCOMPLETE);
    assert.equal(zlibBody(zlib, 0, 1), HEADER_INCOMPLETE);
  });
});
