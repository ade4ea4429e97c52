import assert from 'node:assert/strict';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import protocols from '../../../src/app/http2/index.ts';
import { FrameType } from '../../../src/app/http2/frame-types.ts';
import { Probed } from '../../../src/framework/app-protocol.ts';
import { UpgradedRequest } from '../../../src/framework/http-parts.ts';
import { ConfigNode, setFinal } from '../../../src/config/index.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import {
  CONVERSATIONS,
  END_HEADERS,
  END_STREAM,
  GET,
  OK,
  PADDED,
  PREFACE,
  PRIORITY,
  block,
  data,
  frame,
  headers,
  settings,
  shown,
  tableSize,
  talk,
  transactions,
  word,
} from './messages.ts';
import type { Shown, Turn } from './messages.ts';

const [http2] = protocols;

const streams = (driver: ParserDriver): Shown[] => shown(driver).filter(({ kind }) => kind === 'stream');
const anomalies = (turns: readonly Turn[], driver?: ParserDriver): string[] =>
  shown(talk(turns, undefined, driver)).flatMap((tx) => tx.anomalies);
const fromClient = (...frames: readonly Buffer[]): Turn => [0, Buffer.concat([PREFACE, ...frames])];
const only = <T>(list: readonly T[]): T => {
  assert.equal(list.length, 1);
  return list[0]!;
};
const REQUEST_LINES = GET.map(([name, value]) => `${name}: ${value}`);

describe('HTTP/2 parser', () => {
  it('reads a request and its response, and the settings of both ends', () => {
    const all = shown(talk(CONVERSATIONS['a request and its response']!));
    assert.deepEqual(
      all.map(({ stream, kind, directions, progress }) => [stream, kind, directions, ...progress]),
      [
        [0, 'global', 1, 4, 0],
        [1, 'stream', 3, 4, 4],
        [0, 'global', 2, 0, 4],
      ],
    );
    const [client, exchange, server] = all;
    assert.deepEqual(client!.request.settings, [
      [3, 100],
      [2, 0],
    ]);
    assert.deepEqual(server!.response.settings, [[1, 8192]]);
    assert.deepEqual(exchange!.request.headers, REQUEST_LINES);
    assert.deepEqual(exchange!.response.headers, [':status: 200', 'content-type: text/plain']);
    assert.equal(exchange!.response.body, 'CLOSED hello world');
    assert.deepEqual(exchange!.response.frames, [FrameType.headers, FrameType.data, FrameType.data]);
  });

  it('keeps streams apart, and ends each with its last end', () => {
    const [one, three] = streams(talk(CONVERSATIONS['two streams at once']!));
    assert.deepEqual([one!.stream, one!.response.body, ...one!.progress], [1, 'CLOSED one', 4, 4]);
    assert.deepEqual([three!.request.body, three!.response.body], ['CLOSED posted', 'CLOSED three']);
    assert.deepEqual(three!.progress, [4, 4]);
  });

  it('puts headers together that come in several frames, without padding and weight', () => {
    const tx = only(streams(talk(CONVERSATIONS['headers in several frames, padded, with a weight']!)));
    assert.deepEqual(tx.request.headers, [...REQUEST_LINES, `x-long: ${'v'.repeat(300)}`]);
    assert.deepEqual(tx.request.priorities, [200]);
    assert.equal(tx.response.body, 'CLOSED body');
    assert.deepEqual(tx.anomalies, []);
  });

  it('undoes every compression, and adds trailers to the headers', () => {
    const tx = only(streams(talk(CONVERSATIONS['a compressed body and trailers']!)));
    assert.match(tx.response.body, /^CLOSED some text .* longer$/);
    assert.equal(tx.response.headers.at(-1), 'grpc-status: 0');
    assert.equal(only(streams(talk(CONVERSATIONS['a deflated body']!))).response.body, 'CLOSED flat');
    const content = 'some text, '.repeat(200);
    const codings = { gzip: gzipSync(content), deflate: deflateSync(content), br: brotliCompressSync(content) };
    for (const [coding, body] of Object.entries(codings)) {
      const answer = Buffer.concat([
        headers(1, [...OK, ['content-encoding', coding]]),
        data(1, body.subarray(0, 7)),
        data(1, body.subarray(7), END_STREAM),
      ]);
      const shownTx = only(streams(talk([fromClient(headers(1, GET, END_STREAM)), [1, answer]])));
      assert.equal(shownTx.response.body, `CLOSED ${content}`, coding);
      assert.deepEqual(shownTx.anomalies, []);
    }
  });

  it('has the request of a pushed response from the promise', () => {
    const [asked, pushed] = streams(talk(CONVERSATIONS['a pushed response']!));
    assert.equal(asked!.response.body, 'CLOSED asked');
    assert.equal(pushed!.stream, 2);
    assert.deepEqual(pushed!.request.headers, REQUEST_LINES);
    assert.equal(pushed!.response.body, 'CLOSED pushed');
    assert.deepEqual(pushed!.progress, [4, 4]);
  });

  it('makes a transaction of every frame that is about the connection', () => {
    const all = shown(talk(CONVERSATIONS['frames of the connection']!));
    assert.deepEqual(
      all.map(({ stream, request }) => [stream, ...request.frames]),
      [
        [0, FrameType.ping],
        [0, FrameType.windowUpdate],
        [9, FrameType.priority],
        [0, FrameType.goaway],
      ],
    );
    assert.deepEqual(all[1]!.request.windows, [1000]);
    assert.deepEqual(all[2]!.request.priorities, [16]);
    assert.deepEqual(all[3]!.request.errors, [11]);
    assert.deepEqual(
      all.flatMap((tx) => tx.anomalies),
      [],
    );
  });

  it('counts what was under way when a stream was reset', () => {
    const reset = only(streams(talk(CONVERSATIONS['a stream that is reset while data is under way']!)));
    assert.deepEqual(reset.request.errors, [8]);
    assert.equal(reset.response.body, 'CLOSED partmore');
    assert.deepEqual(reset.response.errors, [0]);
    assert.deepEqual(reset.progress, [4, 4]);
  });

  it('puts frames of a stream that is over into a transaction of their own, once its record is written', () => {
    const driver = talk([fromClient(headers(1, GET, END_STREAM)), [1, headers(1, OK, END_STREAM)]]);
    only(transactions(driver)).isLogged = true;
    const late = [0, 1, 2].map((code) => frame(FrameType.rstStream, 0, 1, word(code)));
    const [ended, after] = streams(driver.feed(1, Buffer.concat(late)) && driver);
    assert.deepEqual(ended!.response.errors, []);
    assert.deepEqual([after!.stream, ...after!.response.errors], [1, 0, 1, 2]);
    driver.feed(0, headers(1, GET));
    assert.deepEqual(streams(driver)[1]!.anomalies, ['stream_id_reuse']);
  });

  for (const [name, turns] of Object.entries(CONVERSATIONS)) {
    it(`does not depend on how the bytes are cut: ${name}`, () => {
      const whole = shown(talk(turns));
      turns.forEach(([, bytes], turn) => {
        for (let cut = 1; cut < bytes.length; cut++) {
          const pieces = (one: Buffer): Buffer[] =>
            one === turns[turn]![1] ? [one.subarray(0, cut), one.subarray(cut)] : [one];
          assert.deepEqual(shown(talk(turns, pieces)), whole, `${String(turn)} at ${String(cut)}`);
        }
      });
      const singles = (one: Buffer): Buffer[] => Array.from(one, (_, i) => one.subarray(i, i + 1));
      assert.deepEqual(shown(talk(turns, singles)), whole);
    });
  }

  it('marks frames: header, payload, both', () => {
    const driver = new ParserDriver(http2, { hasFrames: true });
    talk([fromClient(settings([1, 2]), data(1, 'abc'))], undefined, driver);
    assert.deepEqual(
      driver.app.frames!.lists[0].map(({ type, offset, length }) => [type, offset, length]),
      [
        ['hdr', 24, 9],
        ['data', 33, 6],
        ['pdu', 24, 15],
        ['hdr', 39, 9],
        ['data', 48, 3],
        ['pdu', 39, 12],
      ],
    );
  });
});

describe('what rules see of HTTP/2', () => {
  const part = (list: readonly (readonly [string, string])[], name: string, direction: 0 | 1 = 0): string | null => {
    const turns: Turn[] =
      direction === 0 ? [fromClient(headers(1, list))] : [fromClient(headers(1, GET)), [1, headers(1, list)]];
    const found = only(transactions(talk(turns))).httpPart(name as never, direction);
    return found === null ? null : Buffer.from(found).toString('latin1');
  };
  const REQUEST = [
    [':method', 'GET'],
    [':path', '/a%20b/../c'],
    [':authority', 'User@Ex.COM:8080'],
    ['cookie', 'a=1'],
    ['cookie', 'b=2'],
    ['x-one', '1'],
    ['User-Agent', 'Upper'],
  ] as const;

  it('is the path as it came, the host in lower case without user and port', () => {
    assert.equal(part(REQUEST, 'uri'), '/a%20b/../c');
    assert.equal(part(REQUEST, 'host'), 'ex.com');
    assert.equal(part(REQUEST, 'host.raw'), 'User@Ex.COM:8080');
    assert.equal(part([['host', '[::1]:80']], 'host'), '[::1]');
  });

  it('looks like HTTP/1 where rules ask for lines', () => {
    assert.equal(part(REQUEST, 'request_line'), 'GET /a%20b/../c HTTP/2\r\n');
    assert.equal(part(OK, 'response_line', 1), 'HTTP/2 200\r\n');
    assert.equal(part(OK, 'stat_code', 1), '200');
    assert.equal(part(OK, 'stat_msg', 1), '');
    assert.equal(part(REQUEST, 'protocol'), 'HTTP/2');
    assert.equal(
      part(REQUEST, 'header'),
      ':method: GET\r\n:path: /a%20b/../c\r\n:authority: User@Ex.COM:8080\r\nx-one: 1\r\nUser-Agent: Upper\r\n',
    );
    assert.equal(
      part(REQUEST, 'header_names'),
      '\r\n:method\r\n:path\r\n:authority\r\ncookie\r\ncookie\r\nx-one\r\nUser-Agent\r\n\r\n',
    );
  });

  it('joins repeated values, and has names in lower case as they must be', () => {
    assert.equal(part(REQUEST, 'cookie'), 'a=1, b=2');
    assert.equal(part(REQUEST, 'user_agent'), null);
    assert.equal(part(REQUEST, 'referer'), null);
  });

  it('has the last status after those that only inform', () => {
    const turns: Turn[] = [
      fromClient(headers(1, GET, END_STREAM)),
      [1, Buffer.concat([headers(1, [[':status', '103']]), headers(1, OK, END_STREAM)])],
    ];
    const tx = only(transactions(talk(turns)));
    assert.equal(Buffer.from(tx.httpPart('stat_code', 1)!).toString(), '200');
  });
});

describe('anomalies of HTTP/2', () => {
  const request = headers(1, GET, END_STREAM);
  /** A block of DEFLATE that is not compressed, and not the last. */
  const STORED = Buffer.from('000500faff68656c6c6f', 'hex');
  const cases: Readonly<Record<string, readonly [readonly Turn[], string]>> = {
    'another beginning': [[[0, settings([1, 2])]], 'invalid_client_magic'],
    'data without stream': [[fromClient(data(0, 'x'))], 'data_stream_zero'],
    'headers without stream': [[fromClient(headers(0, GET))], 'invalid_frame_header'],
    'settings of a stream': [[fromClient(frame(FrameType.settings, 0, 1, Buffer.alloc(6)))], 'invalid_frame_header'],
    'a ping on a stream': [[fromClient(frame(FrameType.ping, 0, 1, Buffer.alloc(8)))], 'invalid_frame_header'],
    'settings of an odd length': [
      [fromClient(frame(FrameType.settings, 0, 0, Buffer.alloc(7)))],
      'invalid_frame_length',
    ],
    'an acknowledgement with settings': [
      [fromClient(frame(FrameType.settings, 1, 0, Buffer.alloc(6)))],
      'invalid_frame_length',
    ],
    'a short window update': [
      [fromClient(frame(FrameType.windowUpdate, 0, 0, Buffer.alloc(3)))],
      'invalid_frame_length',
    ],
    'a short end': [[fromClient(frame(FrameType.goaway, 0, 0, Buffer.alloc(7)))], 'invalid_frame_length'],
    'more padding than data': [
      [fromClient(request, frame(FrameType.data, PADDED, 1, Buffer.of(9, 1)))],
      'invalid_frame_data',
    ],
    'padding without its length': [[fromClient(request, frame(FrameType.data, PADDED, 1))], 'invalid_frame_data'],
    'more padding than headers': [
      [fromClient(frame(FrameType.headers, PADDED | END_HEADERS, 1, Buffer.of(9, 0x82)))],
      'invalid_frame_data',
    ],
    'a weight that is cut': [
      [fromClient(frame(FrameType.headers, PRIORITY | END_HEADERS, 1, Buffer.alloc(4)))],
      'invalid_frame_data',
    ],
    'a promise of nothing': [
      [fromClient(request), [1, frame(FrameType.pushPromise, END_HEADERS, 1, Buffer.alloc(3))]],
      'invalid_frame_data',
    ],
    'an index of nothing': [
      [fromClient(frame(FrameType.headers, END_HEADERS, 1, Buffer.of(0x82, 0xbe)))],
      'invalid_header',
    ],
    'a header that is cut': [
      [fromClient(frame(FrameType.headers, END_HEADERS, 1, block([['a', 'b']]).subarray(0, 3)))],
      'extra_header_data',
    ],
    'a length without end': [
      [fromClient(frame(FrameType.headers, END_HEADERS, 1, Buffer.from('00ffffffffffff7f', 'hex')))],
      'header_integer_overflow',
    ],
    'a table that is too large': [
      [fromClient(frame(FrameType.headers, END_HEADERS, 1, tableSize(1 << 20)))],
      'header_table_overflow',
    ],
    'a continuation of nothing': [
      [fromClient(frame(FrameType.continuation, END_HEADERS, 1, block([['a', 'b']])))],
      'continuation_without_headers',
    ],
    'headers within the headers of another': [
      [fromClient(frame(FrameType.headers, 0, 1, block([['a', 'b']])), headers(3, GET))],
      'invalid_header',
    ],
    'a stream again': [[fromClient(request), [1, headers(1, OK, END_STREAM)], [0, headers(1, GET)]], 'stream_id_reuse'],
    'two hosts': [[fromClient(headers(1, [...GET, ['host', 'other.example']]))], 'authority_host_mismatch'],
    'a user in the authority': [[fromClient(headers(1, [[':authority', 'me:pw@example.com']]))], 'userinfo_in_uri'],
    'a range that is none': [
      [fromClient(request), [1, Buffer.concat([headers(1, [...OK, ['content-range', 'all']]), data(1, 'x')])]],
      'invalid_range',
    ],
    'a body that is not compressed as it says': [
      [
        fromClient(request),
        [
          1,
          Buffer.concat([
            headers(1, [...OK, ['content-encoding', 'gzip']]),
            data(1, Buffer.concat([gzipSync('').subarray(0, 10), STORED, Buffer.alloc(20, 0xff)]), END_STREAM),
          ]),
        ],
      ],
      'failed_decompression',
    ],
    'a body that becomes too much': [
      [
        fromClient(request),
        [1, Buffer.concat([headers(1, [...OK, ['content-encoding', 'gzip, gzip']]), data(1, bomb())])],
      ],
      'compression_bomb',
    ],
  };
  function bomb(): Buffer {
    return gzipSync(gzipSync(Buffer.alloc(64 << 20)));
  }

  for (const [name, [turns, expected]] of Object.entries(cases))
    it(`names ${name}`, () => {
      assert.deepEqual(new Set(anomalies(turns)), new Set([expected]));
    });

  it('does not take a weight for the opening of a stream', () => {
    const weight = frame(FrameType.priority, 0, 9, Buffer.of(0, 0, 0, 0, 16));
    assert.deepEqual(anomalies([fromClient(weight, headers(1, GET), headers(3, GET), headers(9, GET))]), []);
    assert.deepEqual(anomalies([fromClient(headers(9, GET), headers(3, GET))]), ['stream_id_reuse']);
  });

  it('does not name one host in two spellings', () => {
    assert.deepEqual(anomalies([fromClient(headers(1, [...GET, ['host', 'example.COM:8080']]))]), []);
  });

  it('names frames of 64 KB of any type, but for their first byte less', () => {
    const unknown = 0x20;
    for (const size of [65_535, 65_536])
      for (const [type, stream] of [
        [FrameType.data, 1],
        [unknown, 0],
        [unknown, 1],
        [unknown, 99],
      ] as const) {
        const turns: Turn[] = [fromClient(request), [1, frame(type, 0, stream, Buffer.alloc(size))]];
        assert.deepEqual(anomalies(turns), size < 65_536 ? [] : ['long_frame_data'], `${type} ${stream} ${size}`);
      }
  });

  it('has the settings of a frame that is too long or should be empty', () => {
    for (const [flags, length] of [
      [0, 13],
      [1, 12],
    ] as const) {
      const payload = Buffer.from('000300000064000100002000ff', 'hex').subarray(0, length);
      const tx = only(shown(talk([fromClient(frame(FrameType.settings, flags, 0, payload))])));
      assert.deepEqual(tx.request.settings, [
        [3, 100],
        [1, 8192],
      ]);
    }
  });

  it('is known by what a server begins with: settings of any stream, of 16 KB at most, with no flag but ACK', () => {
    const { probe } = http2.probes![0]!;
    const probed = (size: number, flags: number, stream: number, type: number = FrameType.settings): number => {
      const bytes = frame(type, flags, stream, Buffer.alloc(size));
      return probe(bytes, 0, 9, 1);
    };
    for (const size of [0, 5, 6, 18, 16_384])
      for (const flags of [0, 1])
        for (const stream of [0, 1, 0x7fff_ffff]) assert.equal(probed(size, flags, stream), Probed.yes);
    assert.equal(probed(16_385, 0, 0), Probed.no);
    for (const flags of [2, 4, 8, 0x20, 0xff]) assert.equal(probed(6, flags, 0), Probed.no);
    assert.equal(probed(6, 0, 0x8000_0000), Probed.no);
    for (const type of [FrameType.data, FrameType.headers, FrameType.ping])
      assert.equal(probed(6, 0, 0, type), Probed.no);
    for (let end = 0; end < 9; end++) assert.equal(probe(settings([3, 100]), 0, end, 1), Probed.more);
  });

  it('goes on behind a frame that is too long, and takes data of any length', () => {
    const body = Buffer.alloc(70_000, 'x');
    const turns: Turn[] = [
      fromClient(request, headers(3, GET, END_STREAM)),
      [1, Buffer.concat([headers(1, OK), data(1, body, END_STREAM), headers(3, OK, END_STREAM)])],
    ];
    const [one, three] = streams(talk(turns));
    assert.deepEqual(one!.anomalies, ['long_frame_data']);
    assert.equal(one!.response.body.length, 'CLOSED '.length + body.length);
    assert.deepEqual(three!.progress, [4, 4]);
    const long = frame(FrameType.headers, END_HEADERS, 1, Buffer.alloc(70_000, 0x82));
    const [skipped, next] = streams(talk([fromClient(long, headers(3, GET))]));
    assert.deepEqual([skipped!.anomalies, skipped!.request.headers], [['long_frame_data'], []]);
    assert.deepEqual(next!.request.headers, REQUEST_LINES);
  });
});

describe('limits of HTTP/2', () => {
  const limited = (key: string, value: number): ParserDriver => {
    const config = new ConfigNode('protocols');
    setFinal(config, `http2.${key}`, String(value));
    return new ParserDriver(http2, { config });
  };

  it('gives up the oldest stream when there are too many', () => {
    const turns = [fromClient(...[1, 3, 5].map((stream) => headers(stream, GET)))];
    const all = streams(talk(turns, undefined, limited('max-streams', 2)));
    assert.deepEqual(
      all.map(({ stream, anomalies: names, progress }) => [stream, names.join(), ...progress]),
      [
        [1, '', 4, 4],
        [3, '', 1, 0],
        [5, 'too_many_streams', 1, 0],
      ],
    );
  });

  it('lets go of streams that were reset when many were', () => {
    const ids = Array.from({ length: 100 }, (_, i) => 2 * i + 1);
    const rapid = ids.flatMap((id) => [headers(id, GET, END_STREAM), frame(FrameType.rstStream, 0, id, word(8))]);
    const done = streams(talk([fromClient(...rapid)])).filter(({ progress }) => progress[1] === 4);
    assert.equal(done.length, 36);
  });

  it('bounds header blocks in pieces, and goes on', () => {
    const piece = block([['a', 'x'.repeat(400)]]);
    const turns = [
      fromClient(
        frame(FrameType.headers, 0, 1, piece),
        frame(FrameType.continuation, 0, 1, piece),
        frame(FrameType.continuation, 0, 1, piece),
        headers(3, GET),
      ),
    ];
    const all = streams(talk(turns, undefined, limited('max-reassembly-size', 1000)));
    assert.deepEqual(all[0]!.anomalies, ['reassembly_limit_reached']);
    assert.deepEqual(all[1]!.request.headers, REQUEST_LINES);
  });

  it('bounds the headers of a message', () => {
    const turns = [fromClient(...Array.from({ length: 5 }, () => headers(1, [['a', 'x'.repeat(400)]])))];
    const tx = only(streams(talk(turns, undefined, limited('max-reassembly-size', 1000))));
    assert.equal(tx.request.headers.length, 2);
    assert.deepEqual(tx.anomalies, ['too_long_repeated_headers']);
  });

  it('bounds the frames that are noted', () => {
    const updates = Array.from({ length: 5 }, () => frame(FrameType.windowUpdate, 0, 1, word(1)));
    const turns = [fromClient(headers(1, GET), ...updates)];
    const tx = only(streams(talk(turns, undefined, limited('max-frames', 3))));
    assert.equal(tx.request.frames.length, 3);
    assert.deepEqual(tx.anomalies, ['too_many_frames']);
  });

  it('keeps no more than a frame waiting, whatever comes', () => {
    const junk = fc.uint8Array({ minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(0, 1), junk), { maxLength: 20 }), (pieces) => {
        const driver = new ParserDriver(http2);
        for (const [direction, bytes] of pieces) driver.feed(direction, bytes);
        assert.ok(driver.waitingBytes <= 2 * (65_536 + 9));
        driver.end(0).end(1);
      }),
    );
  });
});

describe('HTTP/2 with bytes missing', () => {
  it('has a hole in the file where data is missing, and goes on behind it', () => {
    const driver = talk([fromClient(headers(1, GET, END_STREAM)), [1, headers(1, OK)]]);
    const body = data(1, 'abcdefghij');
    driver.feed(1, body.subarray(0, 12));
    assert.equal(driver.parser.gap(1, 4), true);
    driver.feed(1, body.subarray(16));
    driver.feed(1, data(1, 'end', END_STREAM));
    const tx = only(streams(driver));
    assert.equal(tx.response.body, 'TRUNCATED abchijend');
    assert.deepEqual(tx.progress, [4, 4]);
    const file = only(transactions(driver)).response.file!;
    assert.equal(file.size, 13);
  });

  it('keeps what came before it of data that are compressed by name alone', () => {
    const compressed = headers(1, [...OK, ['content-encoding', 'gzip']]);
    const driver = talk([fromClient(headers(1, GET, END_STREAM)), [1, compressed]]);
    const body = data(1, 'abcdefghij');
    driver.feed(1, body.subarray(0, 12));
    assert.equal(driver.parser.gap(1, 4), true);
    driver.feed(1, Buffer.concat([body.subarray(16), data(1, 'end', END_STREAM)]));
    assert.equal(only(streams(driver)).response.body, 'TRUNCATED abchijend');
  });

  it('no longer believes in the table of headers when some are missing', () => {
    const driver = talk([fromClient(headers(1, GET))]);
    const known = frame(FrameType.headers, END_HEADERS, 1, block([['x-table', 'yes']], 'enters'));
    driver.feed(1, known);
    const lost = headers(3, OK);
    driver.feed(1, lost.subarray(0, 9));
    assert.equal(driver.parser.gap(1, lost.length - 9), true);
    driver.feed(1, frame(FrameType.headers, END_HEADERS, 1, Buffer.of(0xbe, 0x88)));
    assert.deepEqual(streams(driver)[0]!.response.headers, ['x-table: yes', ':status: 200']);
  });

  it('gives up where no frame can be told from another', () => {
    const driver = talk([fromClient(headers(1, GET))]);
    assert.equal(driver.parser.gap(0, 100), false);
    driver.feed(1, data(1, 'abcdefghij').subarray(0, 12));
    assert.equal(driver.parser.gap(1, 8), false);
  });
});

describe('HTTP/2 by upgrade', () => {
  const upgrade = (setting: string | null): ParserDriver => {
    const bytes = (text: string): Buffer => Buffer.from(text);
    const list = [
      ['Host', 'example.com'],
      ['User-Agent', 'curl'],
      ...(setting === null ? [] : [['HTTP2-Settings', setting]]),
    ].map(([name, value]) => [bytes(name!), bytes(value!)] as const);
    return new ParserDriver(http2, { expectation: new UpgradedRequest(bytes('GET'), bytes('/up'), list) });
  };

  it('answers the request of HTTP/1 on the first stream', () => {
    const driver = upgrade('AAMAAABkAAQAAP__');
    talk(
      [[1, Buffer.concat([settings(), headers(1, OK), data(1, 'up', END_STREAM)])], fromClient(settings())],
      undefined,
      driver,
    );
    const [tx, settingsTx] = shown(driver);
    assert.deepEqual(tx!.request.headers, [
      ':method: GET',
      ':path: /up',
      ':authority: example.com',
      'User-Agent: curl',
    ]);
    assert.equal(tx!.response.body, 'CLOSED up');
    assert.deepEqual(tx!.progress, [4, 4]);
    assert.deepEqual(settingsTx!.request.settings, [
      [3, 100],
      [4, 65_535],
    ]);
  });

  it('names settings that are none', () => {
    assert.deepEqual(shown(upgrade('AAMA!'))[0]!.anomalies, ['invalid_http1_settings']);
    assert.deepEqual(shown(upgrade('AAMAAA'))[0]!.anomalies, ['invalid_http1_settings']);
    assert.deepEqual(shown(upgrade(null))[0]!.anomalies, []);
  });
});

describe('headers of HTTP/2 requests', () => {
  it('are found by their names', () => {
    const turns = [fromClient(headers(1, [...GET, ['x-forwarded-for', '192.0.2.1']], END_STREAM))];
    const tx = transactions(talk(turns)).find((one) => one.isStream)!;
    assert.equal(Buffer.from(http2.requestHeader!(tx as never, 'x-forwarded-for')!).toString(), '192.0.2.1');
    assert.equal(http2.requestHeader!(tx as never, 'x-forwarded'), null);
  });
});
