// What the fuzzer changes: a few sound conversations of every protocol that has a parser.

import dcerpc from '../../src/app/dcerpc/index.ts';
import dnsProtocols from '../../src/app/dns/index.ts';
import ftp from '../../src/app/ftp/index.ts';
import http from '../../src/app/http/index.ts';
import http2Protocols from '../../src/app/http2/index.ts';
import pop3 from '../../src/app/pop3/index.ts';
import smb from '../../src/app/smb/index.ts';
import smtp from '../../src/app/smtp/index.ts';
import ssh from '../../src/app/ssh/index.ts';
import tls from '../../src/app/tls/index.ts';
import websocket from '../../src/app/websocket/index.ts';
import type { ProtocolDefinition } from '../../src/framework/app-protocol.ts';
import type { Direction } from '../../src/framework/transaction.ts';
import * as pdus from '../app/dcerpc/support.ts';
import { REQUEST, RESPONSE, framed, message, nameBytes, record } from '../app/dns/messages.ts';
import { CONVERSATIONS, GET, OK, gzipResponse } from '../app/http/support.ts';
import { CONVERSATIONS as HTTP2_CONVERSATIONS } from '../app/http2/messages.ts';
import { CONVERSATION as DNS_OVER_HTTP2 } from '../app/http2/dns-messages.ts';
import { CONVERSATIONS as SMB_CONVERSATIONS } from '../app/smb/messages.ts';
import { ENVELOPE, mail } from '../app/smtp/support.ts';
import * as sshMessages from '../app/ssh/messages.ts';
import * as tlsMessages from '../app/tls/messages.ts';

export type SeedTurn = readonly [Direction, Buffer];

export interface Seed {
  readonly protocol: ProtocolDefinition;
  readonly transport?: 'tcp' | 'udp';
  /** What rules would have the parser prepare. */
  readonly demands?: readonly string[];
  readonly conversations: readonly (readonly SeedTurn[])[];
}

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

/** `C: ...` and `S: ...`, a line each, as clients and servers of line protocols say it. */
function lines(text: string): SeedTurn[] {
  return text
    .trim()
    .split('\n')
    .map((line): SeedTurn => [line.startsWith('C') ? 0 : 1, latin(`${line.slice(3)}\r\n`)]);
}

const named = (name: string): ProtocolDefinition => {
  const found = [dnsProtocols].flat().find((one) => one.name === name);
  if (found === undefined) throw new Error(`no protocol ${name}`);
  return found;
};

const question = [[nameBytes('www.example.com'), 1]] as const;
const QUERY = message({ flags: REQUEST, questions: question });
const ANSWER = message({
  flags: RESPONSE,
  questions: question,
  answers: [
    record(1, Buffer.of(192, 0, 2, 1)),
    record(5, nameBytes('other.example.com')),
    record(16, latin('\u0005hello')),
    record(15, Buffer.concat([Buffer.of(0, 10), nameBytes('mail.example.com')])),
    record(28, Buffer.alloc(16, 1)),
  ],
  authorities: [record(2, nameBytes('ns.example.com'))],
  additionals: [record(33, Buffer.concat([Buffer.of(0, 1, 0, 2, 0, 53), nameBytes('srv.example.com')]))],
});

const MIME = `From: "A" <a@example.com>\r\nTo: b@example.com\r\nSubject: =?utf-8?B?aGk=?=\r\nMIME-Version: 1.0
Content-Type: multipart/mixed; boundary="xyz"\r\n\r\n--xyz\r\nContent-Type: text/plain\r\n\r\nsee http://example.org/a\r\n--xyz
Content-Type: application/octet-stream; name="a.bin"\r\nContent-Transfer-Encoding: base64
Content-Disposition: attachment; filename="a.bin"\r\n\r\nAAECAwQFBgcICQ==\r\n--xyz--\r\n.\r\n`.replace(
  /(?<!\r)\n/g,
  '\r\n',
);

const FTP = `
S: 220 ready
C: USER anonymous
S: 331 password
C: PASS a@b
S: 230-hello
S: 230 in
C: PASV
S: 227 Entering Passive Mode (192,0,2,1,4,1)
C: PORT 192,0,2,9,4,2
S: 200 ok
C: EPRT |2|2001:db8::1|1030|
S: 200 ok
C: RETR a.txt
S: 150 opening
S: 226 done
C: AUTH TLS
S: 234 go`;

const POP3 = `
S: +OK ready
C: USER a
S: +OK
C: PASS b
S: +OK
C: LIST
S: +OK 1
S: 1 120
S: .
C: RETR 1
S: +OK
S: From: a
S: .
C: QUIT
S: +OK`;

const smtpTurns = (turns: readonly (readonly ['C' | 'S', string])[]): SeedTurn[] =>
  turns.map(([who, text]) => [who === 'C' ? 0 : 1, latin(text)]);

const HELLO = tlsMessages.clientHello(
  [0xc02f, 0x1301],
  [tlsMessages.sni('example.com'), tlsMessages.alpn('h2', 'http/1.1'), tlsMessages.versions(0x0304, 0x0303)],
);
const { CHANGE_CIPHER, CLIENT_KEY, ENCRYPTED, SERVER_DONE, certificate, certificates, record: tlsRecord } = tlsMessages;

const OFFERS = [
  { contextId: 0, uuid: '4b324fc8-1670-01d3-1278-5a47bf6ee188', major: 3 },
  { contextId: 1, uuid: '12345778-1234-abcd-ef00-0123456789ac' },
];

/** A negotiation, and calls in whole and in fragments. */
const dcerpcTurns = (isLittle: boolean): SeedTurn[] => [
  [0, pdus.bind(OFFERS, { isLittle })],
  [1, pdus.bindAck([0, 2], { isLittle })],
  [0, pdus.request(0, 15, 'open', { isLittle, callId: 2 })],
  [1, pdus.response('handle', { isLittle, callId: 2 })],
  [0, pdus.request(0, 1, 'one ', { isLittle, callId: 3, flags: 1 })],
  [0, pdus.request(0, 1, 'two', { isLittle, callId: 3, flags: 2 })],
  [1, pdus.response('both', { isLittle, callId: 3 })],
  [0, pdus.bind(OFFERS, { isLittle, callId: 4 }, 14)],
  [1, pdus.bindAck([0, 0], { isLittle, callId: 4 }, 15)],
];

export const SEEDS: readonly Seed[] = [
  { protocol: dcerpc, conversations: [dcerpcTurns(true), dcerpcTurns(false)] },
  { protocol: smb, conversations: SMB_CONVERSATIONS },
  {
    protocol: http,
    conversations: [
      ...Object.values(CONVERSATIONS).map((turns) => turns.map(([d, text]): SeedTurn => [d, latin(text)])),
      [
        [0, latin(GET)],
        [1, latin(gzipResponse('hello hello hello'))],
        [0, latin(GET)],
        [1, latin(OK)],
      ],
    ],
  },
  { protocol: http2Protocols[0], conversations: [...Object.values(HTTP2_CONVERSATIONS), DNS_OVER_HTTP2] },
  {
    protocol: named('dns'),
    transport: 'udp',
    conversations: [
      [
        [0, QUERY],
        [1, ANSWER],
      ],
    ],
  },
  {
    protocol: named('dns'),
    conversations: [
      [
        [0, framed(QUERY)],
        [1, framed(ANSWER)],
        [0, Buffer.concat([framed(QUERY), framed(QUERY)])],
      ],
    ],
  },
  { protocol: named('mdns'), transport: 'udp', conversations: [[[0, ANSWER]], [[0, QUERY]]] },
  {
    protocol: tls,
    demands: ['ja3'],
    conversations: [
      [
        [0, tlsRecord(22, HELLO)],
        [
          1,
          tlsRecord(
            22,
            Buffer.concat([
              tlsMessages.serverHello(0xc02f, [tlsMessages.alpn('h2')]),
              certificates(certificate(), certificate()),
              SERVER_DONE,
            ]),
          ),
        ],
        [0, Buffer.concat([tlsRecord(22, CLIENT_KEY), CHANGE_CIPHER, ENCRYPTED])],
        [1, Buffer.concat([CHANGE_CIPHER, ENCRYPTED, tlsMessages.application(300)])],
      ],
      [
        [0, tlsRecord(22, HELLO)],
        [1, tlsRecord(22, tlsMessages.serverHello(0x1301, [tlsMessages.chosenVersion(0x0304)]))],
        [0, tlsRecord(24, Buffer.of(1, 0, 3, 65, 65, 65))],
        [1, tlsRecord(21, Buffer.of(2, 40))],
      ],
    ],
  },
  {
    protocol: smtp,
    conversations: [
      smtpTurns([...mail(MIME), ['C', 'QUIT\r\n'], ['S', '221 bye\r\n']]),
      smtpTurns([...ENVELOPE.slice(0, -2), ['C', 'BDAT 10 LAST\r\n0123456789'], ['S', '250 ok\r\n']]),
    ],
  },
  { protocol: ftp, conversations: [lines(FTP)] },
  { protocol: pop3, conversations: [lines(POP3)] },
  {
    protocol: ssh,
    demands: ['hassh'],
    conversations: [
      [
        [0, Buffer.concat([sshMessages.CLIENT_BANNER, sshMessages.kexinit(), sshMessages.NEWKEYS])],
        [1, Buffer.concat([sshMessages.SERVER_BANNER, sshMessages.kexinit(), sshMessages.NEWKEYS])],
        [0, Buffer.alloc(64, 7)],
      ],
    ],
  },
  {
    protocol: websocket,
    conversations: [
      [
        [0, Buffer.concat([Buffer.of(0x81, 0x85, 1, 2, 3, 4), latin('hello')])],
        [1, Buffer.concat([Buffer.of(0x82, 126, 0, 130), Buffer.alloc(130, 65)])],
        [0, Buffer.of(0x89, 0x80, 1, 2, 3, 4)],
        [1, Buffer.of(0x88, 2, 3, 0xe8)],
      ],
    ],
  },
];
