import assert from 'node:assert/strict';
import fc from 'fast-check';
import http from '../../../src/app/http/index.ts';
import { ConfigNode, setFinal } from '../../../src/config/index.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import { CONVERSATIONS, GET, OK, bodyText, gzipResponse, shown, talk, transactions } from './support.ts';
import type { Turn } from './support.ts';

function one(turns: readonly Turn[]): Record<string, unknown> {
  const all = shown(talk(turns)) as Record<string, unknown>[];
  assert.equal(all.length, 1);
  return all[0]!;
}

describe('HTTP parser', () => {
  it('reads a request and its response', () => {
    assert.deepEqual(
      one([
        [0, GET],
        [1, OK],
      ]),
      {
        method: 'GET',
        uri: '/a/b?c=1',
        host: 'example.com',
        port: 8080,
        status: '200',
        request: ['Host=Example.com:8080', 'User-Agent=x'],
        response: ['Content-Type=text/plain', 'Content-Length=5'],
        requestBody: '',
        responseBody: 'hello',
        files: ['/a/b 5 CLOSED hello'],
        anomalies: [],
        progress: [5, 5],
      },
    );
  });

  it('joins folded and repeated headers, and takes a name that was folded', () => {
    const { request, anomalies } = one(CONVERSATIONS['folded and repeated headers']!);
    assert.deepEqual(request, ['Host=a', 'X-One=b  c', 'X-Two=1, 2', '=no colon', 'Transfer-Encoding=odd']);
    assert.ok((anomalies as string[]).includes('http.request_header_repetition'));
    assert.ok((anomalies as string[]).includes('http.request_field_missing_colon'));
  });

  it('undoes chunks and compression', () => {
    const [first, second] = shown(talk(CONVERSATIONS['chunks with an extension and a trailer']!)) as Record<
      string,
      unknown
    >[];
    assert.equal(first!['responseBody'], 'abc0123456789');
    assert.equal(second!['uri'], ''); // what was never asked for has none
    assert.equal(
      one([
        [0, GET],
        [1, gzipResponse('x'.repeat(3000))],
      ])['responseBody'],
      'x'.repeat(3000),
    );
  });

  it('takes lines that are no status line for a body, until the bytes at hand end with one', () => {
    const files = (...pieces: string[]): string[] =>
      transactions(talk([[0, GET], ...pieces.map((piece) => [1, piece] as const)])).flatMap((tx) =>
        (tx.files ?? []).map(({ size }) => `${Buffer.from(tx.rawUri).toString()} ${String(size)}`),
      );
    const unseen = '/libhtp::request_uri_not_seen';
    assert.deepEqual(files('abcdef\nghi', 'jkl\n', 'mno\n'), ['/a/b?c=1 14', `${unseen} 4`]);
    assert.deepEqual(files('abcdef\n', OK), ['/a/b?c=1 7', `${unseen} 5`]);
  });

  it('takes the rest for the body where a chunk is none', () => {
    const { responseBody, anomalies } = one(CONVERSATIONS['chunks that are none']!);
    assert.equal(responseBody, 'Xplain body');
    assert.deepEqual(anomalies, ['http.invalid_response_chunk_len']);
  });

  it('answers requests in their order, and expects no body to HEAD', () => {
    const all = shown(talk(CONVERSATIONS['two requests before the first response']!)) as Record<string, unknown>[];
    assert.deepEqual(
      all.map(({ method, status, progress }) => [method, status, progress]),
      [
        ['GET', '200', [5, 5]],
        ['HEAD', '404', [5, 5]],
      ],
    );
  });

  it('finds the files of a form', () => {
    assert.deepEqual(one(CONVERSATIONS['a form with a file']!)['files'], [
      'f.txt 18 CLOSED line one\r\nline two',
      '/upload 5 CLOSED hello',
    ]);
  });

  it('takes the host of an absolute URI and says when the header disagrees', () => {
    const { host, uri, anomalies } = one(CONVERSATIONS['an absolute URI with another Host']!);
    assert.deepEqual([host, uri], ['real.example', '/path/x']);
    assert.deepEqual(anomalies, ['http.host_header_ambiguous']);
  });

  it('closes a body in chunks with the last of them, though its trailers break off', () => {
    const driver = talk([
      [0, GET],
      [1, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: late\r\n'],
    ]).end(1);
    const [{ files, response }] = shown(driver) as [{ files: string[]; response: string[] }];
    assert.deepEqual(files, ['/a/b 3 CLOSED abc']);
    assert.deepEqual(response, ['Transfer-Encoding=chunked', 'T=late']);
  });

  it('closes a body that lasts until the end, and calls a shorter one truncated', () => {
    const open = talk([
      [0, GET],
      [1, 'HTTP/1.0 200 OK\r\n\r\nall there is'],
    ]).end(1);
    assert.deepEqual((shown(open)[0] as { files: string[] }).files, ['/a/b 12 CLOSED all there is']);
    const cut = talk([
      [0, GET],
      [1, 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf'],
    ]).end(1);
    assert.deepEqual((shown(cut)[0] as { files: string[] }).files, ['/a/b 4 TRUNCATED half']);
  });

  it('keeps all there is of a file in a form that breaks off', () => {
    const part = '--xx\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\n';
    const cut = talk([
      [
        0,
        `POST /a HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=xx\r\nContent-Length: 900\r\n\r\n${part}half of it`,
      ],
    ]).end(0);
    assert.deepEqual((shown(cut)[0] as { files: string[] }).files, ['x 10 TRUNCATED half of it']);
  });

  it('has no file of a form in which none was chosen', () => {
    const part = (name: string, content: string): string =>
      `--xx\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\n${content}\r\n`;
    const form = `${part('', '')}${part('x', '')}${part('', 'abc')}--xx--\r\n`;
    const head = 'POST /a HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=xx\r\n';
    const driver = talk([[0, `${head}Content-Length: ${String(form.length)}\r\n\r\n${form}`]]);
    assert.deepEqual((shown(driver)[0] as { files: string[] }).files, ['x 0 CLOSED ']);
  });

  it('goes on behind a gap inside a body', () => {
    const driver = talk([
      [0, GET],
      [1, 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nab'],
    ]);
    assert.equal(driver.parser.gap(1, 4), true);
    driver.feed(1, Buffer.from('gh'));
    assert.deepEqual((shown(driver)[0] as { progress: number[] }).progress, [5, 5]);
    const { request, response, files } = transactions(driver)[0]!;
    assert.equal(files![0]!.hasGaps, true);
    assert.deepEqual([response.body.size, request.body.size], [4, 0], 'what never came counts to no limit');
  });

  it('keeps what came before a gap of a body that is compressed by name alone', () => {
    const driver = talk([
      [0, GET],
      [1, 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nhe'],
    ]);
    assert.equal(driver.parser.gap(1, 4), true);
    driver.feed(1, Buffer.from('gh'));
    assert.equal(bodyText(transactions(driver)[0]!.response.body), 'hegh');
  });

  it('goes on behind a gap between lines, which it names', () => {
    const inHeaders = talk([[0, 'GET /one HTTP/1.1\r\nHost: a\r\n']]);
    assert.equal(inHeaders.parser.gap(0, 20), true);
    inHeaders.feed(0, Buffer.from('rest: x\r\n\r\n'));
    const [first] = transactions(inHeaders);
    assert.deepEqual(inHeaders.anomalies(first!), ['http.invalid_gap']);
    assert.equal(Buffer.from(first!.request.headers[1]!.name).toString(), 'rest');
    const between = talk([[0, GET]]);
    assert.equal(between.parser.gap(0, GET.length), true);
    between.feed(0, Buffer.from(GET));
    assert.equal(transactions(between).length, 2);
  });

  it('ends a body at a gap that goes beyond it, and reads on behind', () => {
    const driver = talk([
      [0, GET + GET],
      [1, 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n'],
    ]);
    assert.equal(driver.parser.gap(1, 12), true);
    driver.feed(1, Buffer.from(OK));
    const [first, second] = transactions(driver);
    assert.deepEqual(driver.anomalies(first!), ['http.invalid_gap']);
    assert.deepEqual([first!.files![0]!.size, first!.files![0]!.hasGaps], [8, true]);
    assert.equal(second!.statusNumber, 200);
  });

  const RESPONSE = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n';
  const ODDITIES: readonly (readonly [what: string, request: string, response: string, anomalies: string[]])[] = [
    ['a zero in a name', GET, `${RESPONSE}X-\0A: b\r\n\r\n`, ['response_header_name_not_token']],
    ['a form feed behind a name', GET, `${RESPONSE}X-A\f: b\r\n\r\n`, ['response_header_name_not_token']],
    ['a space behind a name', GET, `${RESPONSE}X-A : b\r\n\r\n`, ['response_invalid_lws_after_name']],
    [
      'two headers that come again',
      GET,
      `${RESPONSE}A: 1\r\nB: 1\r\nA: 2\r\nB: 2\r\nA: 3\r\n\r\n`,
      ['response_header_repetition', 'response_header_repetition'],
    ],
    ['another version', GET, RESPONSE.replace('1.1', '2.0') + '\r\n', ['response_line_invalid_protocol']],
    [
      'a line that goes on with the first header',
      GET,
      'HTTP/1.1 200 OK\r\nA: 1\r\n B: 2\r\nContent-Length: 0\r\n\r\n',
      [],
    ],
    ['a coding with an odd letter', GET, `${RESPONSE}Content-Encoding:\xa0deflate\r\n\r\n`, ['abnormal_ce_header']],
    ['CONNECT without Host', 'CONNECT / HTTP/1.1\r\n\r\n', '', []],
    [
      'chunks with extensions',
      GET,
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n1;a=b\r\ny\r\n0\r\n\r\n',
      ['response_chunk_extension'],
    ],
    [
      'a body where there is none',
      GET,
      'HTTP/1.1 204 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n',
      ['response_body_unexpected'],
    ],
  ];
  for (const [what, said, answer, anomalies] of ODDITIES) {
    it(`judges ${what}`, () => {
      const turns: Turn[] =
        answer === ''
          ? [[0, said]]
          : [
              [0, said],
              [1, answer],
            ];
      const driver = talk(turns);
      assert.deepEqual(
        driver.anomalies(transactions(driver)[0]!),
        anomalies.map((name) => `http.${name}`),
      );
    });
  }

  it('counts what the body was on the wire: chunks with their framing, gaps, no trailers', () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunks = '5\r\nhello\r\n6;x=y\r\nworld!\r\n0\r\n';
    const turns: Turn[] = [
      [0, GET],
      [1, head + chunks + 'T: a\r\n\r\n'],
    ];
    assert.equal(transactions(talk(turns))[0]!.response.wireLength, chunks.length);
    const driver = talk([
      [0, GET],
      [1, OK.slice(0, -4)],
    ]);
    driver.parser.gap(1, 4);
    assert.equal(transactions(driver)[0]!.response.wireLength, 5);
  });

  it('takes what begins with no status line for a body, as it comes', () => {
    const all = shown(
      talk([
        [0, GET],
        [1, '<html>\n</html>\n'],
        [1, 'SSH-2.0'],
        [1, '-x\r\n'],
      ]),
    ) as Record<string, unknown>[];
    assert.deepEqual(
      all.map(({ uri, status, responseBody, anomalies, progress }) => [uri, status, responseBody, anomalies, progress]),
      [
        ['/a/b?c=1', '', '<html>\n</html>\n', [], [5, 5]],
        ['', '', 'SSH-2.0-x\r\n', ['http.unable_to_match_response_to_request'], [5, 5]],
      ],
    );
  });

  it('passes over a line of something else before a status line', () => {
    const { status, responseBody, anomalies } = one([
      [0, GET],
      [1, `SIP/2.0 200 ok\r\n${OK}`],
    ]);
    assert.deepEqual([status, responseBody, anomalies], ['200', 'hello', []]);
  });

  it('takes all that answers a request without protocol for one body, and nothing more for requests', () => {
    const { status, responseBody, files } = one([
      [0, 'GET /x\r\n'],
      [1, OK],
      [0, GET],
      [1, 'more'],
    ]);
    assert.equal(status, '');
    assert.equal(responseBody, `${OK}more`);
    assert.equal((files as string[]).length, 1);
  });

  it('cuts a file when more comes than the limit of its body, at once or in pieces of what was compressed', () => {
    const state = (...pieces: readonly string[]): string | undefined => {
      const config = new ConfigNode('protocols');
      setFinal(config, 'http.libhtp.default-config.response-body-limit', '4');
      const driver = new ParserDriver(http, { config }).feed(0, Buffer.from(GET));
      for (const piece of pieces) driver.feed(1, Buffer.from(piece, 'latin1'));
      return (shown(driver)[0] as { files: string[] }).files[0]?.slice(0, '/a/b 4 CLOSED'.length);
    };
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n';
    assert.equal(state(`${head}12345678`), '/a/b 4 CLOSED', 'all of it with what is kept, as in Suricata');
    assert.equal(state(`${head}123456`, '78'), '/a/b 4 TRUNCA');
    assert.equal(state(`${head}1234`, '5678'), '/a/b 4 TRUNCA');
    assert.deepEqual(
      [8192, 8193].map((size) => state(gzipResponse('x'.repeat(size)))),
      ['/a/b 4 CLOSED', '/a/b 4 TRUNCA'],
    );
  });

  it('takes what requests carry for files where they are POST or PUT', () => {
    const files = ['POST', 'PUT', 'PATCH', 'GET', 'post'].map(
      (method) => one([[0, `${method} /f HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc`]])['files'],
    );
    assert.deepEqual(files, [['/f 3 CLOSED abc'], ['/f 3 CLOSED abc'], [], [], []]);
  });

  it('takes a second LF for a field of nothing where there is no other', () => {
    const { responseBody, anomalies } = one([
      [0, GET],
      [1, 'HTTP/1.1 200 OK\n\nA'],
    ]);
    assert.deepEqual([responseBody, anomalies], ['A', []]);
    const odd = one([
      [0, GET],
      [1, 'HTTP/1.1 200 OK\n\n\nA'],
    ]);
    assert.deepEqual([odd['responseBody'], odd['anomalies']], ['A', ['http.response_field_missing_colon']]);
  });

  it('reads a folded line with a name for a header of its own in responses', () => {
    const folded = 'A: b\r\nB: c\r\n D: e\r\n f g: h\r\nContent-Length: 0\r\n\r\n';
    const { request, response } = one([
      [0, `GET / HTTP/1.1\r\n${folded}`],
      [1, `HTTP/1.1 200 OK\r\n${folded}`],
    ]);
    assert.deepEqual(request, ['A=b', 'B=c D: e f g: h', 'Content-Length=0']);
    assert.deepEqual(response, ['A=b', 'B=c', 'D=e f g: h', 'Content-Length=0']);
  });

  it('takes what strays behind a message for more of its body, line by line', () => {
    const { responseBody, files, anomalies } = one([
      [0, GET],
      [1, OK + 'more\r\nand more\nno line'],
    ]);
    assert.equal(responseBody, 'hellomore\r\nand more\nno line');
    assert.deepEqual(files, ['/a/b 27 CLOSED hellomore\r\nand more\nno line']);
    assert.deepEqual(anomalies, ['http.response_body_unexpected', 'http.response_body_unexpected']);
  });

  it('takes only empty lines behind the body of a request without a word', () => {
    const post = (rest: string): Record<string, unknown> =>
      one([[0, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok' + rest]]);
    assert.deepEqual(post('\r\n')['anomalies'], []);
    assert.equal(post('\r\n')['requestBody'], 'ok\r\n');
    assert.deepEqual(post('zz\r\n')['anomalies'], ['http.request_body_unexpected']);
  });

  it('takes a line that strays behind a request to its end, with whatever segments it comes', () => {
    const head = 'POST / HTTP/1.1\r\nHost: a\r\n\r\n';
    const ofAll = (segments: readonly string[]): unknown[] =>
      (shown(talk(segments.map((text): Turn => [0, text]))) as Record<string, unknown>[]).map(
        ({ uri, requestBody, anomalies }) => [uri, requestBody, anomalies],
      );
    const unexpected = 'http.request_body_unexpected';
    assert.deepEqual(ofAll([head + 'ab', 'c', 'd']), [['/', 'abcd', []]]);
    assert.deepEqual(ofAll([head + 'GETx', ' / HTTP/1.1\r\nHost: b\r\n']), [
      ['/', 'GETx / HTTP/1.1\r\nHost: b\r\n', [unexpected, unexpected]],
    ]);
    assert.deepEqual(ofAll([head + '\r', '\nabc']), [['/', '\r\nabc', []]]);
    assert.deepEqual(ofAll([head + 'ab', '\r', '\n', GET]), [
      ['/', 'ab\r\n', [unexpected]],
      ['/a/b?c=1', '', []],
    ]);
    assert.deepEqual(ofAll([head + 'GE', GET.slice(2)])[1], ['/a/b?c=1', '', []]);
  });

  it('begins another message where one may be meant', () => {
    const of = (turns: readonly Turn[]): unknown[] => (shown(talk(turns)) as { uri: unknown }[]).map(({ uri }) => uri);
    assert.deepEqual(of([[0, GET + '\r\nPUT /two HTTP/1.1\r\nHost: a\r\n\r\n']]), ['/a/b?c=1', '/two']);
    assert.deepEqual(
      of([
        [0, GET + GET],
        [1, OK + '\r\n' + OK],
      ]),
      ['/a/b?c=1', '/a/b?c=1'],
    );
  });

  it('says so when a status that has no body comes with one', () => {
    const empty = 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n';
    const all = shown(
      talk([
        [0, GET + GET],
        [1, empty],
        [1, OK],
      ]),
    ) as Record<string, unknown>[];
    assert.deepEqual(all[0]!['anomalies'], ['http.response_body_unexpected']);
    assert.deepEqual(all[1]!['responseBody'], 'hello');
  });

  it('takes lines behind a request line without protocol for headers, when they are many', () => {
    const { anomalies, uri } = one([[0, 'GET /\n' + ' \n'.repeat(20)]]);
    assert.equal(uri, '/');
    assert.ok((anomalies as string[]).includes('http.request_line_missing_protocol'));
  });

  it('asks for another protocol after an upgrade and in a tunnel', () => {
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n';
    assert.ok(
      talk([
        [0, GET],
        [1, upgrade],
      ]).requests.includes('change to websocket'),
    );
    const connect = 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n';
    assert.ok(
      talk([
        [0, connect],
        [1, 'HTTP/1.1 200 OK\r\n\r\n'],
      ]).requests.includes('change to null'),
    );
  });

  it('keeps a bounded number of transactions without answer', () => {
    const driver = talk([[0, GET.repeat(600)]]);
    const open = transactions(driver).filter(({ progress }) => progress[1] < 5);
    assert.equal(open.length, 512);
  });

  for (const [name, turns] of Object.entries(CONVERSATIONS)) {
    it(`is the same wherever it is cut: ${name}`, () => {
      const whole = shown(talk(turns));
      const longest = Math.max(...turns.map(([, text]) => text.length));
      for (let at = 1; at < longest; at++) {
        assert.deepEqual(
          shown(talk(turns, (bytes) => [bytes.subarray(0, at), bytes.subarray(at)])),
          whole,
          `cut at ${String(at)}`,
        );
      }
      const bytewise = shown(talk(turns, (bytes) => [...bytes].map((byte) => Buffer.of(byte))));
      assert.deepEqual(bytewise, whole, 'byte by byte');
    });
  }

  it('takes any bytes without throwing, and never more than there are', () => {
    const names = Object.keys(CONVERSATIONS);
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 }),
        fc.integer({ min: 1, max: 64 }),
        (name, changes, size) => {
          const turns = CONVERSATIONS[name]!.map(([direction, text], i): Turn => {
            const bytes = Buffer.from(text, 'latin1');
            for (const [at, value] of changes) if (at % 2 === i % 2) bytes[at % bytes.length] = value;
            return [direction, bytes.toString('latin1')];
          });
          const driver = talk(turns, (bytes) => {
            const pieces: Buffer[] = [];
            for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
            return pieces;
          });
          if (driver.requests.every((request) => !request.startsWith('change'))) driver.end(0).end(1);
          shown(driver);
        },
      ),
      { numRuns: 400 },
    );
  });
});
