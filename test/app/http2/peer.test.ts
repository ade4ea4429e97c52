import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import nodeHttp2 from 'node:http2';
import type { ServerHttp2Stream } from 'node:http2';
import protocols from '../../../src/app/http2/index.ts';
import type { Direction } from '../../../src/framework/transaction.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import { shown } from './messages.ts';
import type { Shown, Turn } from './messages.ts';

const [http2] = protocols;

/** One end of a connection whose bytes are written down. */
class End extends Duplex {
  peer: End | null = null;
  private readonly direction: Direction;
  private readonly turns: Turn[];

  constructor(direction: Direction, turns: Turn[]) {
    super();
    this.direction = direction;
    this.turns = turns;
  }

  override _read(): void {
    // the peer pushes
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.turns.push([this.direction, Buffer.from(chunk)]);
    this.peer!.push(chunk);
    done();
  }

  override _final(done: () => void): void {
    this.peer!.push(null);
    done();
  }
}

interface Asked {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Has Node's own HTTP/2 speak with itself; what went over the wire, in order. */
async function converse(requests: readonly Asked[], answer: (stream: ServerHttp2Stream) => void): Promise<Turn[]> {
  const turns: Turn[] = [];
  const client = new End(0, turns);
  const server = new End(1, turns);
  client.peer = server;
  server.peer = client;
  const listener = nodeHttp2.createServer();
  listener.on('stream', answer);
  listener.emit('connection', server);
  const session = nodeHttp2.connect('http://example.com', { createConnection: () => client });
  for (const { headers, body } of requests) {
    await new Promise<void>((resolve, reject) => {
      const request = session.request(headers);
      request.on('error', reject).on('end', resolve).resume();
      request.end(body);
    });
  }
  await new Promise<void>((resolve) => {
    session.close(resolve);
  });
  return turns;
}

function parsed(turns: readonly Turn[], size = Infinity): Shown[] {
  const driver = new ParserDriver(http2);
  for (const [direction, bytes] of turns)
    for (let at = 0; at < bytes.length; at += size) driver.feed(direction, bytes.subarray(at, at + size));
  return shown(driver).filter(({ kind, request }) => kind === 'stream' && request.headers.length > 0);
}

/** Bytes that Node lets pass in values, so that every symbol of the Huffman code is seen that can be. */
const VALUES = Array.from({ length: 256 }, (_, code) => code).filter(
  (code) => code === 9 || (code >= 32 && code !== 127),
);

describe('HTTP/2 as Node speaks it', () => {
  it('is read as it was meant, byte by byte and at once', async () => {
    const letters = VALUES.map((code) => `a${String.fromCharCode(code)}e`.repeat(4));
    const requests = letters.map((value, i) => ({
      headers: { ':path': `/${String(i)}`, ':method': 'POST', 'x-value': value, [`x-name-${String(i % 40)}`]: 'same' },
      body: 'b'.repeat((i % 9) * 300),
    }));
    const turns = await converse(requests, (stream) => {
      stream
        .on('data', () => undefined)
        .on('end', () => {
          stream.respond({ ':status': 200, 'x-answers': 'all' }, { waitForTrailers: true });
          stream.on('wantTrailers', () => {
            stream.sendTrailers({ 'x-trailer': 'yes' });
          });
          stream.end('answer');
        });
    });
    for (const size of [Infinity, 1]) {
      const all = parsed(turns, size);
      assert.equal(all.length, requests.length);
      all.forEach(({ request, response, anomalies, progress }, i) => {
        const { headers, body } = requests[i]!;
        for (const [name, value] of Object.entries(headers))
          assert.ok(request.headers.includes(`${name}: ${value.trim()}`));
        assert.equal(request.body, body === '' ? '' : `CLOSED ${body}`);
        assert.deepEqual(response.headers.slice(0, 1), [':status: 200']);
        assert.equal(response.headers.at(-1), 'x-trailer: yes');
        assert.equal(response.body, 'CLOSED answer');
        assert.deepEqual(anomalies, []);
        assert.deepEqual(progress, [4, 4]);
      });
    }
  });
});
