// Conversations of TLS, as they are on the wire.

import {
  CHANGE_CIPHER,
  CLIENT_KEY,
  ENCRYPTED,
  SERVER_DONE,
  alpn,
  application,
  certificate,
  certificates,
  chosenVersion,
  clientHello,
  record,
  serverHello,
  sni,
  versions,
} from './messages.ts';

export type Turn = readonly [0 | 1, Buffer];

export const HELLO = clientHello([0xc02f], [sni('example.com'), alpn('h2')]);
export const SERVER = serverHello(0xc02f, [alpn('h2')]);
const CLIENT_END = [record(22, CLIENT_KEY), CHANGE_CIPHER, ENCRYPTED];

/** Conversations whose outcome must not depend on how the bytes are cut. */
export const CONVERSATIONS: Readonly<Record<string, readonly Turn[]>> = {
  'version 1.2 in full': [
    [0, record(22, HELLO)],
    [1, record(22, Buffer.concat([SERVER, certificates(certificate(), Buffer.from('issuer')), SERVER_DONE]))],
    [0, Buffer.concat(CLIENT_END)],
    [1, Buffer.concat([CHANGE_CIPHER, ENCRYPTED, application(300)])],
  ],
  'messages across records': [
    [0, Buffer.concat([record(22, HELLO.subarray(0, 20)), record(22, HELLO.subarray(20))])],
    [
      1,
      Buffer.concat([record(22, SERVER.subarray(0, 3)), record(22, Buffer.concat([SERVER.subarray(3), SERVER_DONE]))]),
    ],
  ],
  'version 1.3': [
    [0, record(22, clientHello([0x1301], [sni('a.b'), versions(0x0304)]))],
    [1, Buffer.concat([record(22, serverHello(0x1301, [chosenVersion(0x0304)])), CHANGE_CIPHER, application(60)])],
    [0, Buffer.concat([CHANGE_CIPHER, application(50), application(10)])],
  ],
  'a session that goes on': [
    [0, record(22, clientHello([0xc02f], [], { session: 'abc' }))],
    [1, Buffer.concat([record(22, serverHello(0xc02f, [], { session: 'abc' })), CHANGE_CIPHER, ENCRYPTED])],
    [0, Buffer.concat([CHANGE_CIPHER, ENCRYPTED])],
  ],
  'an alert that ends it': [
    [0, record(22, HELLO)],
    [1, record(21, Buffer.of(2, 40))],
  ],
  'a hello of SSL 2': [
    [0, Buffer.concat([Buffer.of(0x80, 9, 1, 3, 1, 0, 0, 0, 0, 0, 16), record(22, HELLO)])],
    [1, Buffer.concat([record(22, Buffer.concat([SERVER, SERVER_DONE])), CHANGE_CIPHER, ENCRYPTED])],
  ],
  'what is no record': [
    [0, record(22, HELLO)],
    [1, Buffer.concat([record(22, SERVER), Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')])],
  ],
};
