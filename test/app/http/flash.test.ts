// Films in Flash: the same whatever there is of them at each look, each byte decoded once.
import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { Inflater } from '../../../src/base/inflate.ts';
import { Film } from '../../../src/app/http/flash.ts';
import type { FlashSettings } from '../../../src/app/http/flash.ts';
import { BufferView } from '../../../src/framework/buffer.ts';
import { LZMA_VECTORS } from '../../base/lzma-vectors.ts';

const SETTINGS: FlashSettings = { deflate: true, lzma: true, most: 100_000, mostPlain: 100_000 };
const SCRIPT = Buffer.from(Array.from({ length: 900 }, (_, i) => `frame ${String(i * i)} `).join(''));
const head = (magic: string): Buffer => Buffer.from(`${magic}\x0a\x01\x02\x03\x04`);
const ZLIB = Buffer.concat([head('CWS'), deflateSync(SCRIPT)]);
const [{ packed, plain }] = LZMA_VECTORS as [(typeof LZMA_VECTORS)[0]];
const LZMA = Buffer.concat([head('ZWS'), Buffer.alloc(4), packed.subarray(0, 5), packed.subarray(13)]);

/** What is seen at the last of looks at ever more of a body. */
function seen(body: Buffer, step: number, settings = SETTINGS): Buffer | null {
  const film = new Film(settings);
  const view = new BufferView();
  let last: Buffer | null;
  for (let end = Math.min(step, body.length); ; end = Math.min(end + step, body.length)) {
    view.data = body;
    view.start = 0;
    view.end = end;
    view.isWhole = end === body.length;
    const shown = film.show(view);
    last = shown === null ? null : Buffer.from(shown);
    if (view.isWhole) break;
  }
  film.release();
  return last;
}

describe('films in Flash', () => {
  for (const [name, body, contents] of [
    ['zlib', ZLIB, SCRIPT],
    ['LZMA', LZMA, Buffer.from(plain)],
  ] as const)
    it(`in ${name} are the same however they come`, () => {
      const whole = Buffer.concat([head('FWS'), contents]);
      for (const step of [1, 2, 7, 13, 100, 1400, body.length])
        assert.deepEqual(seen(body, step), whole, `${String(step)} bytes at a time`);
    });

  it('end where the settings say', () => {
    for (const step of [1, 100, ZLIB.length]) {
      assert.equal(seen(ZLIB, step, { ...SETTINGS, mostPlain: 500 })?.length, 508);
      const half = seen(ZLIB, step, { ...SETTINGS, most: ZLIB.length >> 1 })!;
      assert.ok(half.length > 508 && half.length < SCRIPT.length);
      assert.ok(SCRIPT.subarray(0, half.length - 8).equals(half.subarray(8)));
    }
  });

  it('are left as they are where they are none, or not looked into', () => {
    for (const step of [1, 100]) {
      assert.equal(seen(ZLIB, step, { ...SETTINGS, deflate: false }), null);
      assert.equal(seen(LZMA, step, { ...SETTINGS, lzma: false }), null);
      for (const text of ['CWS\x0a....nothing packed', 'FWS\x0a....plain', 'some text that is no film', 'CWS'])
        assert.equal(seen(Buffer.from(text), step), null, text);
    }
  });

  it('are decoded once', () => {
    const push = Inflater.prototype.push;
    let taken = 0;
    Inflater.prototype.push = function (...given) {
      taken += given[2] - given[1];
      return push.apply(this, given);
    };
    try {
      seen(ZLIB, 10);
    } finally {
      Inflater.prototype.push = push;
    }
    assert.equal(taken, ZLIB.length - 10);
  });
});
