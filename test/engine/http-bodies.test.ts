// How bodies of HTTP are looked at: films without their compression, and inline before they have gone by.

import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { LZMA_VECTORS } from '../base/lzma-vectors.ts';
import { session } from './sessions.ts';
import { ofType, runEngine, sidsOf } from './support.ts';

const AT = 'app-layer.protocols.http.libhtp.default-config';
const FLASH = `${AT}.swf-decompression`;
const ON = { [`${FLASH}.enabled`]: 'yes' };
const GET = 'GET /film.swf HTTP/1.1\r\nHost: a\r\n\r\n';

/** Bytes as text, as the sessions have them. */
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

function head(magic: string, length: number): string {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(length);
  return `${magic}\x0a${latin1(size)}`;
}

const answer = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`;

const SCRIPT = `${'frame '.repeat(40)}a script that nobody should play`;
const ZLIB = head('CWS', 8 + SCRIPT.length) + latin1(deflateSync(SCRIPT));
const [{ packed, plain }] = LZMA_VECTORS as [(typeof LZMA_VECTORS)[0]];
/** Its compressed length, and its properties without the length of what comes of it. */
const LZMA = `${head('ZWS', 8 + plain.length)}\x00\x00\x00\x00${latin1(packed.subarray(0, 5))}${latin1(packed.subarray(13))}`;
const END = plain.subarray(-12);

const RULES = [
  'alert http any any -> any any (msg:"m"; file.data; content:"FWS|0a|"; startswith; content:"nobody should"; sid:1;)',
  `alert http any any -> any any (msg:"m"; file.data; content:"FWS"; content:"|${END.toString('hex')}|"; endswith; sid:2;)`,
  'alert http any any -> any any (msg:"m"; http.response_body; content:"nobody should"; sid:3;)',
  'alert http any any -> any any (msg:"m"; file.data; content:"WS|0a|"; offset:1; depth:3; sid:4;)',
];

function sids(body: string, settings: Readonly<Record<string, string>>): number[] {
  const limit = { [`${AT}.response-body-limit`]: '0' };
  const run = { rules: RULES, frames: session({ client: GET }, { server: answer(body) }) };
  return [...new Set(sidsOf(ofType(runEngine({ ...run, settings: { ...limit, ...settings } }), 'alert')))].sort();
}

describe('compressed films', () => {
  it('are undone where that is asked for', () => {
    assert.deepEqual(sids(ZLIB, {}), [4]);
    assert.deepEqual(sids(ZLIB, ON), [1, 3, 4]);
    assert.deepEqual(sids(LZMA, ON), [2, 4]);
  });

  it('stay as they are where the type is another', () => {
    assert.deepEqual(sids(ZLIB, { ...ON, [`${FLASH}.type`]: 'lzma' }), [4]);
    assert.deepEqual(sids(LZMA, { ...ON, [`${FLASH}.type`]: 'deflate' }), [4]);
    assert.deepEqual(sids(LZMA, { ...ON, [`${FLASH}.type`]: 'lzma' }), [2, 4]);
  });

  it('are undone as far as the depths say, and as far as they can be', () => {
    assert.deepEqual(sids(ZLIB, { ...ON, [`${FLASH}.decompress-depth`]: '200' }), [4]);
    assert.deepEqual(sids(ZLIB, { ...ON, [`${FLASH}.compress-depth`]: '20' }), [4]);
    assert.deepEqual(
      sids(ZLIB, { ...ON, [`${FLASH}.decompress-depth`]: '0', [`${FLASH}.compress-depth`]: '0' }),
      [1, 3, 4],
    );
    for (let to = 1; to < LZMA.length; to += 3)
      assert.equal(sids(LZMA.slice(0, to), ON).includes(4), to >= 4, String(to));
    assert.deepEqual(sids(`${ZLIB.slice(0, 9)}broken`, ON), [4]);
  });
});

describe('bodies inline', () => {
  const rules = ['drop http any any -> any any (msg:"m"; file.data; content:"evil"; sid:1;)'];
  const begin = 'HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n';
  const frames = session(
    { client: GET },
    { server: `${begin}evil` },
    { client: '' },
    { server: 'x'.repeat(1000) },
    { server: 'x'.repeat(1000) },
  );
  /** Number of the packet that the rule matched. */
  const at = (settings: Readonly<Record<string, string>>, isInline: boolean): number | undefined =>
    ofType(runEngine({ rules, frames, settings, isInline }), 'alert')[0]?.pcap_cnt;

  it('are looked at as they come, before they go on', () => {
    assert.equal(at({ [`${AT}.http-body-inline`]: 'auto' }, true), 5);
    assert.notEqual(at({ [`${AT}.http-body-inline`]: 'no' }, true), 5);
    assert.notEqual(at({}, true), 5);
  });

  it('wait for more elsewhere, unless the configuration says otherwise', () => {
    const waiting = at({ [`${AT}.http-body-inline`]: 'auto' }, false);
    const atOnce = at({ [`${AT}.http-body-inline`]: 'yes' }, false);
    assert.ok(
      atOnce !== undefined && (waiting === undefined || atOnce < waiting),
      `${String(atOnce)} ${String(waiting)}`,
    );
  });
});
