import assert from 'node:assert/strict';
import fc from 'fast-check';
import http from '../../../src/app/http/index.ts';
import { HeaderScan, NO_LENGTH } from '../../../src/app/http/header-scan.ts';
import { AppInput } from '../../../src/framework/app-input.ts';
import type { Direction } from '../../../src/framework/transaction.ts';
import { Upgrade } from '../../../src/app/http/upgrade.ts';
import type { UpgradedRequest } from '../../../src/framework/http-parts.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import { CONVERSATIONS, GET, OK } from './support.ts';
import type { Turn } from './support.ts';

const POST = 'POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody';
/** Beside those that the parser is tested with: what decides how many transactions there are. */
const MORE: Readonly<Record<string, readonly Turn[]>> = {
  'a body behind a HEAD that has none': [
    [0, 'HEAD / HTTP/1.1\r\n\r\n' + GET],
    [1, 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n' + OK],
  ],
  'answers without a status line': [
    [0, GET + GET + GET],
    [1, '<html>\n</html>\n'],
    [1, 'SSH-2.0-x\r\n'],
    [1, 'junk\r\n' + OK],
    [1, 'nobody asked\n'],
  ],
  'an answer to a request without protocol': [
    [0, 'GET /\r\n'],
    [1, OK],
    [0, GET],
    [1, OK],
  ],
  'an empty line of LF before the end': [
    [0, GET],
    [1, 'HTTP/1.1 200 OK\n\n\n'],
  ],
  'a folded line with a length of its own': [
    [0, GET + 'POST / HTTP/1.1\r\nA: b\r\nB: c\r\n Content-Length: 3\r\n\r\n' + GET],
    [1, 'HTTP/1.1 200 OK\r\nA: b\r\nB: c\r\n Content-Length: 40\r\n\r\n' + OK + OK],
  ],
  'an upgrade to WebSocket': [
    [0, 'GET /chat HTTP/1.1\r\nUpgrade: WebSocket\r\n\r\n'],
    [1, 'HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x00'],
    [0, '\x81\x00'],
  ],
  'an upgrade to something else, by the response': [
    [0, 'GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n'],
    [1, 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n'],
  ],
  'HTTP/2 asked for': [
    [0, 'GET / HTTP/1.1\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n'],
    [1, 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ],
  'a tunnel': [
    [0, 'CONNECT a.b:443 HTTP/1.1\r\n\r\n'],
    [1, 'HTTP/1.1 200 Connection established\r\n\r\n\x16\x03\x01'],
    [0, '\x16\x03\x01'],
  ],
  'a tunnel that was refused': [
    [0, 'CONNECT a.b:443 HTTP/1.1\r\n\r\n'],
    [1, 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'],
    [0, GET],
    [1, OK],
  ],
  'continue, twice': [
    [0, POST],
    [1, 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n' + OK],
  ],
  'a body until the end': [
    [0, GET],
    [1, 'HTTP/1.0 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\nall of it'],
  ],
  'a 304 that says how long it would be': [
    [0, GET + GET],
    [1, 'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n' + OK],
  ],
  'a 204 with a body': [
    [0, GET + GET],
    [1, 'HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\nnine byteHTTP/1.1 200 OK\r\n\r\n'],
  ],
  'requests without protocol': [
    [0, 'GET /\r\n'],
    [1, 'plain text'],
  ],
  'header lines behind a request without protocol': [
    [0, 'GET /\r\nHost: a\r\n\r\n'],
    [1, OK],
  ],
  'lines that stray': [
    [0, POST + '\r\nmore\r\n' + GET],
    [1, OK + 'stray\r\n' + OK],
  ],
  'lengths that are none': [
    [0, 'POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n'],
    [1, 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc'],
  ],
  'responses to nothing': [[1, OK + OK]],
  'a protocol in place of the address': [
    [0, 'GET HTTP/1.1\r\n\r\nGET  HTTP/1.1\r\n\r\n'],
    [1, OK],
  ],
};
const ALL = Object.entries({ ...CONVERSATIONS, ...MORE });

interface Outcome {
  readonly transactions: number;
  readonly changes: readonly string[];
  readonly hasFailed: boolean;
}

type Cut = (bytes: Buffer) => Buffer[];

interface Way {
  readonly isFollower: boolean;
  readonly skips: boolean;
  readonly formerProtocol?: string;
}

function outcome(turns: readonly Turn[], cut: Cut, options: Way): Outcome {
  const driver = new ParserDriver(http, { ...options, stopsAtChange: true });
  for (const [direction, text] of turns) {
    for (const piece of cut(Buffer.from(text, 'latin1'))) {
      if (driver.app.change === undefined) driver.feed(direction, piece);
    }
  }
  for (const direction of [0, 1] as const) if (driver.app.change === undefined) driver.end(direction);
  return {
    transactions: driver.parser.transactionCount,
    changes: driver.requests.filter((request) => request.startsWith('change')),
    hasFailed: driver.hasFailed,
  };
}

/** The parser, and what stands in for it with all bytes or without those it has no use for, come to the same. */
function compare(turns: readonly Turn[], cut: Cut, what: string): void {
  const expected = outcome(turns, cut, { isFollower: false, skips: true });
  for (const skips of [false, true])
    assert.deepEqual(outcome(turns, cut, { isFollower: true, skips }), expected, `${what}${skips ? ', skipping' : ''}`);
}

describe('HTTP follower', () => {
  for (const [name, turns] of ALL) {
    it(`counts like the parser wherever the bytes are cut: ${name}`, () => {
      compare(turns, (bytes) => [bytes], 'whole');
      const longest = Math.max(...turns.map(([, text]) => text.length));
      for (let at = 1; at < longest; at++)
        compare(turns, (bytes) => [bytes.subarray(0, at), bytes.subarray(at)], `cut at ${String(at)}`);
    });
  }

  it('does not change a protocol that is changing', () => {
    for (const [name, turns] of ALL) {
      const [parser, follower] = [false, true].map((isFollower) =>
        outcome(turns, (bytes) => [bytes], { isFollower, skips: false, formerProtocol: 'smtp' }),
      );
      assert.deepEqual(follower, parser, name);
      assert.deepEqual(follower!.changes, [], name);
    }
  });

  it('counts like the parser when bytes are damaged', () => {
    const damage = fc.record({
      turns: fc.constantFrom(...ALL.map(([, turns]) => turns)),
      at: fc.nat(2000),
      byte: fc.constantFrom(0, 9, 10, 11, 13, 32, 44, 48, 58, 65, 72, 255),
      cut: fc.integer({ min: 1, max: 400 }),
    });
    fc.assert(
      fc.property(damage, ({ turns, at, byte, cut }) => {
        const total = turns.reduce((sum, [, text]) => sum + text.length, 0);
        let place = at % total;
        const damaged = turns.map(([direction, text]): Turn => {
          const isHere = place >= 0 && place < text.length;
          const changed = isHere ? text.slice(0, place) + String.fromCharCode(byte) + text.slice(place + 1) : text;
          place -= text.length;
          return [direction, changed];
        });
        compare(damaged, (bytes) => [bytes.subarray(0, cut), bytes.subarray(cut)], 'damaged');
      }),
      { numRuns: 2000 },
    );
  });

  it('has no use for the inside of bodies', () => {
    const driver = new ParserDriver(http, { isFollower: true });
    driver.feed(0, Buffer.from(GET)).feed(1, Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nab'));
    assert.equal(driver.app.skip, 97);
    driver.feed(1, Buffer.alloc(97));
    assert.equal(driver.app.skip, 0);
    driver.feed(1, Buffer.alloc(1));
    driver.feed(0, Buffer.from(GET)).feed(1, Buffer.from('HTTP/1.1 200 OK\r\n\r\n'));
    assert.ok(driver.app.skip > 1e9);
    assert.equal(driver.parser.transactionCount, 2);
  });

  it('goes on behind what never came of a body', () => {
    const driver = new ParserDriver(http, { isFollower: true });
    driver.feed(0, Buffer.from(GET + GET)).feed(1, Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab'));
    assert.equal(driver.parser.gap(1, 8), true);
    driver.feed(1, Buffer.from(OK)).feed(0, Buffer.from(GET)).feed(1, Buffer.from(OK));
    assert.equal(driver.parser.transactionCount, 3);
    assert.equal(driver.parser.gap(1, 8), true);
    driver.feed(0, Buffer.from(GET));
    assert.equal(driver.parser.transactionCount, 4);
  });

  it('hands a request for HTTP/2 over with its headers', () => {
    const handed = [false, true].map((isFollower) => {
      const driver = new ParserDriver(http, { isFollower, stopsAtChange: true });
      for (const [direction, text] of MORE['HTTP/2 asked for']!) driver.feed(direction, Buffer.from(text));
      const state = driver.app.change!.state as UpgradedRequest;
      return state.headers.map(([name, value]) => `${Buffer.from(name).toString()}: ${Buffer.from(value).toString()}`);
    });
    assert.deepEqual(handed[1], handed[0]);
    assert.deepEqual(handed[0], ['Upgrade: h2c', 'HTTP2-Settings: AAMAAABk']);
  });
});

describe('header scan', () => {
  function inputOf(data: Uint8Array, end: number, direction: Direction, isEof: boolean): AppInput {
    return Object.assign(new AppInput(), { data, end, direction, isEof });
  }

  function read(block: string, direction: Direction = 0): HeaderScan {
    const scan = new HeaderScan();
    const bytes = Buffer.from(`${block}\r\n\r\nrest`, 'latin1');
    assert.equal(scan.read(inputOf(bytes, bytes.length, direction, false), 0), bytes.length - 4);
    return scan;
  }

  it('reads lengths and codings, also of odd lines', () => {
    assert.equal(read('A: b').length, NO_LENGTH);
    assert.equal(read('Content-Length: 12').length, 12);
    assert.equal(read('content-length:\t12 \r\nContent-Length: 13').length, 12);
    assert.equal(read('Content-Length : 12').length, 12);
    assert.equal(read('Content-\0Length: 12').length, 12);
    assert.equal(read('A: b\rContent-Length: 12').length, NO_LENGTH);
    assert.equal(read('A: b\rContent-Length: 12', 1).length, 12);
    assert.equal(read('Content-Length:\r\n 12').length, 12);
    assert.equal(read('A: b\r\nB: c\r\n Content-Length: 12').length, NO_LENGTH);
    assert.equal(read('A: b\r\nB: c\r\n Content-Length: 12', 1).length, 12);
    assert.equal(read('Content-Length: twelve').length, -1);
    assert.equal(read('Transfer-Encoding: Chunked').isChunked, true);
    assert.equal(read('Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked').isChunked, true);
    const { hasEncoding, isChunked, isFramed } = read('Transfer-Encoding: gzip');
    assert.deepEqual([hasEncoding, isChunked, isFramed], [true, false, true]);
    assert.equal(read('Upgrade: h2c').upgrade, Upgrade.h2c);
    assert.equal(read('Upgrade: a\r\nUpgrade: websocket').upgrade, Upgrade.websocket);
  });

  it('waits for the end of the block, and takes what there is where nothing follows', () => {
    const scan = new HeaderScan();
    const bytes = Buffer.from('A: b\r\nContent-Length: 5\r\n');
    for (let end = 0; end <= bytes.length; end++) assert.equal(scan.read(inputOf(bytes, end, 0, false), 0), -1);
    assert.equal(scan.read(inputOf(bytes, bytes.length, 0, true), 0), -1);
    assert.equal(scan.length, 5);
  });
});
