import assert from 'node:assert/strict';
import fc from 'fast-check';
import { byteIndex } from '../../src/base/bytes.ts';
import { ByteText } from '../../src/base/byte-text.ts';
import { JsonText, bytesText } from '../../src/base/json-writer.ts';

function written(write: (json: JsonText) => void): unknown {
  const json = new JsonText();
  write(json);
  return JSON.parse(`{${json.text}}`);
}

/** What `bytesText` says, the long way. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) =>
      byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
    ).join('');
  }
}

describe('JSON text', () => {
  it('reads back as what was written', () => {
    const json = new JsonText();
    json.string('a', 'b').number('n', 12).bool('t', true).raw('r', '[1]').open('o').number('x', -1.5).close();
    json.openArray('l').openElement().string('k', 'v').close().stringElement('s').rawElement('2').closeArray();
    assert.equal(json.text, '"a":"b","n":12,"t":true,"r":[1],"o":{"x":-1.5},"l":[{"k":"v"},"s",2]');
  });

  it('keeps any string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.deepEqual(
          written((json) => json.string('k', text)),
          { k: text },
        );
      }),
    );
  });

  it('shows any bytes as bytesText does', () => {
    const mark = fc.constantFrom('', '\uFEFF', '\uFEFF\uFEFF');
    const utf8 = fc
      .tuple(mark, fc.string({ unit: 'binary' }))
      .map(([first, rest]) => new TextEncoder().encode(first + rest));
    const mixed = fc.tuple(utf8, fc.uint8Array({ maxLength: 4 }), utf8).map((parts) => Buffer.concat(parts));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), utf8, mixed), fc.nat(3), fc.nat(3), (bytes, before, behind) => {
        assert.equal(bytesText(bytes), textOf(bytes));
        const around = Buffer.concat([Buffer.alloc(before, 0xc3), bytes, Buffer.alloc(behind, 0xa4)]);
        const json = new JsonText().bytes('k', around, before, before + bytes.length);
        assert.equal(json.text, `"k":${JSON.stringify(textOf(bytes))}`);
        assert.deepEqual(
          written((json) => json.bytes('k', bytes)),
          { k: bytesText(bytes) },
        );
        assert.deepEqual(
          written((json) => json.openArray('k').bytesElement(bytes).closeArray()),
          { k: [bytesText(bytes)] },
        );
      }),
    );
  });

  it('does not take overlong forms, surrogates or cut characters for UTF-8', () => {
    for (const bytes of [
      [0xc0, 0x80],
      [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xe2, 0x82],
    ]) {
      const expected = bytes.map((byte) => `\\x${byte.toString(16)}`).join('');
      assert.deepEqual(
        written((json) => json.bytes('k', Uint8Array.from(bytes))),
        { k: expected },
      );
    }
  });

  it('takes every first and second byte for UTF-8 that is the beginning of a character, and no other', () => {
    for (let first = 0x80; first < 0x100; first++)
      for (const second of [0, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff])
        for (const rest of [[], [0x80], [0xbf, 0xbf]]) {
          const bytes = Uint8Array.of(first, second, ...rest);
          assert.equal(bytesText(bytes), textOf(bytes));
        }
  });

  it('writes addresses in full', () => {
    const v6 = Uint8Array.from([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert.deepEqual(
      written((json) =>
        json
          .address('a', Uint8Array.of(192, 0, 2, 255))
          .address('b', v6)
          .address('c', new Uint8Array(3)),
      ),
      { a: '192.0.2.255', b: '2001:0db8:0000:0000:0000:0000:0000:0001', c: '' },
    );
  });

  it('goes on behind what is in its text', () => {
    const text = new ByteText();
    text.string('{"first":1,"ü":');
    new JsonText(text)
      .begin()
      .openElement()
      .number('n', 2 ** 40)
      .close();
    assert.equal(text.toString(), '{"first":1,"ü":{"n":1099511627776}');
  });
});

describe('looking for a byte', () => {
  it('stays within its bounds', () => {
    const data = Uint8Array.of(1, 2, 3, 10, 4, 10);
    assert.equal(byteIndex(data, 10, 0, 6), 3);
    assert.equal(byteIndex(data, 10, 0, 3), -1);
    assert.equal(byteIndex(data, 10, 4, 6), 5);
    assert.equal(byteIndex(data, 10, 4, 4), -1);
  });
});
