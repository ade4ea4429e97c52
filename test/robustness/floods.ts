// Conversations that grow: what one end may say again and again, or keep open, without the other's help.

import * as pdus from '../app/dcerpc/support.ts';
import { REQUEST, framed, message, nameBytes } from '../app/dns/messages.ts';
import * as h2 from '../app/http2/messages.ts';
import * as smb from '../app/smb/messages.ts';
import * as ssh from '../app/ssh/messages.ts';
import * as tls from '../app/tls/messages.ts';
import type { SeedTurn } from './seeds.ts';

export interface Flood {
  /** Protocol and what there is much of. */
  readonly name: string;
  readonly port: number;
  readonly transport?: 'udp';
  /** Bytes of a segment, 1400 without. */
  readonly segment?: number;
  /** So many of it. */
  readonly turns: (count: number) => readonly SeedTurn[];
}

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const client = (text: string): SeedTurn => [0, latin(text)];
const server = (text: string): SeedTurn => [1, latin(text)];

function repeated<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

const text = (count: number, make: (i: number) => string): string => repeated(count, make).join('');

const http = (name: string, turns: Flood['turns'], segment = 1400): Flood => ({
  name: `http: ${name}`,
  port: 80,
  segment,
  turns,
});

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n';
const OK = 'HTTP/1.1 200 OK\r\n';
const PARTS = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n';

/** Chunk with the head of a gzip member that has a name. */
const GZIP_NAMED = 'a\r\n\x1f\x8b\x08\x08\0\0\0\0\0\x03\r\n';

const HTTP: readonly Flood[] = [
  http('requests never answered', (n) => repeated(n, (i) => client(`GET /${String(i)} HTTP/1.1\r\nHost: a\r\n\r\n`))),
  http('requests answered', (n) =>
    repeated(n, (): SeedTurn[] => [client(`${GET}\r\n`), server(`${OK}Content-Length: 2\r\n\r\nhi`)]).flat(),
  ),
  http('answers nobody asked for', (n) => [
    client(`${GET}\r\n`),
    ...repeated(n, () => server(`${OK}Content-Length: 2\r\n\r\nhi`)),
  ]),
  http('headers', (n) => [client(`${GET}${text(n, (i) => `X-${String(i)}: a\r\n`)}\r\n`)]),
  http('the same header', (n) => [client(`${GET}${text(n, () => `X-A: a\r\n`)}\r\n`)]),
  http('headers in small segments', (n) => [client(`${GET}${text(n, (i) => `X-${String(i)}: a\r\n`)}\r\n`)], 4),
  http('headers of answers', (n) => [
    client(`${GET}\r\n`),
    server(`${OK}${text(n, (i) => `X-${String(i)}: a\r\n`)}\r\n`),
  ]),
  http('folded header', (n) => [client(`${GET}X: a\r\n${text(n, () => ' b\r\n')}\r\n`)], 8),
  http('line in single bytes', (n) => [client(`GET /${'a'.repeat(n)} HTTP/1.1\r\nHost: a\r\n\r\n`)], 1),
  http('escapes of a path', (n) => [client(`GET /${'%61/../'.repeat(n)} HTTP/1.1\r\nHost: a\r\n\r\n`)]),
  http('spaces before a request', (n) => [client(`${'\r\n'.repeat(n)}${GET}\r\n`)]),
  http('interim answers', (n) => [client(`${GET}\r\n`), ...repeated(n, () => server('HTTP/1.1 100 Continue\r\n\r\n'))]),
  http('small chunks', (n) => [client(`${GET}\r\n`), server(`${OK}${CHUNKED}${'1\r\na\r\n'.repeat(n)}0\r\n\r\n`)]),
  http(
    'body in single bytes',
    (n) => [client(`${GET}\r\n`), server(`${OK}Content-Length: ${String(n)}\r\n\r\n${'a'.repeat(n)}`)],
    1,
  ),
  http(
    'length of a chunk in single bytes',
    (n) => [client(`${GET}\r\n`), server(`${OK}${CHUNKED}${'0'.repeat(n)}`)],
    1,
  ),
  http('name of a file in gzip, byte by byte', (n) => [
    client(`${GET}\r\n`),
    server(`${OK}Content-Encoding: gzip\r\n${CHUNKED}${GZIP_NAMED}${'1\r\na\r\n'.repeat(n)}`),
  ]),
  http('brotli, byte by byte', (n) => [
    client(`${GET}\r\n`),
    server(`${OK}Content-Encoding: br\r\n${CHUNKED}${text(n, () => '1\r\n\x8b\r\n')}`),
  ]),
  http('trailers', (n) => [
    client(`${GET}\r\n`),
    server(`${OK}${CHUNKED}0\r\n${text(n, (i) => `T-${String(i)}: a\r\n`)}\r\n`),
  ]),
  http('parts of a form', (n) => [
    client(
      `${PARTS}${CHUNKED}${text(n, (i) => {
        const part = `--x\r\nContent-Disposition: form-data; name="f"; filename="${String(i)}"\r\n\r\nabc\r\n`;
        return `${part.length.toString(16)}\r\n${part}\r\n`;
      })}`,
    ),
  ]),
  http('headers of a part of a form', (n) => {
    const body = `--x\r\n${text(n, (i) => `X-${String(i)}: a\r\n`)}\r\nabc\r\n--x--\r\n`;
    return [client(`${PARTS}Content-Length: ${String(body.length)}\r\n\r\n${body}`)];
  }),
  http(
    'dashes in a form',
    (n) => {
      const body = `--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n${'\r\n--'.repeat(n)}\r\n--x--\r\n`;
      return [client(`${PARTS}Content-Length: ${String(body.length)}\r\n\r\n${body}`)];
    },
    100,
  ),
];

const http2 = (name: string, turns: Flood['turns'], segment = 1400): Flood => ({
  name: `http2: ${name}`,
  port: 80,
  segment,
  turns: (n) => [[0, Buffer.concat([h2.PREFACE, h2.settings()])], [1, h2.settings()], ...turns(n)],
});

const SETTINGS = 4;
const RESET = 3;
const PRIORITY = 2;
const PUSH = 5;
const PING = 6;
const WINDOW = 8;
const CONTINUATION = 9;

const HTTP2: readonly Flood[] = [
  http2('streams never answered', (n) => repeated(n, (i) => [0, h2.headers(2 * i + 1, h2.GET, h2.END_STREAM)])),
  http2('streams reset at once', (n) =>
    repeated(n, (i) => [0, Buffer.concat([h2.headers(2 * i + 1, h2.GET), h2.frame(RESET, 0, 2 * i + 1, h2.word(8))])]),
  ),
  http2('settings', (n) => repeated(n, () => [0, h2.settings([3, 100])])),
  http2('settings in one frame', (n) =>
    repeated(Math.ceil(n / 1000), () => [0, h2.settings(...repeated(1000, (i) => [i, i] as const))]),
  ),
  http2('pings', (n) => repeated(n, () => [0, h2.frame(PING, 0, 0, Buffer.alloc(8))])),
  http2('priorities', (n) => repeated(n, (i) => [0, h2.frame(PRIORITY, 0, 2 * i + 1, Buffer.alloc(5))])),
  http2('windows', (n) => repeated(n, () => [0, h2.frame(WINDOW, 0, 0, h2.word(1))])),
  http2('continuations', (n) => [
    [0, h2.frame(1, 0, 1, Buffer.alloc(0))],
    ...repeated(n, (): SeedTurn => [0, h2.frame(CONTINUATION, 0, 1, Buffer.of(0x82))]),
  ]),
  http2('headers of a table', (n) => [
    [0, h2.headers(1, [...h2.GET, ['x-a', 'a'.repeat(3000)]])],
    ...repeated(n, (i): SeedTurn => [0, h2.frame(1, 5, 2 * i + 3, Buffer.alloc(200, 0xbe))]),
  ]),
  http2('data of single bytes', (n) => [
    [0, h2.headers(1, h2.GET)],
    [1, h2.headers(1, h2.OK)],
    ...repeated(n, (): SeedTurn => [1, h2.data(1, 'a')]),
  ]),
  http2('promises', (n) => [
    [0, h2.headers(1, h2.GET)],
    ...repeated(n, (i): SeedTurn => [1, h2.frame(PUSH, 4, 1, Buffer.concat([h2.word(2 * i + 2), Buffer.of(0x82)]))]),
  ]),
  http2('frames of a kind that is not known', (n) => repeated(n, () => [0, h2.frame(0x77, 0, 0, Buffer.alloc(3))])),
  http2('acknowledged settings', (n) => repeated(n, () => [1, h2.frame(SETTINGS, 1, 0)])),
];

const question = [[nameBytes('www.example.com'), 1]] as const;
const QUERY = message({ flags: REQUEST, questions: question });

const DNS: readonly Flood[] = [
  { name: 'dns: questions over TCP', port: 53, turns: (n) => repeated(n, () => [0, framed(QUERY)]) },
  {
    name: 'dns: questions over TCP in single bytes',
    port: 53,
    segment: 1,
    turns: (n) => repeated(n, () => [0, framed(QUERY)]),
  },
  { name: 'dns: questions over UDP', port: 53, transport: 'udp', turns: (n) => repeated(n, () => [0, QUERY]) },
  {
    name: 'dns: questions of one message',
    port: 53,
    turns: (n) =>
      repeated(Math.ceil(n / 1000), () => [
        0,
        framed(message({ flags: REQUEST, questions: repeated(1000, () => question[0]) })),
      ]),
  },
];

const HELLO = tls.clientHello([0xc02f], [tls.sni('example.com')]);
const SERVER_HELLO = tls.record(22, tls.serverHello(0xc02f, []));
const tlsFlood = (name: string, turns: Flood['turns'], segment = 1400): Flood => ({
  name: `tls: ${name}`,
  port: 443,
  segment,
  turns: (n) => [[0, tls.record(22, HELLO)], ...turns(n)],
});

const TLS: readonly Flood[] = [
  tlsFlood('hellos', (n) => repeated(n, () => [0, tls.record(22, HELLO)])),
  tlsFlood('records of a byte', (n) => [
    [1, SERVER_HELLO],
    [1, Buffer.concat([...tls.handshake(11, Buffer.alloc(n))].map((byte) => tls.record(22, Buffer.of(byte))))],
  ]),
  tlsFlood(
    'message in single bytes',
    (n) => [
      [1, SERVER_HELLO],
      [1, tls.record(22, tls.handshake(11, Buffer.alloc(Math.min(n, 16000))))],
    ],
    1,
  ),
  tlsFlood('certificates', (n) => [
    [1, SERVER_HELLO],
    ...repeated(Math.ceil(n / 10), (): SeedTurn => [
      1,
      tls.record(22, tls.certificates(...repeated(10, () => tls.certificate()))),
    ]),
  ]),
  tlsFlood('alerts', (n) => repeated(n, () => [0, tls.record(21, Buffer.of(1, 0))])),
  tlsFlood('heartbeats', (n) => repeated(n, () => [0, tls.record(24, Buffer.of(1, 0, 3, 65, 65, 65))])),
  tlsFlood('small encrypted records', (n) => [
    [1, SERVER_HELLO],
    [1, tls.CHANGE_CIPHER],
    [0, tls.CHANGE_CIPHER],
    ...repeated(n, (): SeedTurn => [0, tls.application(3)]),
  ]),
];

const smtp = (name: string, turns: Flood['turns'], segment = 1400): Flood => ({
  name: `smtp: ${name}`,
  port: 25,
  segment,
  turns: (n) => [server('220 a ESMTP\r\n'), client('EHLO a\r\n'), server('250 a\r\n'), ...turns(n)],
});
const LETTER: readonly SeedTurn[] = [
  client('MAIL FROM:<a@b>\r\n'),
  server('250 ok\r\n'),
  client('RCPT TO:<a@b>\r\n'),
  server('250 ok\r\n'),
  client('DATA\r\n'),
  server('354 go\r\n'),
];
const MULTIPART = 'Content-Type: multipart/mixed; boundary="x"\r\n\r\n';

const SMTP: readonly Flood[] = [
  smtp('commands never answered', (n) => repeated(n, () => client('NOOP\r\n'))),
  smtp('recipients', (n) => [
    client('MAIL FROM:<a@b>\r\n'),
    server('250 ok\r\n'),
    ...repeated(n, (i): SeedTurn[] => [client(`RCPT TO:<${String(i)}@b>\r\n`), server('250 ok\r\n')]).flat(),
  ]),
  smtp('replies nobody asked for', (n) => repeated(n, () => server('250 ok\r\n'))),
  smtp('lines of a reply', (n) => [client('EHLO a\r\n'), server('250-a\r\n'.repeat(n))]),
  smtp('letters', (n) =>
    repeated(n, (): SeedTurn[] => [...LETTER, client('Subject: a\r\n\r\nhi\r\n.\r\n'), server('250 ok\r\n')]).flat(),
  ),
  smtp('headers of a letter', (n) => [...LETTER, client(`${text(n, (i) => `X-${String(i)}: a\r\n`)}\r\nhi\r\n.\r\n`)]),
  smtp('folded header of a letter', (n) => [...LETTER, client(`Subject: a\r\n${' b\r\n'.repeat(n)}\r\nhi\r\n.\r\n`)]),
  smtp('header of a letter in single bytes', (n) => [...LETTER, client(`Subject: ${'a'.repeat(n)}`)], 1),
  smtp('parts of a letter', (n) => [
    ...LETTER,
    client(
      `${MULTIPART}${text(n, (i) => `--x\r\nContent-Disposition: attachment; filename="${String(i)}"\r\n\r\nabc\r\n`)}--x--\r\n.\r\n`,
    ),
  ]),
  smtp('parts in parts', (n) => [
    ...LETTER,
    client(
      `Content-Type: multipart/mixed; boundary="b0"\r\n\r\n${text(n, (i) => `--b${String(i)}\r\nContent-Type: multipart/mixed; boundary="b${String(i + 1)}"\r\n\r\n`)}`,
    ),
  ]),
  smtp('addresses of pages', (n) => [
    ...LETTER,
    client(`\r\n${text(n, (i) => `http://a${String(i)}.example/\r\n`)}.\r\n`),
  ]),
  smtp('letter without line ends', (n) => [...LETTER, client(`\r\n${'a'.repeat(n)}`)], 1),
  smtp('BDAT', (n) => [...LETTER.slice(0, 4), ...repeated(n, () => client('BDAT 1\r\na'))]),
];

const LINES: readonly Flood[] = [
  {
    name: 'ftp: commands never answered',
    port: 21,
    turns: (n) => [server('220 a\r\n'), ...repeated(n, () => client('NOOP\r\n'))],
  },
  {
    name: 'ftp: ports',
    port: 21,
    turns: (n) => [
      server('220 a\r\n'),
      ...repeated(n, (i): SeedTurn[] => [
        client(`PORT 192,0,2,9,${String((i >> 8) & 255)},${String(i & 255)}\r\n`),
        server('200 ok\r\n'),
        client('RETR a\r\n'),
      ]).flat(),
    ],
  },
  {
    name: 'ftp: line in single bytes',
    port: 21,
    segment: 1,
    turns: (n) => [server('220 a\r\n'), client('USER a\r\n'), client(`RETR ${'a'.repeat(n)}`)],
  },
  {
    name: 'ftp: lines of a reply',
    port: 21,
    turns: (n) => [server('220 a\r\n'), client('HELP\r\n'), server('214-a\r\n'.repeat(n))],
  },
  {
    name: 'ftp: replies nobody asked for',
    port: 21,
    turns: (n) => [server('220 a\r\n'), client('USER a\r\n'), ...repeated(n, () => server('200 a\r\n'))],
  },
  {
    name: 'pop3: commands never answered',
    port: 110,
    turns: (n) => [server('+OK a\r\n'), ...repeated(n, () => client('NOOP\r\n'))],
  },
  {
    name: 'pop3: lines of a reply',
    port: 110,
    turns: (n) => [server('+OK a\r\n'), client('LIST\r\n'), server(`+OK\r\n${'1 1\r\n'.repeat(n)}`)],
  },
  {
    name: 'pop3: letter in single bytes',
    port: 110,
    segment: 1,
    turns: (n) => [server('+OK a\r\n'), client('RETR 1\r\n'), server(`+OK\r\n${'a'.repeat(n)}`)],
  },
  {
    name: 'pop3: command in single bytes',
    port: 110,
    segment: 1,
    turns: (n) => [server('+OK a\r\n'), client('USER a\r\n'), client(`USER ${'a'.repeat(n)}`)],
  },
  { name: 'ssh: banner in single bytes', port: 22, segment: 1, turns: (n) => [client(`SSH-2.0-${'a'.repeat(n)}`)] },
  {
    name: 'ssh: small records',
    port: 22,
    turns: (n) => [
      [0, ssh.CLIENT_BANNER],
      [1, ssh.SERVER_BANNER],
      ...repeated(n, (): SeedTurn => [0, ssh.record(2, Buffer.alloc(1))]),
    ],
  },
  {
    name: 'ssh: key exchanges',
    port: 22,
    turns: (n) => [[0, ssh.CLIENT_BANNER], [1, ssh.SERVER_BANNER], ...repeated(n, (): SeedTurn => [0, ssh.kexinit()])],
  },
];

const UUID = '4b324fc8-1670-01d3-1278-5a47bf6ee188';
const BIND = pdus.bind([{ contextId: 0, uuid: UUID }]);
const dcerpc = (name: string, turns: Flood['turns'], segment = 1400): Flood => ({
  name: `dcerpc: ${name}`,
  port: 135,
  segment,
  turns: (n) => [[0, BIND], [1, pdus.bindAck([0])], ...turns(n)],
});

const DCERPC: readonly Flood[] = [
  dcerpc('calls never answered', (n) => repeated(n, (i) => [0, pdus.request(0, 1, 'a', { callId: i + 2 })])),
  dcerpc('calls of one number', (n) => repeated(n, () => [0, pdus.request(0, 1, 'a', { callId: 2 })])),
  dcerpc('calls begun', (n) => repeated(n, (i) => [0, pdus.request(0, 1, 'a', { callId: i + 2, flags: 1 })])),
  dcerpc('fragments of a call', (n) =>
    repeated(n, (i) => [0, pdus.request(0, 1, 'a', { callId: 2, flags: i === 0 ? 1 : 0 })]),
  ),
  dcerpc('negotiations', (n) =>
    repeated(n, (i) => [0, pdus.bind([{ contextId: i & 0xffff, uuid: UUID }], { callId: i + 2 }, 14)]),
  ),
  dcerpc('negotiations of one number', (n) =>
    repeated(n, (i): SeedTurn[] => [
      [0, pdus.bind([{ contextId: i & 0xffff, uuid: UUID }], { callId: 2 }, 14)],
      [1, pdus.bindAck([0], { callId: 2 }, 15)],
    ]).flat(),
  ),
  dcerpc('call in single bytes', (n) => [[0, pdus.request(0, 1, 'a'.repeat(Math.min(n, 60000)), { callId: 2 })]], 1),
  dcerpc('answers nobody asked for', (n) => repeated(n, (i) => [1, pdus.response('a', { callId: i + 2 })])),
];

const smbFlood = (name: string, turns: Flood['turns'], segment = 1400): Flood => ({
  name: `smb: ${name}`,
  port: 445,
  segment,
  turns,
});
const opened = (i: number): SeedTurn[] => [smb.createRequest(`f${String(i)}`, 10 + i), smb.createResponse(i, 10 + i)];
const A = Buffer.of(65);

const SMB: readonly Flood[] = [
  smbFlood('creations never answered', (n) => [
    ...smb.NEGOTIATION,
    ...repeated(n, (i) => smb.createRequest(`f${String(i)}`, i + 10)),
  ]),
  smbFlood('creations of one number', (n) => [...smb.NEGOTIATION, ...repeated(n, () => smb.createRequest('f', 10))]),
  smbFlood('files open', (n) => [
    ...smb.NEGOTIATION,
    ...repeated(n, (i) => [...opened(i), smb.writeRequest(A, 0, i, 10 + i)]).flat(),
  ]),
  smbFlood('files with a part that waits', (n) => [
    ...smb.NEGOTIATION,
    ...repeated(n, (i) => [...opened(i), smb.writeRequest(A, 5, i, 10 + i)]).flat(),
  ]),
  smbFlood('parts in order', (n) => [
    ...smb.NEGOTIATION,
    ...opened(1),
    ...repeated(n, (i) => smb.writeRequest(A, i, 1, 20 + i)),
  ]),
  smbFlood('parts back to front', (n) => [
    ...smb.NEGOTIATION,
    ...opened(1),
    ...repeated(n, (i) => smb.writeRequest(A, n - i, 1, 20 + i)),
  ]),
  smbFlood(
    'part that waits in single bytes',
    (n) => [...smb.NEGOTIATION, ...opened(1), smb.writeRequest(Buffer.alloc(n), 5, 1, 20)],
    1,
  ),
  smbFlood('reads never answered', (n) => [
    ...smb.NEGOTIATION,
    ...opened(1),
    ...repeated(n, (i) => smb.readRequest(100, i, 1, 20 + i)),
  ]),
  smbFlood('negotiations of SMB1 never answered', (n) => [
    ...repeated(n, () => smb.NEGOTIATION_1[0]!),
    ...repeated(n, () => smb.NEGOTIATION[1]!),
  ]),
  smbFlood('answers to no negotiation', (n) => [
    ...smb.NEGOTIATION,
    ...repeated(900, (i) => smb.createRequest(`f${String(i)}`, i + 10)),
    ...repeated(n, () => smb.NEGOTIATION[1]!),
  ]),
  smbFlood('calls in a pipe never answered', (n) => [
    ...smb.PIPE_OPENED,
    ...repeated(n, (i) => smb.pipeWrite(pdus.request(0, 1, 'a', { callId: i + 2 }))),
  ]),
  smbFlood('calls in a pipe of one number', (n) => [
    ...smb.PIPE_OPENED,
    ...repeated(n, () => smb.pipeWrite(pdus.request(0, 1, 'a', { callId: 2 }))),
  ]),
  smbFlood('a call in a pipe byte by byte', (n) => {
    const call = pdus.request(0, 1, 'a'.repeat(Math.min(n, 60000)), { callId: 2 });
    return [...smb.PIPE_OPENED, ...Array.from(call, (_, i) => smb.pipeWrite(call.subarray(i, i + 1)))];
  }),
  smbFlood('messages in a chain', (n) => [
    ...smb.NEGOTIATION,
    ...repeated(Math.ceil(n / 100), (): SeedTurn => [
      0,
      smb.session(
        Buffer.concat(
          repeated(100, (i) =>
            smb.smb2(13, Buffer.from('04000000'.padEnd(16, '0'), 'hex'), { next: i === 99 ? 0 : 72, messageId: i }),
          ),
        ),
      ),
    ]),
  ]),
];

const WEBSOCKET_BEGUN: readonly SeedTurn[] = [
  client(
    'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  ),
  server(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
  ),
];
const websocket = (name: string, turns: Flood['turns'], segment = 1400): Flood => ({
  name: `websocket: ${name}`,
  port: 80,
  segment,
  turns: (n) => [...WEBSOCKET_BEGUN, ...turns(n)],
});

const WEBSOCKET: readonly Flood[] = [
  websocket('frames', (n) => repeated(n, () => [1, Buffer.of(0x82, 1, 65)])),
  websocket('empty frames', (n) => [[1, Buffer.concat(repeated(n, () => Buffer.of(0x82, 0)))]], 200),
  websocket('fragments of a message', (n) => repeated(n, (i) => [1, Buffer.of(i === 0 ? 2 : 0, 1, 65)])),
  websocket(
    'frame in single bytes',
    (n) => [[1, Buffer.concat([Buffer.of(0x82, 126, 0xff, 0xff), Buffer.alloc(Math.min(n, 65535))])]],
    1,
  ),
];

export const FLOODS: readonly Flood[] = [
  ...HTTP,
  ...HTTP2,
  ...DNS,
  ...TLS,
  ...SMTP,
  ...LINES,
  ...DCERPC,
  ...SMB,
  ...WEBSOCKET,
];
