// Conversations of HTTP as text, and what became of them.

import { gzipSync } from 'node:zlib';
import http from '../../../src/app/http/index.ts';
import { HttpTransaction } from '../../../src/app/http/transaction.ts';
import { FILE_STATES } from '../../../src/framework/file.ts';
import { BufferView } from '../../../src/framework/buffer.ts';
import type { BodyBuffer } from '../../../src/framework/body-buffer.ts';
import type { Direction } from '../../../src/framework/transaction.ts';
import { ParserDriver } from '../../support/app-parser.ts';

/** Direction and bytes, in the order in which they were spoken. */
export type Turn = readonly [Direction, string];

/** Feeds the turns; `pieces` says how each is cut. */
export function talk(turns: readonly Turn[], pieces: (bytes: Buffer) => Buffer[] = (bytes) => [bytes]): ParserDriver {
  const driver = new ParserDriver(http);
  for (const [direction, text] of turns)
    for (const piece of pieces(Buffer.from(text, 'latin1'))) driver.feed(direction, piece);
  return driver;
}

export function transactions(driver: ParserDriver): HttpTransaction[] {
  return driver.parser.transactions.filter((tx) => tx instanceof HttpTransaction);
}

const text = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('latin1');

/** All of a body that rules could see. */
export function bodyText(body: BodyBuffer): string {
  const view = new BufferView();
  return body.view(view, { limit: 0, minimum: 0, window: 0, overlap: 0, whole: 0 })
    ? Buffer.from(view.data.subarray(view.start, view.end)).toString('latin1')
    : '';
}

/** Everything of a transaction that rules and records can see. */
export function shown(driver: ParserDriver): unknown[] {
  return transactions(driver).map((tx) => ({
    method: text(tx.method),
    uri: text(tx.uri),
    host: text(tx.host),
    port: tx.port,
    status: text(tx.status),
    request: tx.request.headers.map(({ name, value }) => `${text(name)!}=${text(value)!}`),
    response: tx.response.headers.map(({ name, value }) => `${text(name)!}=${text(value)!}`),
    requestBody: bodyText(tx.request.body),
    responseBody: bodyText(tx.response.body),
    files: (tx.files ?? []).map(
      ({ name, size, state, body, direction }) =>
        `${text(name)!} ${String(size)} ${FILE_STATES[state]!} ${bodyText(tx.body(direction) ?? body)}`,
    ),
    anomalies: driver.anomalies(tx).sort(),
    progress: [...tx.progress],
  }));
}

export const GET = 'GET /a/b?c=1 HTTP/1.1\r\nHost: Example.com:8080\r\nUser-Agent: x\r\n\r\n';
export const OK = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello';

export function gzipResponse(content: string): string {
  const body = gzipSync(content).toString('latin1');
  return `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`;
}

const FORM =
  '--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\nfield\r\n' +
  '--xx\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\n\r\nline one\r\nline two\r\n--xx--\r\n';

/** Conversations whose outcome must not depend on how the bytes are cut. */
export const CONVERSATIONS: Readonly<Record<string, readonly Turn[]>> = {
  'request and response': [
    [0, GET],
    [1, OK],
  ],
  'two requests before the first response': [
    [0, GET + 'HEAD /second HTTP/1.1\r\nHost: b\r\n\r\n'],
    [1, OK + 'HTTP/1.1 404 Not Found\r\nContent-Length: 99\r\n\r\n'],
  ],
  'chunks with an extension and a trailer': [
    [0, GET],
    [
      1,
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n' +
        OK,
    ],
  ],
  'chunks that are none': [
    [0, GET],
    [1, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nXplain body'],
  ],
  'a compressed body': [
    [0, GET],
    [1, gzipResponse('some text that is longer than a few bytes, some text that is longer')],
  ],
  'a form with a file': [
    [
      0,
      `POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=xx\r\nContent-Length: ${String(FORM.length)}\r\n\r\n${FORM}`,
    ],
    [1, OK],
  ],
  'folded and repeated headers': [
    [
      0,
      'GET / HTTP/1.1\r\nHost: a\r\nX-One: b\r\n  c\r\nX-Two: 1\r\nx-two: 2\r\nno colon\r\nTransfer-Encoding\r\n :odd\r\n\r\n',
    ],
    [1, OK],
  ],
  'continue before the answer': [
    [0, 'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n'],
    [1, 'HTTP/1.1 100 Continue\r\n\r\n'],
    [0, 'abc'],
    [1, OK],
  ],
  'a body where the status has none': [
    [0, GET],
    [1, 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello'],
  ],
  'no body where the status has none': [
    [0, GET + GET],
    [1, 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n' + OK],
  ],
  'a request without protocol but with headers': [
    [0, 'GET /old\r\nHost: a\r\n\r\n'],
    [1, OK],
  ],
  'mere LF and CR as line ends': [
    [0, 'GET / HTTP/1.1\nHost: a\n\n'],
    [1, 'HTTP/1.1 200 OK\nX-A: 1\rContent-Length: 2\n\nok'],
  ],
  'empty lines before, and a line of spaces after the headers': [
    [0, GET],
    [1, '\r\n\nHTTP/1.1 200 OK\nContent-Length: 2\n \n\nok'],
  ],
  'an absolute URI with another Host': [
    [0, 'GET http://Real.example/p%61th/./x HTTP/1.1\r\nHost: other\r\n\r\n'],
    [1, OK],
  ],
  'a response nobody asked for': [[1, OK]],
};
