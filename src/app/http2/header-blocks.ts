// HeaderBlocks: the headers in HEADERS, PUSH_PROMISE and CONTINUATION frames, put together and decoded.

import { TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { i32 } from '../../wire/read.ts';
import { HTTP2_ANOMALY } from './events.ts';
import { FrameFlag, PRIORITY_LENGTH, STREAM_MASK } from './frame-types.ts';
import { Block } from './hpack.ts';
import type { HeaderField } from './hpack.ts';
import { hasTwoHosts, hasUserInfo } from './parts.ts';
import type { Http2Settings } from './settings.ts';
import type { Side } from './side.ts';
import type { Http2Message, Http2Transaction } from './transaction.ts';

/** The connection that the headers belong to. */
export interface BlockHost {
  noteOnce(tx: Http2Transaction, id: number): void;
  /** The frame under way is on a stream it cannot be on. */
  misplaced(direction: Direction): void;
  globalTransaction(direction: Direction): Http2Transaction;
  /** Of the stream of the frame under way. */
  streamTransaction(side: Side, direction: Direction): Http2Transaction;
  live(stream: number): Http2Transaction | undefined;
  isOver(stream: number): boolean;
  /** Of a stream that a server promises. */
  promised(stream: number): Http2Transaction;
  /** A message has new headers; `isLast`: and nothing behind them. */
  headersRead(tx: Http2Transaction, direction: Direction, how: { readonly isLast: boolean }): void;
}

export class HeaderBlocks {
  private readonly host: BlockHost;
  /** Bytes of a block in several frames, and of the headers of a message. */
  private readonly most: number;
  private readonly fields: HeaderField[] = [];

  constructor(host: BlockHost, { maxReassemblySize }: Http2Settings) {
    this.host = host;
    this.most = maxReassemblySize;
  }

  headers(data: Uint8Array, at: number, stop: number, side: Side, direction: Direction): void {
    const { flags, streamId } = side;
    if (streamId === 0) {
      this.host.misplaced(direction);
      return;
    }
    if (side.blockStream !== 0) this.dropBlock(side, direction);
    const isReused = this.host.isOver(streamId);
    const tx = this.host.streamTransaction(side, direction);
    if (isReused) this.host.noteOnce(tx, HTTP2_ANOMALY.stream_id_reuse);
    let start = at;
    let end = stop;
    if ((flags & FrameFlag.padded) !== 0) {
      end = stop - (at < stop ? data[at]! : 0);
      start++;
    }
    if ((flags & FrameFlag.priority) !== 0) {
      if (start + PRIORITY_LENGTH <= end) (tx.message(direction).priorities ??= []).push(data[start + 4]!);
      start += PRIORITY_LENGTH;
    }
    if (start > end) {
      this.host.noteOnce(tx, HTTP2_ANOMALY.invalid_frame_data);
      side.hpack.lose();
      return;
    }
    side.beginBlock(streamId, streamId, (flags & FrameFlag.endStream) !== 0);
    this.fragment(data, start, end, side, direction);
  }

  /** PUSH_PROMISE (RFC 9113 section 6.6): the request that a server answers before it is asked. */
  pushPromise(data: Uint8Array, at: number, stop: number, side: Side, direction: Direction): void {
    const { flags, streamId } = side;
    if (streamId === 0) {
      this.host.misplaced(direction);
      return;
    }
    if (side.blockStream !== 0) this.dropBlock(side, direction);
    const tx = this.host.streamTransaction(side, direction);
    let start = at;
    let end = stop;
    if ((flags & FrameFlag.padded) !== 0) {
      end = stop - (at < stop ? data[at]! : 0);
      start++;
    }
    if (start + 4 > end) {
      this.host.noteOnce(tx, HTTP2_ANOMALY.invalid_frame_data);
      side.hpack.lose();
      return;
    }
    side.beginBlock(streamId, i32(data, start) & STREAM_MASK, false);
    this.fragment(data, start + 4, end, side, direction);
  }

  continuation(data: Uint8Array, at: number, stop: number, side: Side, direction: Direction): void {
    if (side.streamId === 0) {
      this.host.misplaced(direction);
      return;
    }
    const tx = this.host.streamTransaction(side, direction);
    if (side.blockStream !== side.streamId) {
      this.host.noteOnce(tx, HTTP2_ANOMALY.continuation_without_headers);
      side.hpack.lose();
      return;
    }
    this.fragment(data, at, stop, side, direction);
  }

  /** A part of a header block; all of it where the frame says so. */
  private fragment(data: Uint8Array, start: number, end: number, side: Side, direction: Direction): void {
    const isLast = (side.flags & FrameFlag.endHeaders) !== 0;
    if (isLast && side.blockLength === 0) {
      this.block(data, start, end, side, direction);
      return;
    }
    if (!side.keep(data, start, end, this.most)) {
      const tx = this.host.live(side.blockStream);
      if (tx !== undefined) this.host.noteOnce(tx, HTTP2_ANOMALY.reassembly_limit_reached);
      side.hpack.lose();
      side.endBlock();
      return;
    }
    if (isLast) this.block(side.block, 0, side.blockLength, side, direction);
  }

  /** Another message begins before the block of one is whole. */
  private dropBlock(side: Side, direction: Direction): void {
    const tx = this.host.live(side.blockStream) ?? this.host.globalTransaction(direction);
    this.host.noteOnce(tx, HTTP2_ANOMALY.invalid_header);
    side.hpack.lose();
    side.endBlock();
  }

  private block(data: Uint8Array, start: number, end: number, side: Side, direction: Direction): void {
    const { blockStream, blockTarget, blockEndsStream, hpack } = side;
    const { fields } = this;
    fields.length = 0;
    const result = hpack.decode(data, start, end, fields);
    side.endBlock();
    const isPromise = blockTarget !== blockStream;
    const tx = isPromise ? this.host.promised(blockTarget) : this.host.live(blockTarget);
    if (tx === undefined) return;
    const to = isPromise ? TO_SERVER : direction;
    const isKept = this.add(tx.message(to), fields);
    this.noteBlock(tx, result, !isKept || hpack.isTooLong, hpack.hasOverflow);
    if (to === TO_SERVER) this.checkRequest(tx);
    this.host.headersRead(tx, to, { isLast: isPromise || blockEndsStream });
  }

  private noteBlock(tx: Http2Transaction, result: number, isTooLong: boolean, hasOverflow: boolean): void {
    const A = HTTP2_ANOMALY;
    if (result === Block.broken) this.host.noteOnce(tx, A.invalid_header);
    else if (result === Block.cut) this.host.noteOnce(tx, A.extra_header_data);
    else if (result === Block.integerOverflow) this.host.noteOnce(tx, A.header_integer_overflow);
    if (isTooLong) this.host.noteOnce(tx, A.too_long_repeated_headers);
    if (hasOverflow) this.host.noteOnce(tx, A.header_table_overflow);
  }

  /** False: there is no room for all of them. */
  add(message: Http2Message, fields: readonly HeaderField[]): boolean {
    message.parts = null;
    for (const field of fields) {
      if (field.sizeUpdate >= 0) {
        (message.sizeUpdates ??= []).push({ at: message.fields.length, size: field.sizeUpdate });
        continue;
      }
      message.fieldBytes += field.name.length + field.value.length;
      if (message.fieldBytes > this.most) return false;
      message.fields.push(field);
    }
    return true;
  }

  private checkRequest(tx: Http2Transaction): void {
    const { fields } = tx.request;
    if (hasUserInfo(fields)) this.host.noteOnce(tx, HTTP2_ANOMALY.userinfo_in_uri);
    if (hasTwoHosts(fields)) this.host.noteOnce(tx, HTTP2_ANOMALY.authority_host_mismatch);
  }
}
