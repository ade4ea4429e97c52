// Messages of SMB, put together field by field, and conversations of them.
import { Buffer } from 'node:buffer';
import * as pdus from '../dcerpc/support.ts';

export type Turn = readonly [0 | 1, Buffer];

const PIPE = '367abb81-9844-35f1-ad32-98f038001003';
const FILE_ID = 0x4d;
const PIPE_ID = 0x2e;

export const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

/** Little-endian numbers and bytes, one after the other: `[bytes, value]` or what is to stand there. */
export function fields(...parts: readonly (readonly [bytes: number, value: number] | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (part instanceof Uint8Array) return part;
      const [bytes, value] = part;
      const out = Buffer.alloc(bytes);
      out.writeUIntLE(value, 0, Math.min(bytes, 6));
      return out;
    }),
  );
}

/** In a message of the NetBIOS session service. */
export function session(message: Uint8Array, type = 0): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(message.length);
  head[0] = type;
  return Buffer.concat([head, message]);
}

export interface Options2 {
  readonly isResponse?: boolean;
  readonly status?: number;
  readonly messageId?: number;
  readonly treeId?: number;
  readonly sessionId?: number;
  /** Bytes to the next message of the chain. */
  readonly next?: number;
}

/** A message of SMB2 without its session header. */
export function smb2(command: number, body: Uint8Array, options: Options2 = {}): Buffer {
  const { isResponse = false, status = 0, messageId = command, treeId = 1, sessionId = 0x11, next = 0 } = options;
  return fields(
    Buffer.from('fe534d424000', 'hex'),
    [2, 1],
    [4, status],
    [2, command],
    [2, 1],
    [4, isResponse ? 1 : 0],
    [4, next],
    [8, messageId],
    [4, 0xfeff],
    [4, treeId],
    [8, sessionId],
    Buffer.alloc(16),
    body,
  );
}

const asked = (command: number, body: Uint8Array, options: Options2 = {}): Turn => [
  0,
  session(smb2(command, body, options)),
];
const answered = (command: number, body: Uint8Array, options: Options2 = {}): Turn => [
  1,
  session(smb2(command, body, { ...options, isResponse: true })),
];

const fileId = (id: number): Buffer => fields([8, id], [8, 1]);

export const readRequest = (length: number, offset: number, id = FILE_ID, messageId = 8): Turn =>
  asked(8, fields([2, 49], [2, 0], [4, length], [8, offset], fileId(id), Buffer.alloc(16)), { messageId });
export const readResponse = (data: Uint8Array, messageId = 8, status = 0): Turn =>
  answered(8, fields([2, 17], [2, 80], [4, data.length], Buffer.alloc(8), data), { messageId, status });
export const writeBody = (data: Uint8Array, offset: number, id = FILE_ID): Buffer =>
  fields([2, 49], [2, 112], [4, data.length], [8, offset], fileId(id), Buffer.alloc(16), data);
export const writeRequest = (data: Uint8Array, offset: number, id = FILE_ID, messageId = 9): Turn =>
  asked(9, writeBody(data, offset, id), { messageId });
export const closeRequest = (id = FILE_ID): Turn => asked(6, fields([2, 24], [6, 0], fileId(id)));

/** NTLMSSP: the message that says who logs on. */
export function authenticate(domain: string, user: string, host: string): Buffer {
  const texts = [domain, user, host].map(utf16);
  let at = 72;
  const places = texts.map((text) => {
    const place = fields([2, text.length], [2, text.length], [4, at]);
    at += text.length;
    return place;
  });
  const empty = fields([4, 0], [4, at]);
  return fields(
    Buffer.from('NTLMSSP\0'),
    [4, 3],
    empty,
    empty,
    ...places,
    empty,
    [4, 0x02000001],
    Buffer.from('0a00612a0000000f', 'hex'),
    ...texts,
  );
}

export function createRequest(name: string, messageId = 5): Turn {
  const text = utf16(name);
  const head = fields([2, 57], [22, 0], [4, 1], [4, 0], [4, 7], [4, 2], [4, 0], [2, 120], [2, text.length], [8, 0]);
  return asked(5, fields(head, text), { messageId });
}

/** Seconds since 1970 as a file time. */
function ticks(seconds: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt(seconds + 11_644_473_600) * 10_000_000n);
  return out;
}

export function createResponse(id: number, messageId = 5): Turn {
  const times = [1000, 2000, 3000, 4000].map(ticks);
  return answered(5, fields([2, 89], [6, 1], ...times, [8, 4096], [8, 12], [8, 0], fileId(id), [8, 0]), { messageId });
}

export const NEGOTIATION: readonly Turn[] = [
  asked(0, fields([2, 36], [2, 2], [8, 0], Buffer.alloc(16, 7), [8, 0], [2, 0x202], [2, 0x311])),
  answered(
    0,
    fields(
      [2, 65],
      [2, 1],
      [2, 0x311],
      [2, 0],
      Buffer.alloc(16, 9),
      [4, 0],
      [4, 65536],
      [4, 65536],
      [4, 32768],
      Buffer.alloc(28),
    ),
  ),
];

const LOGON: readonly Turn[] = (() => {
  const blob = authenticate('CORP', 'alice', 'PC1');
  return [
    asked(1, fields([2, 25], [10, 0], [2, 88], [2, blob.length], [8, 0], blob)),
    answered(1, fields([2, 9], [2, 0], [2, 72], [2, 0])),
  ] as const;
})();

function treeConnect(share: string, type: number, treeId: number): Turn[] {
  const text = utf16(share);
  return [
    asked(3, fields([2, 9], [2, 0], [2, 72], [2, text.length], text), { treeId: 0, messageId: 30 + treeId }),
    answered(3, fields([2, 16], [2, type], Buffer.alloc(12)), { treeId, messageId: 30 + treeId }),
  ];
}

export const FILES: readonly Turn[] = [
  ...NEGOTIATION,
  ...LOGON,
  ...treeConnect('\\\\srv\\share', 1, 1),
  createRequest('dir\\report.txt'),
  createResponse(FILE_ID),
  writeRequest(Buffer.from('second'), 6, FILE_ID, 40),
  writeRequest(Buffer.from('first '), 0, FILE_ID, 41),
  answered(9, fields([2, 17], [2, 0], [4, 6], [8, 0]), { messageId: 41 }),
  readRequest(100, 0),
  readResponse(Buffer.from('read it')),
  readRequest(100, 7, FILE_ID, 42),
  readResponse(Buffer.alloc(0), 42, 0xc0000011),
  asked(17, fields([2, 33], Buffer.of(1, 13), [4, 1], [2, 96], [2, 0], [4, 0], fileId(FILE_ID), Buffer.of(1))),
  answered(17, fields([2, 2])),
  asked(
    17,
    fields(
      [2, 33],
      Buffer.of(1, 10),
      [4, 26],
      [2, 96],
      [2, 0],
      [4, 0],
      fileId(FILE_ID),
      Buffer.alloc(16),
      [4, 6],
      utf16('new'),
    ),
    { messageId: 43 },
  ),
  answered(17, fields([2, 2]), { messageId: 43 }),
  closeRequest(),
  answered(6, fields([2, 60], Buffer.alloc(58))),
  asked(11, fields([2, 57], [2, 0], [4, 0x140204], fileId(0xff), Buffer.alloc(32)), { messageId: 44 }),
  answered(11, fields([2, 9], Buffer.alloc(6)), { messageId: 44, status: 0xc0000034 }),
];

const OFFER = [{ contextId: 0, uuid: PIPE, major: 2 }];

export function transceive(body: Uint8Array, messageId: number): Turn {
  const head = fields(
    [2, 57],
    [2, 0],
    [4, 0x11c017],
    fileId(PIPE_ID),
    [4, 120],
    [4, body.length],
    [4, 0],
    [12, 0],
    [8, 1],
  );
  return asked(11, fields(head, body), { treeId: 5, messageId });
}

export function transceived(body: Uint8Array, messageId: number, status = 0): Turn {
  const head = fields([2, 49], [2, 0], [4, 0x11c017], fileId(PIPE_ID), [8, 0], [4, 112], [4, body.length], [8, 0]);
  return answered(11, fields(head, body), { treeId: 5, messageId, status });
}

const ofPipe = ([direction, bytes]: Turn): Turn => {
  const changed = Buffer.from(bytes);
  changed.writeUInt32LE(5, 40);
  return [direction, changed];
};

/** Up to where a pipe is open. */
export const PIPE_OPENED: readonly Turn[] = [
  ...NEGOTIATION,
  ...treeConnect('\\\\srv\\IPC$', 2, 5),
  ofPipe(createRequest('svcctl')),
  ofPipe(createResponse(PIPE_ID)),
];
export const pipeWrite = (data: Uint8Array): Turn => ofPipe(writeRequest(data, 0, PIPE_ID));
export const pipeRead = (data: Uint8Array, messageId = 8): Turn[] => [
  ofPipe(readRequest(1024, 0, PIPE_ID, messageId)),
  ofPipe(readResponse(data, messageId)),
];
export const pipeClose = (): Turn => ofPipe(closeRequest(PIPE_ID));

/** Calls in a pipe: by write and read, and by ioctl; the last answer comes in two parts. */
export const CALLS: readonly Turn[] = (() => {
  const answer = pdus.response('handle', { callId: 3 });
  return [
    ...NEGOTIATION,
    ...treeConnect('\\\\srv\\IPC$', 2, 5),
    ofPipe(createRequest('svcctl')),
    ofPipe(createResponse(PIPE_ID)),
    ofPipe(writeRequest(pdus.bind(OFFER), 0, PIPE_ID)),
    ofPipe(answered(9, fields([2, 17], [2, 0], [4, 72], [8, 0]))),
    ofPipe(readRequest(1024, 0, PIPE_ID)),
    ofPipe(readResponse(pdus.bindAck([0]))),
    transceive(pdus.request(0, 15, 'open', { callId: 2 }), 50),
    transceived(pdus.response('opened', { callId: 2 }), 50),
    transceive(pdus.request(0, 16, 'name', { callId: 3 }), 51),
    transceived(answer.subarray(0, 20), 51, 0x80000005),
    ofPipe(readRequest(1024, 0, PIPE_ID, 52)),
    ofPipe(readResponse(answer.subarray(20), 52)),
  ] as const;
})();

export interface Options1 {
  readonly isResponse?: boolean;
  readonly status?: number;
  readonly isDosStatus?: boolean;
  readonly isUnicode?: boolean;
  readonly messageId?: number;
  readonly treeId?: number;
  readonly userId?: number;
}

/** A command of SMB1: words and bytes. */
export function command(words: Uint8Array, bytes: Uint8Array): Buffer {
  return fields(Buffer.of(words.length / 2), words, [2, bytes.length], bytes);
}

/** A message of SMB1 with its session header. */
export function smb1(code: number, contents: Uint8Array, options: Options1 = {}): Turn {
  const { isResponse = false, status = 0, isDosStatus = false, isUnicode = true } = options;
  const { messageId = code, treeId = 7, userId = 3 } = options;
  const head = fields(
    Buffer.from('ff534d42', 'hex'),
    [1, code],
    [4, status],
    [1, isResponse ? 0x98 : 0x18],
    [2, (isUnicode ? 0x8000 : 0) | (isDosStatus ? 0 : 0x4000)],
    Buffer.alloc(12),
    [2, treeId],
    [2, 9],
    [2, userId],
    [2, messageId],
  );
  return [isResponse ? 1 : 0, session(Buffer.concat([head, contents]))];
}

const ALONE = Buffer.of(0xff, 0, 0, 0);
const NOTHING = Buffer.alloc(0);
const FID = 0x4001;
const reply = (code: number, contents: Uint8Array, options: Options1 = {}): Turn =>
  smb1(code, contents, { ...options, isResponse: true });

export const NEGOTIATION_1: readonly Turn[] = [
  smb1(0x72, command(NOTHING, Buffer.from('\x02LANMAN1.0\0\x02NT LM 0.12\0', 'latin1')), { userId: 0, treeId: 0 }),
  reply(0x72, command(fields([2, 1], Buffer.alloc(32)), Buffer.alloc(16, 5)), { userId: 0, treeId: 0 }),
];

const LOGON_1: readonly Turn[] = (() => {
  const blob = authenticate('CORP', 'bob', 'PC2');
  const pad = Buffer.alloc((blob.length & 1) ^ 1);
  const words = fields(ALONE, Buffer.alloc(10), [2, blob.length], Buffer.alloc(8));
  return [
    smb1(0x73, command(words, fields(blob, pad, utf16('Unix\0Samba\0'))), { userId: 0 }),
    reply(0x73, command(fields(ALONE, [2, 0], [2, 0]), fields(Buffer.alloc(1), utf16('Windows\0LM\0')))),
  ] as const;
})();

function treeConnect1(share: string, service: string, treeId: number): Turn[] {
  const words = fields(ALONE, [2, 0], [2, 1]);
  return [
    smb1(0x75, command(words, fields([1, 0], utf16(`${share}\0`), Buffer.from('?????\0'))), { treeId: 0xffff }),
    reply(0x75, command(fields(ALONE, [2, 0]), Buffer.from(`${service}\0`)), { treeId }),
  ];
}

function create1(name: string, fid: number, treeId: number): Turn[] {
  const words = fields(ALONE, [1, 0], [2, 2 * name.length], Buffer.alloc(28), [4, 1], [4, 0x1000], [5, 0]);
  const times = [1000, 2000, 3000, 4000].map(ticks);
  const answer = fields(ALONE, [1, 0], [2, fid], [4, 1], ...times, [4, 0], [8, 4096], [8, 12], [5, 0]);
  return [
    smb1(0xa2, command(words, fields([1, 0], utf16(`${name}\0`))), { treeId }),
    reply(0xa2, command(answer, NOTHING), { treeId }),
  ];
}

export const write1 = (data: string, offset: number, fid = FID, treeId = 7): Turn => {
  const words = fields(ALONE, [2, fid], [4, offset], [6, 0], [2, 0], [2, 0], [2, data.length], [2, 64], [4, 0]);
  return smb1(0x2f, command(words, fields([1, 0], Buffer.from(data, 'latin1'))), { treeId, messageId: 0x100 + offset });
};

export const read1 = (data: string, offset: number, fid = FID, treeId = 7): Turn[] => {
  const words = fields(ALONE, [2, fid], [4, offset], [2, 100], [2, 0], [4, 0], [2, 0], [4, 0]);
  const answer = fields(ALONE, [2, 0], [2, 0], [2, 0], [2, data.length], [2, 59], [4, 0], [6, 0]);
  const messageId = 0x200 + offset;
  return [
    smb1(0x2e, command(words, NOTHING), { treeId, messageId }),
    reply(0x2e, command(answer, Buffer.from(data, 'latin1')), { treeId, messageId }),
  ];
};

const close1 = (fid = FID): Turn => smb1(0x04, command(fields([2, fid], [4, 0]), NOTHING));

/** SET_FILE_INFO: the file goes when it is closed. */
function deleteLater(): Turn {
  const head = fields(
    [2, 4],
    [2, 1],
    [2, 2],
    [2, 0],
    [1, 0],
    [1, 0],
    [2, 0],
    [4, 0],
    [2, 0],
    [2, 4],
    [2, 68],
    [2, 1],
    [2, 72],
  );
  const words = fields(head, [1, 1], [1, 0], [2, 8]);
  return smb1(0x32, command(words, fields(Buffer.alloc(3), [2, FID], [2, 0x102], Buffer.of(1))));
}

export const FILES_1: readonly Turn[] = [
  ...NEGOTIATION_1,
  ...LOGON_1,
  ...treeConnect1('\\\\srv\\C$', 'A:', 7),
  ...create1('\\old.txt', FID, 7),
  write1('hello ', 0),
  write1('world', 6),
  reply(0x2f, command(fields(ALONE, [2, 5], [6, 0]), NOTHING), { messageId: 0x106 }),
  ...read1('read', 0),
  deleteLater(),
  reply(0x32, command(NOTHING, NOTHING)),
  close1(),
  reply(0x04, command(NOTHING, NOTHING)),
  smb1(0x07, command(fields([2, 0]), fields([1, 4], utf16('a\0'), [1, 4], [1, 0], utf16('b\0')))),
  reply(0x07, command(NOTHING, NOTHING), { status: 0x5b0002, isDosStatus: true }),
];

function transact(body: Buffer, messageId: number): Turn {
  const head = fields(
    [2, 0],
    [2, body.length],
    [4, 0],
    [1, 0],
    [1, 0],
    [2, 0],
    [4, 0],
    [2, 0],
    [2, 0],
    [2, 0],
    [2, body.length],
  );
  const words = fields(head, [2, 84], [1, 2], [1, 0], [2, 0x26], [2, FID]);
  return smb1(0x25, command(words, fields(Buffer.alloc(1), utf16('\\PIPE\\\0'), Buffer.alloc(2), body)), {
    treeId: 8,
    messageId,
  });
}

function transacted(body: Buffer, messageId: number): Turn {
  const words = fields([2, 0], [2, body.length], [6, 0], [2, 0], [2, body.length], [2, 56], [4, 0]);
  return reply(0x25, command(words, fields(Buffer.alloc(1), body)), { treeId: 8, messageId });
}

export const CALLS_1: readonly Turn[] = [
  ...NEGOTIATION_1,
  ...treeConnect1('\\\\srv\\IPC$', 'IPC', 8),
  ...create1('\\svcctl', FID, 8),
  write1(pdus.bind(OFFER).toString('latin1'), 0, FID, 8),
  ...read1(pdus.bindAck([0]).toString('latin1'), 0, FID, 8),
  transact(pdus.request(0, 15, 'open', { callId: 2 }), 60),
  transacted(pdus.response('opened', { callId: 2 }), 60),
];

/** SMB1 asks, SMB2 answers. */
export const UPGRADE: readonly Turn[] = [NEGOTIATION_1[0]!, NEGOTIATION[1]!, ...NEGOTIATION];

export const CONVERSATIONS: readonly (readonly Turn[])[] = [FILES, CALLS, FILES_1, CALLS_1, UPGRADE];
