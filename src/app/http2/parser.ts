// Http2Parser (RFC 9113): the frames of both directions, put to the streams they belong to.

import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser } from '../../framework/app-parser.ts';
import { UpgradedRequest } from '../../framework/http-parts.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { i32, u16, u24 } from '../../wire/read.ts';
import { BodySink } from './body-sink.ts';
import { dnsOfTarget } from './dns.ts';
import { HTTP2_ANOMALY } from './events.ts';
import {
  FRAME_HEADER,
  FrameFlag,
  FrameType,
  PRIORITY_LENGTH,
  SETTING_HEADER_TABLE_SIZE,
  SETTING_LENGTH,
  STREAM_MASK,
} from './frame-types.ts';
import { HeaderBlocks } from './header-blocks.ts';
import type { BlockHost } from './header-blocks.ts';
import type { Http2Settings } from './settings.ts';
import { Side, Wait } from './side.ts';
import { Streams } from './streams.ts';
import { Http2Transaction, Progress, SubState } from './transaction.ts';
import type { Http2Message, Setting } from './transaction.ts';
import { decodeSettingsHeader, fieldsOfUpgrade } from './upgrade.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** Frames of that length are not waited for; data is looked at as it comes, and only noted. */
const LONG_FRAME = 65_536;

/** Lengths of the frames that have but one. */
const FIXED: Readonly<Record<number, number>> = {
  [FrameType.priority]: PRIORITY_LENGTH,
  [FrameType.rstStream]: 4,
  [FrameType.ping]: 8,
  [FrameType.windowUpdate]: 4,
};

export class Http2Parser extends AppParser implements BlockHost {
  private readonly settings: Http2Settings;
  private readonly sides: readonly [Side, Side];
  private readonly streams: Streams;
  private readonly sink: BodySink;
  private readonly blocks: HeaderBlocks;

  constructor(flow: AppFlow, settings: Http2Settings) {
    super(flow);
    this.settings = settings;
    const limits = { tableSize: settings.maxTableSize, listSize: settings.maxReassemblySize };
    this.sides = [new Side(limits, Wait.preface), new Side(limits, Wait.header)];
    this.sink = new BodySink(flow, settings, (tx, id) => {
      this.noteOnce(tx, id);
    });
    this.streams = new Streams(settings.maxStreams, (tx) => {
      this.abandon(tx);
    });
    this.blocks = new HeaderBlocks(this, settings);
    if (flow.expectation instanceof UpgradedRequest) this.takeUpgrade(flow.expectation);
  }

  data(input: AppInput): number {
    const side = this.sides[input.direction];
    this.sink.now = input.packet?.ts ?? 0;
    let at = input.start;
    for (;;) {
      const next = this.step(input, side, at);
      if (next < 0) break;
      at = next;
    }
    side.pending = input.end - at;
    if (!input.isEof) return at - input.start;
    this.end(input.direction);
    return input.end - input.start;
  }

  /** One step from `at`; where the next begins, -1 when more bytes are needed. */
  private step(input: AppInput, side: Side, at: number): number {
    switch (side.wait) {
      case Wait.preface:
        return this.preface(input, side, at);
      case Wait.header:
        return this.frameHeader(input, side, at);
      case Wait.payload:
        return this.payload(input, side, at);
      case Wait.padLength:
        return this.padLength(input, side, at);
      case Wait.data:
        return this.frameData(input, side, at);
      default:
        return this.skipRest(input, side, at);
    }
  }

  /** What begins otherwise is taken for frames: the connection was picked up in its middle, or lies. */
  private preface({ data, end, isEof, isMidstream }: AppInput, side: Side, at: number): number {
    let same = 0;
    while (same < PREFACE.length && at + same < end && data[at + same] === PREFACE[same]) same++;
    if (same < PREFACE.length && at + same === end && !isEof) return -1;
    side.wait = Wait.header;
    if (same === PREFACE.length) return at + same;
    if (at < end && !isMidstream) this.anomaly(this.globalTransaction(TO_SERVER), HTTP2_ANOMALY.invalid_client_magic);
    return at;
  }

  private frameHeader(input: AppInput, side: Side, at: number): number {
    const { data, end, direction } = input;
    if (end - at < FRAME_HEADER) return -1;
    side.left = u24(data, at);
    side.type = data[at + 3]!;
    side.flags = data[at + 4]!;
    side.streamId = i32(data, at + 5) & STREAM_MASK;
    if (this.flow.frames !== null) this.markFrames(input, side, at);
    if (side.type === FrameType.data) this.beginData(side, direction);
    else if (side.type > FrameType.continuation) this.beginUnknown(side, direction);
    else this.beginPayload(side, direction);
    return at + FRAME_HEADER;
  }

  private markFrames(input: AppInput, { left, streamId }: Side, at: number): void {
    const tx = this.streams.of(streamId) ?? null;
    this.frame(input, 'hdr', at, FRAME_HEADER, tx);
    this.frame(input, 'data', at + FRAME_HEADER, left, tx);
    this.frame(input, 'pdu', at, FRAME_HEADER + left, tx);
  }

  private beginPayload(side: Side, direction: Direction): void {
    side.wait = Wait.payload;
    if (side.left < LONG_FRAME) return;
    side.wait = Wait.skip;
    const tx = side.streamId === 0 ? this.globalTransaction(direction) : this.streamTransaction(side, direction);
    this.noteOnce(tx, HTTP2_ANOMALY.long_frame_data);
    if (side.type === FrameType.settings) return;
    side.hpack.lose();
    side.endBlock();
  }

  /** A type that nobody knows: passed over (RFC 9113 section 5.5), and opens no stream. */
  private beginUnknown(side: Side, direction: Direction): void {
    side.wait = Wait.skip;
    const isLong = side.left >= LONG_FRAME;
    if (side.streamId !== 0 && !isLong) return;
    const tx = side.streamId === 0 ? this.globalTransaction(direction) : this.lateOrLive(side);
    if (isLong) this.noteOnce(tx, HTTP2_ANOMALY.long_frame_data);
  }

  private skipRest({ end }: AppInput, side: Side, at: number): number {
    if (at >= end && side.left > 0) return -1;
    const stop = Math.min(end, at + side.left);
    side.left -= stop - at;
    if (side.left === 0) side.wait = Wait.header;
    return stop;
  }

  // DATA (RFC 9113 section 6.1): looked at as it comes

  private beginData(side: Side, direction: Direction): void {
    side.padding = 0;
    side.wait = (side.flags & FrameFlag.padded) !== 0 ? Wait.padLength : Wait.data;
    if (side.streamId === 0) {
      this.anomaly(this.globalTransaction(direction), HTTP2_ANOMALY.data_stream_zero);
      side.wait = Wait.skip;
      return;
    }
    const tx = this.streamTransaction(side, direction);
    side.tx = tx;
    if (side.left >= LONG_FRAME) this.noteOnce(tx, HTTP2_ANOMALY.long_frame_data);
    tx.advance(direction, Progress.data);
  }

  private padLength({ data, end }: AppInput, side: Side, at: number): number {
    if (side.left === 0) {
      this.noteOnce(side.tx!, HTTP2_ANOMALY.invalid_frame_data);
      side.wait = Wait.data;
      return at;
    }
    if (at >= end) return -1;
    side.left--;
    side.padding = data[at]!;
    if (side.padding > side.left) {
      this.noteOnce(side.tx!, HTTP2_ANOMALY.invalid_frame_data);
      side.padding = 0;
    }
    side.wait = Wait.data;
    return at + 1;
  }

  private frameData({ data, end, direction }: AppInput, side: Side, at: number): number {
    if (at >= end && side.left > 0) return -1;
    const tx = side.tx!;
    const stop = Math.min(end, at + side.left);
    const body = Math.min(stop, at + Math.max(0, side.left - side.padding));
    if (body > at) this.sink.take(tx, direction, data, at, body);
    side.left -= stop - at;
    if (side.left === 0) this.endData(side, direction);
    return stop;
  }

  private endData(side: Side, direction: Direction): void {
    side.wait = Wait.header;
    const tx = side.tx!;
    side.tx = null;
    if ((side.flags & FrameFlag.endStream) !== 0) this.close(tx, direction, 'closed');
  }

  // all other frames: looked at when they are whole

  private payload(input: AppInput, side: Side, at: number): number {
    const { data, direction } = input;
    const stop = at + side.left;
    if (stop > input.end) return -1;
    side.wait = Wait.header;
    side.left = 0;
    switch (side.type) {
      case FrameType.headers:
        this.blocks.headers(data, at, stop, side, direction);
        break;
      case FrameType.continuation:
        this.blocks.continuation(data, at, stop, side, direction);
        break;
      case FrameType.pushPromise:
        this.blocks.pushPromise(data, at, stop, side, direction);
        break;
      case FrameType.settings:
        this.settingsFrame(data, at, stop, side, direction);
        break;
      default:
        this.control(data, at, stop, side, direction);
    }
    return stop;
  }

  live(stream: number): Http2Transaction | undefined {
    return this.streams.of(stream);
  }

  isOver(stream: number): boolean {
    return this.streams.isOver(stream);
  }

  promised(stream: number): Http2Transaction {
    this.streams.noteOpened(stream);
    return this.streams.of(stream) ?? this.openStream(stream);
  }

  headersRead(tx: Http2Transaction, direction: Direction, { isLast }: { readonly isLast: boolean }): void {
    tx.advance(direction, Progress.headers);
    this.changed(direction);
    if (direction === TO_SERVER) tx.request.dns ??= dnsOfTarget(tx.request.fields);
    if (isLast) this.close(tx, direction, 'closed');
  }

  private settingsFrame(data: Uint8Array, at: number, stop: number, side: Side, direction: Direction): void {
    const isAck = (side.flags & FrameFlag.ack) !== 0;
    if (side.streamId !== 0) {
      this.misplaced(direction);
      return;
    }
    if (stop === at) return; // nothing that a rule or a record could tell
    const tx = this.noteSettings(data, at, stop, direction);
    if (isAck || (stop - at) % SETTING_LENGTH !== 0) this.anomaly(tx, HTTP2_ANOMALY.invalid_frame_length);
  }

  private noteSettings(data: Uint8Array, at: number, stop: number, direction: Direction): Http2Transaction {
    const settings: Setting[] = [];
    for (let i = at; i + SETTING_LENGTH <= stop; i += SETTING_LENGTH) {
      const id = u16(data, i);
      const value = i32(data, i + 2) >>> 0;
      settings.push({ id, value });
      if (id === SETTING_HEADER_TABLE_SIZE) this.sides[direction === TO_SERVER ? 1 : 0].hpack.allow(value);
    }
    const tx = this.globalTransaction(direction);
    const message = tx.message(direction);
    message.addFrame(FrameType.settings, 1);
    message.settings = settings;
    return tx;
  }

  /** PRIORITY, RST_STREAM, PING, GOAWAY, WINDOW_UPDATE. */
  private control(data: Uint8Array, at: number, stop: number, side: Side, direction: Direction): void {
    const { type, streamId } = side;
    const isOfConnection = type === FrameType.ping || type === FrameType.goaway;
    const isOfStream = type === FrameType.priority || type === FrameType.rstStream;
    if (isOfConnection ? streamId !== 0 : isOfStream && streamId === 0) {
      this.misplaced(direction);
      return;
    }
    const tx = streamId === 0 ? this.globalTransaction(direction) : this.lateOrLive(side);
    const message = tx.message(direction);
    if (!message.addFrame(type, this.settings.maxFrames)) this.noteOnce(tx, HTTP2_ANOMALY.too_many_frames);
    this.changed(direction);
    const length = stop - at;
    if (type === FrameType.goaway ? length < 8 : length !== FIXED[type]) {
      this.noteOnce(tx, HTTP2_ANOMALY.invalid_frame_length);
      return;
    }
    if (message.frameCount > this.settings.maxFrames) return;
    if (type === FrameType.priority) (message.priorities ??= []).push(data[at + 4]!);
    else if (type === FrameType.windowUpdate) (message.windows ??= []).push(i32(data, at) & STREAM_MASK);
    else if (type === FrameType.goaway)
      (message.errors ??= []).push({ code: i32(data, at + 4) >>> 0, isOfStream: false });
    else if (type === FrameType.rstStream) this.reset(tx, message, i32(data, at) >>> 0, direction);
  }

  private reset(tx: Http2Transaction, message: Http2Message, code: number, direction: Direction): void {
    (message.errors ??= []).push({ code, isOfStream: true });
    if (!this.isLive(tx)) return;
    this.streams.linger(tx);
    this.close(tx, direction, 'truncated');
  }

  private isLive(tx: Http2Transaction): boolean {
    return this.streams.of(tx.streamId) === tx;
  }

  /** A frame that is not on the stream it should be on (RFC 9113 section 6). */
  misplaced(direction: Direction): void {
    this.anomaly(this.globalTransaction(direction), HTTP2_ANOMALY.invalid_frame_header);
  }

  // transactions

  /** Of a frame that is about the connection: complete at once. */
  globalTransaction(direction: Direction): Http2Transaction {
    const tx = new Http2Transaction(this.newId(), 0, SubState.global);
    tx.directions = 1 << direction;
    tx.advance(direction, Progress.complete);
    this.add(tx);
    return tx;
  }

  private lateOrLive(side: Side): Http2Transaction {
    const known = this.streams.ofLate(side.streamId);
    if (known !== undefined) return known;
    const isLate = this.streams.isOver(side.streamId);
    const tx = this.openStream(side.streamId);
    tx.isLate = isLate;
    if (isLate) this.streams.linger(tx);
    return tx;
  }

  /** The transaction of the stream of the frame under way, which is noted; one is opened where there is none. */
  streamTransaction(side: Side, direction: Direction): Http2Transaction {
    const tx = this.streams.of(side.streamId) ?? this.openStream(side.streamId);
    this.streams.noteOpened(side.streamId);
    const { maxFrames } = this.settings;
    if (!tx.message(direction).addFrame(side.type, maxFrames)) this.noteOnce(tx, HTTP2_ANOMALY.too_many_frames);
    this.changed(direction);
    return tx;
  }

  private openStream(stream: number): Http2Transaction {
    const tx = new Http2Transaction(this.newId(), stream, SubState.stream);
    this.add(tx);
    if (!this.streams.add(stream, tx)) this.noteOnce(tx, HTTP2_ANOMALY.too_many_streams);
    return tx;
  }

  /** Nothing more of a direction of a stream comes. */
  private close(tx: Http2Transaction, direction: Direction, how: 'closed' | 'truncated'): void {
    const message = tx.message(direction);
    if (message.isClosed) return;
    message.isClosed = true;
    this.sink.end(tx, direction, how);
    if (message.dns !== null) this.flow.services.becomeProtocol(this.flow, 'doh2');
    tx.advance(direction, Progress.closed);
    this.changed(direction);
    this.flow.services.triggerRawInspection(this.flow, direction);
    this.streams.settle(tx);
    if (tx.progress[direction] === Progress.complete) this.changed((direction ^ 1) as Direction);
  }

  private abandon(tx: Http2Transaction): void {
    for (const direction of [TO_SERVER, TO_CLIENT] as const)
      if (!tx.message(direction).isClosed) this.sink.end(tx, direction, 'truncated');
    this.changed(TO_SERVER);
    this.changed(TO_CLIENT);
  }

  noteOnce(tx: Http2Transaction, id: number): void {
    if (tx.anomalies?.includes(id) !== true) this.anomaly(tx, id);
  }

  /** HTTP/1 asked for HTTP/2: its request is the first stream's (RFC 7540 section 3.2). */
  private takeUpgrade(request: UpgradedRequest): void {
    const tx = this.openStream(1);
    this.streams.noteOpened(1);
    this.blocks.add(tx.request, fieldsOfUpgrade(request));
    tx.advance(TO_SERVER, Progress.headers);
    this.close(tx, TO_SERVER, 'closed');
    const settings = decodeSettingsHeader(request);
    if (settings === undefined) return;
    if (settings === null) this.anomaly(tx, HTTP2_ANOMALY.invalid_http1_settings);
    else if (settings.length > 0) this.noteSettings(settings, 0, settings.length, TO_SERVER);
  }

  /** Data may have holes; behind anything else that was missed no frame can be told from another. */
  override gap(direction: Direction, length: number): boolean {
    const side = this.sides[direction];
    const missing = length + side.pending;
    const isInFrame = side.wait !== Wait.preface && side.wait !== Wait.header && missing <= side.left;
    if (!isInFrame) return false;
    if (side.wait === Wait.data) this.sink.gap(side.tx!, direction, Math.min(missing, side.left - side.padding));
    else if (side.wait === Wait.payload) this.losePayload(side);
    side.pending = 0;
    side.left -= missing;
    if (side.wait === Wait.padLength) side.wait = Wait.data;
    else if (side.wait === Wait.payload) side.wait = Wait.skip;
    if (side.left > 0) return true;
    if (side.wait === Wait.data) this.endData(side, direction);
    side.wait = Wait.header;
    return true;
  }

  private losePayload(side: Side): void {
    const { type } = side;
    if (type !== FrameType.headers && type !== FrameType.continuation && type !== FrameType.pushPromise) return;
    side.hpack.lose();
    side.endBlock();
  }

  /** Nothing follows in a direction. */
  private end(direction: Direction): void {
    for (const tx of [...this.streams.all()]) {
      if (!tx.message(direction).isClosed) this.close(tx, direction, 'truncated');
    }
  }
}
