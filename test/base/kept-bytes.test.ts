import assert from 'node:assert/strict';
import { KeptBytes, bytesOf, copyOf } from '../../src/base/kept-bytes.ts';

describe('kept bytes', () => {
  it('are copies that nothing overwrites', () => {
    const source = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
    const copies = Array.from({ length: 400 }, (_, i) => {
      const start = (i * 37) % 900;
      const end = start + ((i * 113) % 4100);
      return { copy: copyOf(source, start, end), start, end };
    });
    const expected = Buffer.from(source);
    source.fill(255);
    for (const { copy, start, end } of copies) assert.ok(Buffer.from(copy).equals(expected.subarray(start, end)));
  });

  it('of texts keep none of the small buffers alive that Node cuts from one piece', () => {
    const name = bytesOf('größe.txt', 'utf8');
    assert.equal(Buffer.from(name).toString('utf8'), 'größe.txt');
    assert.deepEqual([...bytesOf('é', 'latin1')], [0xe9]);
    assert.notEqual(name.buffer, Buffer.from('größe.txt').buffer);
    assert.equal(bytesOf('other', 'latin1').buffer, name.buffer, 'one behind the other');
  });

  it('that live long keep 4 KB alive, or themselves', () => {
    for (const size of [1, 1000, 5000]) {
      const { buffer } = copyOf(new Uint8Array(size), 0, size);
      assert.ok(buffer.byteLength <= Math.max(4096, size), String(size));
    }
  });

  it('may be longer than the room is', () => {
    const kept = new KeptBytes();
    const source = Uint8Array.from({ length: 65_535 }, (_, i) => i % 251);
    assert.equal(kept.keep(source, 0, 10), 0);
    const first = kept.bytes;
    assert.equal(kept.keep(source, 0, source.length), 0);
    assert.notEqual(kept.bytes, first);
    assert.ok(Buffer.from(kept.bytes.subarray(0, source.length)).equals(source));
  });
});
