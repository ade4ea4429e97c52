// Frames of HTTP/2 as bytes, conversations of them, and what became of them.

import { deflateRawSync, gzipSync } from 'node:zlib';
import protocols from '../../../src/app/http2/index.ts';
import { FrameType } from '../../../src/app/http2/frame-types.ts';
import { Http2Transaction } from '../../../src/app/http2/transaction.ts';
import type { Http2Message } from '../../../src/app/http2/transaction.ts';
import { FILE_STATES } from '../../../src/framework/file.ts';
import type { Direction } from '../../../src/framework/transaction.ts';
import { BufferView } from '../../../src/framework/buffer.ts';
import type { BodyBuffer } from '../../../src/framework/body-buffer.ts';
import { ParserDriver } from '../../support/app-parser.ts';

const [http2] = protocols;

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
export type Turn = readonly [Direction, Buffer];

export function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function integer(first: number, bits: number, value: number): Buffer {
  const mask = (1 << bits) - 1;
  if (value < mask) return Buffer.of(first | value);
  const bytes = [first | mask];
  let left = value - mask;
  for (; left >= 128; left >>>= 7) bytes.push((left & 127) | 128);
  return Buffer.of(...bytes, left);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([integer(0, 7, bytes.length), bytes]);
}

/** Each header as a literal that does not enter the table; with `enters` it does. */
export function block(
  headers: readonly (readonly [string, string])[],
  how: 'stays out' | 'enters' = 'stays out',
): Buffer {
  const first = how === 'enters' ? 0x40 : 0;
  return Buffer.concat(headers.flatMap(([name, value]) => [Buffer.of(first), text(name), text(value)]));
}

export const tableSize = (size: number): Buffer => integer(0x20, 5, size);

export const END_STREAM = 1;
export const END_HEADERS = 4;
export const PADDED = 8;
export const PRIORITY = 0x20;

export function headers(stream: number, list: readonly (readonly [string, string])[], flags = 0): Buffer {
  return frame(FrameType.headers, END_HEADERS | flags, stream, block(list));
}

export function data(stream: number, content: Uint8Array | string, flags = 0): Buffer {
  return frame(FrameType.data, flags, stream, Buffer.from(content as string));
}

export function settings(...pairs: readonly (readonly [number, number])[]): Buffer {
  const payload = Buffer.alloc(pairs.length * 6);
  pairs.forEach(([id, value], i) => {
    payload.writeUInt16BE(id, i * 6);
    payload.writeUInt32BE(value, i * 6 + 2);
  });
  return frame(FrameType.settings, 0, 0, payload);
}

export function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export const GET = [
  [':method', 'GET'],
  [':path', '/a'],
  [':scheme', 'http'],
  [':authority', 'Example.com:8080'],
  ['user-agent', 'x'],
] as const;
export const OK = [
  [':status', '200'],
  ['content-type', 'text/plain'],
] as const;

const gzipped = gzipSync('some text that is longer than a few bytes, some text that is longer');
const ownBlock = block([...GET, ['x-long', 'v'.repeat(300)]]);

/** Conversations whose outcome must not depend on how the bytes are cut. */
export const CONVERSATIONS: Readonly<Record<string, readonly Turn[]>> = {
  'a request and its response': [
    [0, Buffer.concat([PREFACE, settings([3, 100], [2, 0]), headers(1, GET, END_STREAM)])],
    [1, Buffer.concat([settings([1, 8192]), frame(FrameType.settings, 1, 0), headers(1, OK)])],
    [0, frame(FrameType.settings, 1, 0)],
    [1, Buffer.concat([data(1, 'hello '), data(1, 'world', END_STREAM)])],
  ],
  'two streams at once': [
    [0, Buffer.concat([PREFACE, settings(), headers(1, GET, END_STREAM), headers(3, GET)])],
    [1, Buffer.concat([settings(), headers(3, OK), headers(1, OK), data(3, 'three')])],
    [0, data(3, 'posted', END_STREAM)],
    [1, Buffer.concat([data(1, 'one', END_STREAM), data(3, '', END_STREAM)])],
  ],
  'headers in several frames, padded, with a weight': [
    [
      0,
      Buffer.concat([
        PREFACE,
        frame(
          FrameType.headers,
          PADDED | PRIORITY | END_STREAM,
          1,
          Buffer.concat([Buffer.of(3, 0, 0, 0, 0, 200), ownBlock.subarray(0, 20), Buffer.alloc(3)]),
        ),
        frame(FrameType.continuation, 0, 1, ownBlock.subarray(20, 70)),
        frame(FrameType.continuation, END_HEADERS, 1, ownBlock.subarray(70)),
      ]),
    ],
    [
      1,
      Buffer.concat([
        headers(1, OK),
        frame(
          FrameType.data,
          PADDED | END_STREAM,
          1,
          Buffer.concat([Buffer.of(5), Buffer.from('body'), Buffer.alloc(5)]),
        ),
      ]),
    ],
  ],
  'a compressed body and trailers': [
    [0, Buffer.concat([PREFACE, headers(1, GET, END_STREAM)])],
    [
      1,
      Buffer.concat([
        headers(1, [...OK, ['content-encoding', 'gzip']]),
        data(1, gzipped.subarray(0, 30)),
        data(1, gzipped.subarray(30)),
        headers(1, [['grpc-status', '0']], END_STREAM),
      ]),
    ],
  ],
  'a deflated body': [
    [0, Buffer.concat([PREFACE, headers(1, GET, END_STREAM)])],
    [
      1,
      Buffer.concat([
        headers(1, [...OK, ['content-encoding', 'Deflate']]),
        data(1, deflateRawSync('flat'), END_STREAM),
      ]),
    ],
  ],
  'a pushed response': [
    [0, Buffer.concat([PREFACE, headers(1, GET, END_STREAM)])],
    [
      1,
      Buffer.concat([
        headers(1, OK),
        frame(FrameType.pushPromise, END_HEADERS, 1, Buffer.concat([word(2), block(GET)])),
        data(1, 'asked', END_STREAM),
        headers(2, OK),
        data(2, 'pushed', END_STREAM),
      ]),
    ],
  ],
  'frames of the connection': [
    [
      0,
      Buffer.concat([
        PREFACE,
        frame(FrameType.ping, 0, 0, Buffer.alloc(8)),
        frame(FrameType.windowUpdate, 0, 0, word(1000)),
        frame(FrameType.priority, 0, 9, Buffer.of(0, 0, 0, 0, 16)),
        frame(99, 0xff, 7, Buffer.from('unknown')),
        frame(FrameType.goaway, 0, 0, Buffer.concat([word(1), word(11), Buffer.from('calm')])),
      ]),
    ],
  ],
  'a stream that is reset while data is under way': [
    [0, Buffer.concat([PREFACE, headers(1, GET, END_STREAM)])],
    [1, Buffer.concat([headers(1, OK), data(1, 'part')])],
    [0, frame(FrameType.rstStream, 0, 1, word(8))],
    [1, data(1, 'more', END_STREAM)],
    [1, frame(FrameType.rstStream, 0, 1, word(0))],
  ],
};

const latin = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('latin1');

/** All of a body that rules could see. */
function bodyText(body: BodyBuffer): string {
  const view = new BufferView();
  return body.view(view, { limit: 0, minimum: 0, window: 0, overlap: 0, whole: 0 })
    ? latin(view.data.subarray(view.start, view.end))!
    : '';
}

export interface ShownMessage {
  readonly headers: readonly string[];
  readonly updates: readonly number[];
  readonly frames: readonly number[];
  readonly errors: readonly number[];
  readonly settings: readonly (readonly [number, number])[];
  readonly priorities: readonly number[];
  readonly windows: readonly number[];
  readonly body: string;
}

function shownMessage(message: Http2Message): ShownMessage {
  return {
    headers: message.fields.map(({ name, value }) => `${latin(name)!}: ${latin(value)!}`),
    updates: (message.sizeUpdates ?? []).map(({ size }) => size),
    frames: [...message.frames.subarray(0, message.frameCount)],
    errors: (message.errors ?? []).map(({ code }) => code),
    settings: (message.settings ?? []).map(({ id, value }) => [id, value] as const),
    priorities: message.priorities ?? [],
    windows: message.windows ?? [],
    body: message.file === null ? '' : `${FILE_STATES[message.file.state]!} ${bodyText(message.file.body)}`,
  };
}

export interface Shown {
  readonly stream: number;
  readonly kind: string;
  readonly request: ShownMessage;
  readonly response: ShownMessage;
  readonly anomalies: readonly string[];
  readonly progress: readonly number[];
  readonly directions: number;
}

/** Everything of the transactions that rules and records can see. */
export function shown(driver: ParserDriver): Shown[] {
  return transactions(driver).map((tx) => ({
    stream: tx.streamId,
    kind: tx.state.subState,
    request: shownMessage(tx.request),
    response: shownMessage(tx.response),
    anomalies: driver.anomalies(tx).map((name) => name.replace('http2.', '')),
    progress: [...tx.progress],
    directions: tx.directions,
  }));
}

export function transactions(driver: ParserDriver): Http2Transaction[] {
  return driver.parser.transactions.filter((tx) => tx instanceof Http2Transaction);
}

/** Feeds the turns; `pieces` says how each is cut. */
export function talk(
  turns: readonly Turn[],
  pieces: (bytes: Buffer) => Buffer[] = (bytes) => [bytes],
  driver = new ParserDriver(http2),
): ParserDriver {
  for (const [direction, bytes] of turns) for (const piece of pieces(bytes)) driver.feed(direction, piece);
  return driver;
}
