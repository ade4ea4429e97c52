import assert from 'node:assert/strict';
import { deflateRawSync, gzipSync, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { gzipBody, inflateRaw, zlibBody } from '../../../src/detect/content/inflate.ts';

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
  it('survives any bytes', () => {
    const out = new Uint8Array(500);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => inflateRaw(data, 0, data.length, out, 500) <= 500),
      { numRuns: 2000 },
    );
  });
  it('finds the bodies of gzip and zlib', () => {
    const gzip = gzipSync('a');
    assert.equal(gzipBody(gzip, 0, gzip.length), 10);
    const zlib = deflateSync('a');
    assert.equal(zlibBody(zlib, 0, zlib.length), 2);
    assert.equal(gzipBody(zlib, 0, zlib.length), -1);
  });
});
