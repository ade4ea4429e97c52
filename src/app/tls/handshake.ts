// Handshake: the messages in the records of both directions (RFC 5246 section 7.4), and what they say of a connection.

import { GrowingBytes } from '../../base/growing-bytes.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { u16, u24 } from '../../wire/read.ts';
import { chainOf } from './chain.ts';
import { TLS_ANOMALY } from './events.ts';
import { parseHello } from './hello.ts';
import type { Hello } from './hello.ts';
import { ClientState, ServerState, SslState } from './transaction.ts';
import type { TlsTransaction } from './transaction.ts';

const Message = {
  helloRequest: 0,
  clientHello: 1,
  serverHello: 2,
  ticket: 4,
  certificate: 11,
  serverKey: 12,
  certificateRequest: 13,
  helloDone: 14,
  certificateVerify: 15,
  clientKey: 16,
  finished: 20,
  certificateUrl: 21,
  status: 22,
} as const;
const KNOWN: ReadonlySet<number> = new Set(Object.values(Message));
/** Type and length. */
const HEADER = 4;
/** Longer messages are passed over; chains of a thousand names come near. */
const LONGEST = 1 << 20;

/** Hears what is wrong. */
export interface Notes {
  note(anomaly: number): void;
}

class Stream {
  /** Of a message that is not whole yet. */
  readonly begun = new GrowingBytes();
  /** Bytes to come of a message that is too long to be kept. */
  skip = 0;
}

export class Handshake {
  private readonly tx: TlsTransaction;
  private readonly notes: Notes;
  private readonly streams = [new Stream(), new Stream()] as const;

  constructor(tx: TlsTransaction, notes: Notes) {
    this.tx = tx;
    this.notes = notes;
  }

  /** The body of a record. */
  record(direction: Direction, data: Uint8Array, start: number, end: number): void {
    const stream = this.streams[direction];
    const skipped = Math.min(stream.skip, end - start);
    stream.skip -= skipped;
    const { begun } = stream;
    if (begun.size === 0) {
      const at = this.messages(direction, data, start + skipped, end);
      if (at < end) begun.append(data, at, end);
      return;
    }
    begun.append(data, start + skipped, end);
    const { bytes } = begun;
    const at = this.messages(direction, bytes, 0, bytes.length);
    if (at === 0) return;
    begun.clear();
    if (at < bytes.length) begun.append(bytes, at, bytes.length);
  }

  /** What was begun does not go on. */
  cut(direction: Direction): void {
    this.streams[direction].begun.clear();
  }

  /**
   * The messages that are whole. Of one that nobody knows the length may be anything: with it ends what can be read of
   * a record (measured beside Suricata 8.0.8).
   * @returns where the rest begins
   */
  private messages(direction: Direction, data: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at + HEADER <= end) {
      const type = data[at]!;
      const stop = at + HEADER + u24(data, at + 1);
      if (!KNOWN.has(type)) {
        // behind a change of the cipher it may be encrypted, and mean something else
        if (!this.tx.hasChangedCipher) this.notes.note(TLS_ANOMALY.invalid_handshake_message);
        if (stop > end) return end;
      } else if (stop - at > LONGEST) {
        this.streams[direction].skip = stop - end;
        return end;
      } else if (stop > end) break;
      else this.message(direction, type, data, at + HEADER, stop);
      at = stop;
    }
    return at;
  }

  private message(direction: Direction, type: number, data: Uint8Array, start: number, end: number): void {
    const { tx } = this;
    if (type === Message.clientHello) this.clientHello(direction, parseHello(data, start, end, 'client'));
    else if (type === Message.serverHello) this.serverHello(direction, serverHello(data, start, end));
    else if (type === Message.certificate) this.certificates(direction, data, start, end);
    else if (type === Message.serverKey) tx.sslState = SslState.serverKeyExchange;
    else if (type === Message.clientKey) {
      tx.sslState = SslState.clientKeyExchange;
      tx.advance(TO_SERVER, ClientState.certDone);
    } else if (type === Message.helloDone && direction === TO_CLIENT) tx.advance(TO_CLIENT, ServerState.helloDone);
    else if (type === Message.certificateRequest) {
      tx.sslState = SslState.none;
      if (direction === TO_CLIENT) tx.asksCertificate = true;
    }
  }

  /** What is wrong with a hello, whoever sends it. */
  private note(direction: Direction, hello: Hello | null): void {
    if (hello === null) {
      this.notes.note(TLS_ANOMALY.handshake_invalid_length);
      return;
    }
    this.tx.side(direction).version = hello.version;
    if (hello.hasSeveralNames) this.notes.note(TLS_ANOMALY.multiple_sni_extensions);
    if (hello.problem !== null) this.notes.note(TLS_ANOMALY[hello.problem]);
  }

  /** The state of a connection is as before with one that is cut. */
  private clientHello(direction: Direction, hello: Hello | null): void {
    this.note(direction, hello);
    if (hello === null || direction !== TO_SERVER) return;
    const { tx } = this;
    const first = tx.client.hello;
    if (first?.isWhole === true) this.noteSecond(first, hello);
    else tx.client.hello = hello;
    if (!hello.isWhole) return;
    tx.sslState = SslState.clientHello;
    tx.advance(TO_SERVER, ClientState.helloDone);
  }

  /** Two names in one connection; after a request to try again (RFC 8446 section 4.1.4) the same comes once more. */
  private noteSecond(first: Hello, second: Hello): void {
    if (first.sni !== null && second.sni !== null && !this.tx.isThirteen)
      this.notes.note(TLS_ANOMALY.multiple_sni_extensions);
  }

  private serverHello(direction: Direction, hello: Hello | null): void {
    this.note(direction, hello);
    if (hello === null || direction !== TO_CLIENT) return;
    const { tx } = this;
    tx.server.hello = hello;
    if (!hello.isWhole) return;
    tx.sslState = SslState.serverHello;
    tx.advance(TO_CLIENT, ServerState.hello);
    if (tx.isThirteen) tx.advance(TO_CLIENT, ServerState.helloDone);
  }

  /** RFC 5246 section 7.4.2: the leaf first. Once there is one, nothing of other chains is looked at. */
  private certificates(direction: Direction, data: Uint8Array, start: number, end: number): void {
    const side = this.tx.side(direction);
    if (side.chain.leaf === null) {
      side.chain = chainOf(data, start, end);
      for (const problem of side.chain.problems) this.notes.note(TLS_ANOMALY[problem]);
    }
    this.tx.advance(direction, direction === TO_SERVER ? ClientState.certDone : ServerState.certDone);
  }
}

/** The hello that a record begins with; null: none, or not all of it. */
export function helloIn(data: Uint8Array, start: number, end: number): Hello | null {
  if (end - start < HEADER || start + HEADER + u24(data, start + 1) > end) return null;
  const [from, to] = [start + HEADER, start + HEADER + u24(data, start + 1)];
  if (data[start] === Message.clientHello) return parseHello(data, from, to, 'client');
  return data[start] === Message.serverHello ? serverHello(data, from, to) : null;
}

function serverHello(data: Uint8Array, start: number, end: number): Hello | null {
  return draftHello(data, start, end) ?? parseHello(data, start, end, 'server');
}

/** Drafts of TLS 1.3 up to 21 had no session id in the server hello. */
function draftHello(data: Uint8Array, start: number, end: number): Hello | null {
  if (end - start < 36 || (data[start] !== 0x7f && u16(data, start) !== 0x0304)) return null;
  const filled = new Uint8Array(end - start + 2);
  filled.set(data.subarray(start, start + 34));
  filled.set(data.subarray(start + 34, start + 36), 35);
  filled.set(data.subarray(start + 36, end), 38);
  return parseHello(filled, 0, filled.length, 'server');
}
