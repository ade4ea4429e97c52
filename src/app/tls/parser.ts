// TlsParser: records, the handshake messages in them, and the point from which on everything is encrypted.

import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser, PARSE_FAILED } from '../../framework/app-parser.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { u16 } from '../../wire/read.ts';
import { TLS_ANOMALY } from './events.ts';
import { Handshake } from './handshake.ts';
import type { Notes } from './handshake.ts';
import { Heartbeats } from './heartbeat.ts';
import {
  Content,
  HEADER,
  NO_PROBLEM,
  SSL2_ERROR,
  isKnown,
  isSsl2,
  mayIgnore,
  recordProblem,
  ssl2Header,
  ssl2Length,
} from './record.ts';
import { JA3, STATES } from './settings.ts';
import type { TlsSettings } from './settings.ts';
import { ClientState, ServerState, SslState, TlsTransaction } from './transaction.ts';
import { SSL2, isOpen, isThirteen } from './version.ts';

/** Levels of alerts (RFC 8446 section 6). */
const FATAL = 2;
/** Of the header of a record, its type and the version. */
const VERSION_END = 3;

class Stream {
  /** Bytes of a record that are of no interest. */
  skip = 0;
  /** Place in the stream of the last record that frames were made for. */
  framed = -1;
  /** Place in the stream where the record ends that was not whole when it was last looked at. */
  awaited = 0;
  /** Whether a record came that only its receiver can read. */
  hasEncrypted = false;
}

export class TlsParser extends AppParser implements Notes {
  private readonly settings: TlsSettings;
  private readonly tx: TlsTransaction;
  private readonly handshake: Handshake;
  private readonly heartbeats = new Heartbeats();
  private readonly streams = [new Stream(), new Stream()] as const;
  private readonly areStatesDemanded: boolean;
  private isDone = false;

  constructor(flow: AppFlow, settings: TlsSettings) {
    super(flow);
    this.settings = settings;
    this.areStatesDemanded = flow.services.isDemanded(STATES);
    const ja3 = settings.ja3 === 'yes' || (settings.ja3 === 'auto' && flow.services.isDemanded(JA3));
    this.tx = new TlsTransaction(this.newId(), flow.formerProtocol, { ja3, ja4: settings.ja4 !== 'no' });
    this.handshake = new Handshake(this.tx, this);
    this.begin(this.tx);
  }

  note(anomaly: number): void {
    this.anomaly(this.tx, anomaly);
  }

  data(input: AppInput): number {
    const { direction } = input;
    const before = this.tx.sslState;
    if (input.length > 0 && !this.isAwaiting(input)) this.tx.sslState = SslState.none;
    const taken = this.records(input);
    const other = direction === TO_SERVER ? TO_CLIENT : TO_SERVER;
    if (this.tx.sslState !== before && this.areStatesDemanded) this.changed(other);
    return taken;
  }

  /** Whether these are no more than further bytes of a record that was looked at before it was whole. */
  private isAwaiting({ direction, streamOffset, length }: AppInput): boolean {
    return streamOffset + length < this.streams[direction].awaited;
  }

  private records(input: AppInput): number {
    const { direction, data, end } = input;
    const stream = this.streams[direction];
    let at = input.start;
    let isWhole = true;
    if (input.isStart && isSsl2(data, at, end, this.mayBeSsl2Error(direction))) {
      at += this.ssl2(input);
      if (at === input.start) return 0;
    } else this.flow.isQuiet = true;
    while (at < end) {
      if (stream.skip > 0) {
        const size = Math.min(stream.skip, end - at);
        this.passed(direction, size);
        at += size;
        continue;
      }
      if (end - at < HEADER) {
        this.noteFirstBytes(direction, data, at, end);
        break;
      }
      const type = data[at]!;
      const length = u16(data, at + 3);
      if (!this.isRecord(direction, type, u16(data, at + 1), length)) return PARSE_FAILED;
      if (this.flow.frames !== null) this.frames(input, type, at, length);
      if (!isKnown(type)) {
        this.flow.isQuiet = false;
        stream.skip = length;
        at += HEADER;
        continue;
      }
      if (type === Content.application || (type === Content.handshake && this.isEncrypted)) {
        this.encrypted(direction, type === Content.application);
        stream.skip = length;
        at += HEADER;
        if (length === 0) this.inspectSaid(direction);
        continue;
      }
      if (end - at < HEADER + length) {
        isWhole = false;
        stream.awaited = input.streamOffset + at - input.start + HEADER + length;
        break;
      }
      this.flow.isQuiet = false;
      if (!this.record(direction, type, data, at + HEADER, at + HEADER + length)) return PARSE_FAILED;
      this.inspectSaid(direction);
      at += HEADER + length;
    }
    if (isWhole) this.settle(direction);
    if (input.isEof) {
      this.finish(direction);
      return input.length;
    }
    this.flow.skip = stream.skip;
    return at - input.start;
  }

  /** A certificate is told with the first bytes behind which no record is cut off. */
  private settle(direction: Direction): void {
    const side = this.tx.side(direction);
    if (side.hasSettled || side.chain.leaf === null) return;
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

  /** A header that is cut: of what follows SSL 2 that version would mean something else. */
  private noteFirstBytes(direction: Direction, data: Uint8Array, at: number, end: number): void {
    if (end - at < VERSION_END) return;
    const version = u16(data, at + 1);
    if (version !== SSL2) this.noteVersion(direction, version);
  }

  /** That of the records holds until an end says its own. */
  private noteVersion(direction: Direction, version: number): void {
    const side = this.tx.side(direction);
    if (side.hello === null || isOpen(side.version)) side.version = version;
  }

  /** Notes what is no record. */
  private isRecord(direction: Direction, type: number, version: number, length: number): boolean {
    const side = this.tx.side(direction);
    this.noteVersion(direction, version);
    const problem = recordProblem(type, side.version, length);
    if (problem === NO_PROBLEM) return true;
    this.note(problem);
    return side.hello !== null && mayIgnore(type, side.version, length);
  }

  /**
   * Whether handshake messages cannot be read: an end has changed to what was agreed, and with it both. Who offers
   * TLS 1.3 may say so before anything is agreed (RFC 8446 appendix D.4), for the eyes of old boxes.
   */
  private get isEncrypted(): boolean {
    const { tx } = this;
    return tx.hasChangedCipher && (tx.server.hello !== null || !isThirteen(tx.client.version));
  }

  /** False: nothing more of the flow is to be parsed. */
  private record(direction: Direction, type: number, data: Uint8Array, start: number, end: number): boolean {
    if (type === Content.handshake) this.handshake.record(direction, data, start, end);
    else if (type === Content.changeCipher) this.changeCipher(direction);
    else if (type === Content.heartbeat) return this.heartbeat(direction, data, start, end);
    else if (type === Content.alert) return this.alert(data, start, end);
    return true;
  }

  private heartbeat(direction: Direction, data: Uint8Array, start: number, end: number): boolean {
    const problem = this.heartbeats.next(direction, data, start, end, this.tx.hasChangedCipher);
    if (problem === NO_PROBLEM) return true;
    this.note(problem);
    return false;
  }

  /** A fatal one ends the connection: all is said. Longer ones are encrypted. */
  private alert(data: Uint8Array, start: number, end: number): boolean {
    if (end - start < 2) {
      this.note(TLS_ANOMALY.invalid_alert_message);
      return false;
    }
    if (end - start > 2 || data[start] !== FATAL) return true;
    this.tx.advance(TO_SERVER, ClientState.finished);
    this.tx.advance(TO_CLIENT, ServerState.finished);
    this.changed(TO_SERVER);
    this.changed(TO_CLIENT);
    return true;
  }

  private changeCipher(direction: Direction): void {
    this.tx.hasChangedCipher = true;
    if (direction === TO_SERVER) this.tx.advance(TO_SERVER, ClientState.handshakeDone);
    this.handshake.cut(direction);
    this.changed(direction);
  }

  /** A record that only its receiver can read; one of the handshake it may be yet. */
  private encrypted(direction: Direction, isApplication: boolean): void {
    const stream = this.streams[direction];
    if (!stream.hasEncrypted) {
      this.flow.isQuiet = false;
      stream.hasEncrypted = true;
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
    this.flow.isQuiet = false;
    this.isDone = true;
    if (this.settings.handling !== 'full')
      this.flow.services.stopInspection(this.flow, { bypass: this.settings.handling === 'bypass' });
  }

  /** What the first record of the application shows, however little was to be seen of the handshake. */
  private handshakeDone(direction: Direction): void {
    const done = direction === TO_SERVER ? ClientState.handshakeDone : ServerState.handshakeDone;
    if (this.tx.progress[direction] >= done) return;
    this.flow.isQuiet = false;
    this.tx.advance(direction, done);
    this.changed(direction);
  }

  /** Nothing follows in a direction. */
  private finish(direction: Direction): void {
    this.flow.isQuiet = false;
    this.tx.advance(direction, direction === TO_SERVER ? ClientState.finished : ServerState.finished);
    this.changed(direction);
  }

  private mayBeSsl2Error(direction: Direction): boolean {
    return direction === TO_CLIENT && this.tx.client.version === SSL2;
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
    const version = u16(data, start + header + 1);
    tx.side(direction).version = version === 2 ? SSL2 : version;
    if (direction === TO_SERVER) {
      tx.sslState = SslState.clientHello;
      tx.advance(TO_SERVER, ClientState.helloDone);
    } else {
      tx.side(direction).version = SSL2;
      tx.sslState = SslState.serverHello;
      tx.advance(TO_CLIENT, ServerState.hello);
    }
    this.changed(direction);
    return header + length;
  }
}
