// TlsParser: records, the handshake messages in them, and the point from which on everything is encrypted.

import { GrowingBytes } from '../../base/growing-bytes.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser, PARSE_FAILED } from '../../framework/app-parser.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { u16, u24 } from '../../wire/read.ts';
import { chainOf } from './chain.ts';
import { TLS_ANOMALY } from './events.ts';
import { parseHello } from './hello.ts';
import type { Hello } from './hello.ts';
import { Content, HEADER, NO_PROBLEM, SSL2_ERROR, isSsl2, recordProblem, ssl2Header, ssl2Length } from './record.ts';
import { JA3 } from './settings.ts';
import type { TlsSettings } from './settings.ts';
import { ClientState, ServerState, SslState, TlsTransaction } from './transaction.ts';

const Message = {
  clientHello: 1,
  serverHello: 2,
  ticket: 4,
  certificate: 11,
  serverKey: 12,
  certificateRequest: 13,
  helloDone: 14,
  clientKey: 16,
  finished: 20,
  status: 22,
} as const;
/** Longer handshake messages are passed over; chains of a thousand names come near. */
const MAX_HANDSHAKE = 1 << 20;

class Stream {
  /** Bytes of a record that are of no interest. */
  skip = 0;
  /** Handshake messages that are not complete. */
  readonly handshake = new GrowingBytes();
  /** Bytes of a handshake message that is too long to be kept. */
  skipMessage = 0;
  isEncrypted = false;
  /** Place in the stream of the last record that frames were made for. */
  framed = -1;
  records = 0;
  /** Handshake messages so far, and at the last one of a type that nobody knows. */
  messages = 0;
  oddMessages = -1;
}

export class TlsParser extends AppParser {
  private readonly settings: TlsSettings;
  private readonly tx: TlsTransaction;
  private readonly streams = [new Stream(), new Stream()] as const;
  private isDone = false;

  constructor(flow: AppFlow, settings: TlsSettings) {
    super(flow);
    this.settings = settings;
    const ja3 = settings.ja3 === 'yes' || (settings.ja3 === 'auto' && flow.services.isDemanded(JA3));
    this.tx = new TlsTransaction(this.newId(), flow.formerProtocol, { ja3, ja4: settings.ja4 !== 'no' });
    this.begin(this.tx);
  }

  data(input: AppInput): number {
    const { direction, data, end } = input;
    const stream = this.streams[direction];
    let at = input.start;
    let isWhole = true;
    if (input.isStart && isSsl2(data, at, end, this.mayBeSsl2Error(direction))) {
      at += this.ssl2(input);
      if (at === input.start) return 0;
    } else this.isQuiet = true;
    while (at < end) {
      if (stream.skip > 0) {
        const size = Math.min(stream.skip, end - at);
        this.passed(direction, size);
        at += size;
        continue;
      }
      if (end - at < HEADER) break;
      const type = data[at]!;
      const length = u16(data, at + 3);
      if (!this.isRecord(type, data[at + 1]!, length)) return PARSE_FAILED;
      if (this.flow.frames !== null) this.frames(input, type, at, length);
      if (type === Content.application || stream.isEncrypted) {
        this.encrypted(direction, type === Content.application);
        stream.skip = length;
        at += HEADER;
        if (length === 0) this.inspectSaid(direction);
        continue;
      }
      if (end - at < HEADER + length) {
        isWhole = false;
        break;
      }
      this.isQuiet = false;
      this.tx.side(direction).version ||= u16(data, at + 1);
      this.record(direction, type, data, at + HEADER, at + HEADER + length);
      this.inspectSaid(direction);
      at += HEADER + length;
    }
    if (isWhole) this.settle(direction);
    if (input.isEof) {
      this.finish(direction);
      return input.length;
    }
    this.skip = stream.skip;
    return at - input.start;
  }

  /** A certificate is told with the first bytes behind which no record is cut off. */
  private settle(direction: Direction): void {
    const side = this.tx.side(direction);
    if (side.hasSettled || side.chain.count === 0) return;
    side.hasSettled = true;
    this.changed(direction);
  }

  /** Bytes of records that are of no interest. */
  override passed(direction: Direction, length: number): void {
    const stream = this.streams[direction];
    stream.skip -= length;
    if (stream.skip === 0) this.inspectSaid(direction);
  }

  /** A record is whole: content rules look at what was said up to its end. Measured beside Suricata 8.0.8. */
  private inspectSaid(direction: Direction): void {
    this.flow.services.triggerRawInspection(this.flow, direction);
  }

  override gap(): boolean {
    return false;
  }

  /** The record, its header and its body; a record that is not whole yet is offered again. */
  private frames(input: AppInput, type: number, at: number, length: number): void {
    const stream = this.streams[input.direction];
    const place = input.streamOffset + at - input.start;
    if (place <= stream.framed) return;
    stream.framed = place;
    this.frame(input, 'pdu', at, HEADER + length, this.tx);
    this.frame(input, 'hdr', at, HEADER, this.tx);
    this.frame(input, 'data', at + HEADER, length, this.tx);
    if (type === Content.alert) this.frame(input, 'alert', at + HEADER, length, this.tx);
    else if (type === Content.heartbeat) this.frame(input, 'heartbeat', at + HEADER, length, this.tx);
  }

  /** Notes what is no record. */
  private isRecord(type: number, major: number, length: number): boolean {
    const problem = recordProblem(type, major, length);
    if (problem === NO_PROBLEM) return true;
    this.anomaly(this.tx, problem);
    return false;
  }

  private record(direction: Direction, type: number, data: Uint8Array, start: number, end: number): void {
    if (type === Content.handshake) this.handshake(direction, data, start, end);
    else if (type === Content.changeCipher) this.changeCipher(direction);
    else if (type === Content.heartbeat) this.heartbeat(data, start, end);
    else if (type === Content.alert && end - start < 2) this.anomaly(this.tx, TLS_ANOMALY.invalid_alert_message);
  }

  /** RFC 6520: a request that says it is longer than it is wants memory that is none of its business. */
  private heartbeat(data: Uint8Array, start: number, end: number): void {
    this.anomaly(this.tx, TLS_ANOMALY.heartbeat_message);
    if (end - start < 3) return;
    const length = u16(data, start + 1);
    if (length === 0 || (data[start] !== 1 && data[start] !== 2))
      this.anomaly(this.tx, TLS_ANOMALY.invalid_heartbeat_message);
    else if (data[start] === 1 && length > end - start - 3 - 16)
      this.anomaly(this.tx, TLS_ANOMALY.overflow_heartbeat_message);
  }

  private changeCipher(direction: Direction): void {
    const stream = this.streams[direction];
    this.tx.side(direction).hasChangedCipher = true;
    if (direction === TO_SERVER) this.tx.advance(TO_SERVER, ClientState.handshakeDone);
    if (this.tx.isThirteen) return; // only there for the eyes of old boxes (RFC 8446 appendix D.4)
    stream.isEncrypted = true;
    stream.handshake.clear();
    this.changed(direction);
  }

  private handshake(direction: Direction, data: Uint8Array, start: number, end: number): void {
    const stream = this.streams[direction];
    const skipped = Math.min(stream.skipMessage, end - start);
    stream.skipMessage -= skipped;
    const begun = stream.handshake;
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

  /** The messages that are whole; @returns where the rest begins */
  private messages(direction: Direction, data: Uint8Array, start: number, end: number): number {
    const stream = this.streams[direction];
    let at = start;
    while (at + 4 <= end) {
      const length = u24(data, at + 1);
      const isOdd = isOddMessage(data[at]!);
      if (isOdd) this.noteOdd(stream);
      if (length > MAX_HANDSHAKE) {
        if (!isOdd) this.anomaly(this.tx, TLS_ANOMALY.handshake_invalid_length);
        stream.messages++;
        stream.skipMessage = length + 4 - (end - at);
        return end;
      }
      if (at + 4 + length > end) break;
      stream.messages++;
      this.message(direction, data[at]!, data, at + 4, at + 4 + length);
      at += 4 + length;
    }
    return at;
  }

  /** Once for a message, however often its beginning is seen. */
  private noteOdd(stream: Stream): void {
    if (stream.oddMessages === stream.messages) return;
    stream.oddMessages = stream.messages;
    this.anomaly(this.tx, TLS_ANOMALY.invalid_handshake_message);
  }

  private message(direction: Direction, type: number, data: Uint8Array, start: number, end: number): void {
    const { tx } = this;
    if (type === Message.clientHello && direction === TO_SERVER) this.clientHello(data, start, end);
    else if (type === Message.serverHello && direction === TO_CLIENT) this.serverHello(data, start, end);
    else if (type === Message.certificate) this.certificates(direction, data, start, end);
    else if (type === Message.serverKey) tx.sslState |= SslState.serverKeyExchange;
    else if (type === Message.clientKey) {
      tx.sslState |= SslState.clientKeyExchange;
      tx.advance(TO_SERVER, ClientState.certDone);
    } else if (type === Message.helloDone && direction === TO_CLIENT) tx.advance(TO_CLIENT, ServerState.helloDone);
    else if (type === Message.certificateRequest && direction === TO_CLIENT) tx.asksCertificate = true;
  }

  private clientHello(data: Uint8Array, start: number, end: number): void {
    const hello = parseHello(data, start, end, 'client');
    if (hello === null) {
      this.anomaly(this.tx, TLS_ANOMALY.handshake_invalid_length);
      return;
    }
    this.noteHello(hello);
    const { tx } = this;
    tx.sslState |= SslState.clientHello;
    if (tx.client.hello !== null) {
      this.noteSecond(tx.client.hello, hello);
      return;
    }
    tx.client.hello = hello;
    tx.client.version = hello.offer.version;
    tx.advance(TO_SERVER, ClientState.helloDone);
  }

  /** Two names in one connection; after a request to try again (RFC 8446 section 4.1.4) the same comes once more. */
  private noteSecond(first: Hello, second: Hello): void {
    if (first.sni !== null && second.sni !== null && !this.tx.isThirteen)
      this.anomaly(this.tx, TLS_ANOMALY.multiple_sni_extensions);
  }

  private noteHello({ notes }: Hello): void {
    if (notes.hasSeveralNames) this.anomaly(this.tx, TLS_ANOMALY.multiple_sni_extensions);
    if (notes.hasBadNameType) this.anomaly(this.tx, TLS_ANOMALY.invalid_sni_type);
    if (notes.hasBadNameLength) this.anomaly(this.tx, TLS_ANOMALY.invalid_sni_length);
    if (notes.isTruncated) this.anomaly(this.tx, TLS_ANOMALY.handshake_invalid_length);
  }

  private serverHello(data: Uint8Array, start: number, end: number): void {
    const hello = this.draftHello(data, start, end) ?? parseHello(data, start, end, 'server');
    if (hello === null) {
      this.anomaly(this.tx, TLS_ANOMALY.handshake_invalid_length);
      return;
    }
    this.noteHello(hello);
    const { tx } = this;
    tx.sslState |= SslState.serverHello;
    tx.server.hello = hello;
    tx.server.version = hello.offer.version;
    tx.advance(TO_CLIENT, ServerState.hello);
    if (this.tx.isThirteen) {
      tx.advance(TO_CLIENT, ServerState.helloDone);
    }
  }

  /** Drafts of TLS 1.3 up to 21 had no session id in the server hello. */
  private draftHello(data: Uint8Array, start: number, end: number): Hello | null {
    if (end - start < 36 || (data[start] !== 0x7f && u16(data, start) !== 0x0304)) return null;
    const filled = new Uint8Array(end - start + 2);
    filled.set(data.subarray(start, start + 34));
    filled.set(data.subarray(start + 34, start + 36), 35);
    filled.set(data.subarray(start + 36, end), 38);
    return parseHello(filled, 0, filled.length, 'server');
  }

  /** RFC 5246 section 7.4.2: the leaf first. */
  private certificates(direction: Direction, data: Uint8Array, start: number, end: number): void {
    const chain = chainOf(data, start, end);
    this.tx.side(direction).chain = chain;
    for (const problem of chain.problems) this.anomaly(this.tx, TLS_ANOMALY[problem]);
    this.tx.advance(direction, direction === TO_SERVER ? ClientState.certDone : ServerState.certDone);
  }

  /** A record that only its receiver can read; one of the handshake it may be yet. */
  private encrypted(direction: Direction, isApplication: boolean): void {
    const stream = this.streams[direction];
    if (stream.records++ === 0) {
      this.isQuiet = false;
      stream.isEncrypted = true;
      this.changed(direction);
    }
    if (!isApplication) return;
    this.handshakeDone(direction);
    if (!this.isDone) this.stopInspection();
  }

  /**
   * The application's own bytes have begun, or in TLS 1.3 (RFC 8446 section 5.2) what looks like them: nothing of them
   * can be read, in either direction.
   */
  private stopInspection(): void {
    this.isQuiet = false;
    this.isDone = true;
    if (this.settings.handling !== 'full')
      this.flow.services.stopInspection(this.flow, { bypass: this.settings.handling === 'bypass' });
  }

  /** What the first record of the application shows, however little was to be seen of the handshake. */
  private handshakeDone(direction: Direction): void {
    const done = direction === TO_SERVER ? ClientState.handshakeDone : ServerState.handshakeDone;
    if (this.tx.progress[direction] >= done) return;
    this.isQuiet = false;
    this.tx.advance(direction, done);
    this.changed(direction);
  }

  /** Nothing follows in a direction. */
  private finish(direction: Direction): void {
    this.isQuiet = false;
    this.tx.advance(direction, direction === TO_SERVER ? ClientState.finished : ServerState.finished);
    this.changed(direction);
  }

  private mayBeSsl2Error(direction: Direction): boolean {
    return direction === TO_CLIENT && this.tx.client.version === 2;
  }

  /** A hello of SSL 2 that asks for more: the rest of the connection speaks version 3 or later. */
  private ssl2(input: AppInput): number {
    const { data, start, end, direction } = input;
    const header = ssl2Header(data, start);
    const length = ssl2Length(data, start);
    if (end - start < header + length) return input.isEof ? input.length : 0;
    const { tx } = this;
    if (data[start + header] === SSL2_ERROR) {
      this.anomaly(tx, TLS_ANOMALY.error_message_encountered);
      return header + length;
    }
    tx.side(direction).version = u16(data, start + header + 1);
    if (direction === TO_SERVER) {
      tx.sslState |= SslState.clientHello;
      tx.advance(TO_SERVER, ClientState.helloDone);
    } else {
      tx.side(direction).version = 2;
      tx.sslState |= SslState.serverHello;
      tx.advance(TO_CLIENT, ServerState.hello);
    }
    this.changed(direction);
    return header + length;
  }
}

/** Handshake types that no version has. */
function isOddMessage(type: number): boolean {
  return type > Message.status && type !== 23 && type !== 24 && type !== 67 && type !== 254;
}
