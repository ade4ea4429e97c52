// Responses in LZMA: undone, layered, bounded, and cut anywhere.
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import http from '../../../src/app/http/index.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import { LZMA_VECTORS } from '../../base/lzma-vectors.ts';
import { ConfigNode, setFinal } from '../../../src/config/index.ts';
import { GET, shown } from './support.ts';

const [{ packed, plain }] = LZMA_VECTORS as [(typeof LZMA_VECTORS)[0]];
const TEXT = plain.toString('latin1');
const zeros = LZMA_VECTORS.find(({ name }) => name === 'zeros')!;
const BOMB = LZMA_VECTORS.find(({ name }) => name === 'a bomb')!.packed;

function response(body: Uint8Array, coding: string): Buffer {
  const head = `HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: ${String(body.length)}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

interface Shown {
  readonly responseBody: string;
  readonly files: readonly string[];
  readonly anomalies: readonly string[];
}

function ask(bytes: Buffer, settings: Readonly<Record<string, string | number>> = {}, at = bytes.length): Shown {
  const config = new ConfigNode('protocols');
  for (const [key, value] of Object.entries({ 'response-body-limit': 0, ...settings }))
    setFinal(config, `http.libhtp.default-config.${key}`, String(value));
  const driver = new ParserDriver(http, { config });
  driver.feed(0, Buffer.from(GET));
  driver.feed(1, bytes.subarray(0, at)).feed(1, bytes.subarray(at));
  return shown(driver)[0] as Shown;
}

describe('HTTP responses in LZMA', () => {
  it('are undone', () => {
    const { responseBody, files, anomalies } = ask(response(packed, 'lzma'));
    assert.equal(responseBody, TEXT);
    assert.deepEqual(files, [`/a/b ${String(plain.length)} CLOSED ${TEXT}`]);
    assert.deepEqual(anomalies, []);
  });

  it('are the same wherever they are cut', () => {
    for (const body of [response(packed, 'LZMA'), response(gzipSync(packed), 'lzma, gzip')]) {
      const whole = ask(body);
      assert.equal(whole.responseBody, TEXT);
      for (let at = 1; at < body.length; at++) assert.deepEqual(ask(body, {}, at), whole, `cut at ${String(at)}`);
    }
  });

  it('are one of several compressions, as many as may be', () => {
    const deep = response(gzipSync(gzipSync(packed)), 'lzma, gzip, gzip');
    assert.deepEqual(ask(deep).anomalies, ['http.too_many_encoding_layers']);
    assert.equal(ask(deep, { 'response-body-decompress-layer-limit': 3 }).responseBody, TEXT);
  });

  it('stay as they are where LZMA is off, but what was compressed behind it is undone', () => {
    const asIs = packed.toString('latin1');
    assert.equal(ask(response(packed, 'lzma'), { 'lzma-enabled': 'no' }).responseBody, asIs);
    assert.equal(ask(response(gzipSync(packed), 'lzma, gzip'), { 'lzma-enabled': 'no' }).responseBody, asIs);
    assert.equal(ask(response(packed, 'gzip, lzma'), { 'lzma-enabled': 'no' }).responseBody, asIs);
    assert.deepEqual(ask(response(packed, 'lzma'), { 'lzma-enabled': 'no' }).anomalies, []);
  });

  it('stop at the memory that they may take, and say so once', () => {
    const small = LZMA_VECTORS.find(({ name }) => name.includes('small memory'))!;
    const { responseBody, anomalies } = ask(response(small.packed, 'lzma'), { 'lzma-memlimit': 20_000 });
    assert.deepEqual(anomalies, ['http.lzma_memlimit_reached']);
    assert.ok(responseBody.length > 3000 && responseBody.length < small.plain.length);
    assert.ok(small.plain.toString('latin1').startsWith(responseBody));
  });

  it('stop at a bomb, and say so once', () => {
    const { responseBody, anomalies } = ask(response(zeros.packed, 'lzma'), { 'compression-bomb-limit': 1000 });
    // 60 000 zeros are no bomb to a ratio of 2048
    assert.equal(responseBody.length, 60_000);
    assert.deepEqual(anomalies, []);
    const bomb = response(BOMB, 'lzma');
    for (const at of [bomb.length, bomb.length - 30]) {
      const cut = ask(bomb, { 'compression-bomb-limit': 1000 }, at);
      assert.deepEqual(cut.anomalies, ['http.compression_bomb']);
      assert.ok(cut.responseBody.length > 50_000 && cut.responseBody.length < 2048 * BOMB.length);
    }
    const beyond = { 'compression-bomb-limit': 400_000, 'response-body-limit': 5000 };
    assert.deepEqual(ask(bomb, beyond).anomalies, ['http.compression_bomb'], 'though inspection has had its fill');
  });

  it('do not grow beyond the inspection limit', () => {
    const { files } = ask(response(zeros.packed, 'lzma'), { 'response-body-limit': 2000 });
    assert.ok(files[0]!.startsWith('/a/b 2000 TRUNCATED'), 'like every body');
  });

  it('are named when they break off, and are taken as they are when they never were LZMA', () => {
    const broken = Buffer.from(packed);
    broken.fill(0xff, 40, 60);
    assert.deepEqual(ask(response(broken, 'lzma')).anomalies, ['http.gzip_decompression_failed']);
    const other = ask(response(Buffer.from('plain text, whatever was said of it'), 'lzma'));
    assert.equal(other.responseBody, 'plain text, whatever was said of it');
    assert.deepEqual(other.anomalies, []);
  });
});
