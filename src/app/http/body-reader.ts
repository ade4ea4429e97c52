// BodyReader: bodies as they come: by their length, until the end, or in chunks (RFC 9112 section 7.1).

import { byteIndex } from '../../base/bytes.ts';
import { copyOf } from '../../base/kept-bytes.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { Framing } from './body.ts';
import type { BodySink } from './body-sink.ts';
import { HTTP_ANOMALY } from './events.ts';
import { NO_SIZE, TOO_LARGE, parseChunkSize } from './first-line.ts';
import { blockEnd } from './header-block.ts';
import { isSpace } from './headers.ts';
import { isHex, lineEnd } from './scan.ts';
import { CHUNK_LINE_LIMIT, FIELD_LIMIT, Wait } from './side.ts';
import type { Side } from './side.ts';
import { Progress } from './transaction.ts';
import type { HttpTransaction } from './transaction.ts';

const LF = 10;
const CR = 13;
const SEMICOLON = 59;

/** The parser that bodies are read for. */
export interface BodyHost {
  note(tx: HttpTransaction, id: number): void;
  /** Header fields behind the body (RFC 9110 section 6.5); the block of them is the message's own. */
  trailers(side: Side, direction: Direction, block: Uint8Array): void;
  /** The message is whole, but for what may stray behind it. */
  complete(side: Side): void;
  /** Gives the direction up; @returns where it ends */
  tooLong(direction: Direction, input: AppInput): number;
}

export class BodyReader {
  private readonly host: BodyHost;
  private readonly sink: BodySink;

  constructor(host: BodyHost, sink: BodySink) {
    this.host = host;
    this.sink = sink;
  }

  /** One step from `at`; where the next begins, -1 when more bytes are needed. */
  step(input: AppInput, side: Side, at: number): number {
    const { direction } = input;
    switch (side.wait) {
      case Wait.body:
        return this.body(input, side, direction, at);
      case Wait.chunkSize:
        return this.chunkSize(input, side, direction, at);
      case Wait.chunkData:
        return this.chunkData(input, side, direction, at);
      case Wait.chunkEnd:
        return this.chunkEnd(input, side, at);
      default:
        return this.trailer(input, side, direction, at);
    }
  }

  private body(input: AppInput, side: Side, direction: Direction, at: number): number {
    const { end } = input;
    const stop = side.framing === Framing.length ? Math.min(end, at + side.left) : end;
    this.bytes(side, direction, input.data, at, stop);
    if (side.framing === Framing.length) {
      side.left -= stop - at;
      if (side.left === 0) this.host.complete(side);
    }
    return stop;
  }

  private chunkSize(input: AppInput, side: Side, direction: Direction, at: number): number {
    const { data } = input;
    let start = at;
    while (start < input.end && (data[start] === CR || data[start] === LF)) start++;
    while (start < input.end && isSpace(data[start]!)) start++;
    const next = lineEnd(data, start, input.end);
    const stop = next < 0 ? input.end : next;
    if (start === stop) return this.emptyLines(input, side, at, start);
    const isOdd = !isHex(data[start]!);
    if (stop - start > CHUNK_LINE_LIMIT || (isOdd && next < 0)) return this.badChunk(side, direction, start, start);
    if (next < 0) return -1;
    const size = isOdd ? NO_SIZE : parseChunkSize(data, start, stop);
    if (size === NO_SIZE) return this.badChunk(side, direction, start, next);
    if (size === TOO_LARGE) return this.largeChunk(side, direction, start, next);
    if (byteIndex(data, SEMICOLON, start, next) >= 0) {
      const A = HTTP_ANOMALY;
      const id = direction === TO_SERVER ? A.request_chunk_extension : A.response_chunk_extension;
      if (side.tx!.anomalies?.includes(id) !== true) this.host.note(side.tx!, id); // once, however many chunks have one
    }
    side.tx!.message(direction).wireLength += next - at; // Suricata's length has the framing in it
    side.left = size;
    side.wait = size === 0 ? Wait.trailer : Wait.chunkData;
    if (size === 0) side.tx!.advance(direction, Progress.trailer);
    return next;
  }

  /** Nothing but line ends, in front of a size. */
  private emptyLines({ data, direction }: AppInput, side: Side, at: number, end: number): number {
    if (end === at || data[end - 1] !== LF) return -1;
    side.tx!.message(direction).wireLength += end - at;
    return end;
  }

  /** What is no chunk is the rest of the body. */
  private badChunk(side: Side, direction: Direction, at: number, next: number): number {
    const A = HTTP_ANOMALY;
    side.tx!.message(direction).wireLength += next - at; // the line counts as a size and as body, as in Suricata
    this.host.note(side.tx!, direction === TO_SERVER ? A.invalid_request_chunk_len : A.invalid_response_chunk_len);
    side.framing = Framing.untilClose;
    side.wait = Wait.body;
    return at;
  }

  /** A size beyond what a chunk can have: browsers take the next line for one. */
  private largeChunk(side: Side, direction: Direction, at: number, next: number): number {
    if (direction === TO_SERVER) return this.badChunk(side, direction, at, next);
    side.tx!.message(direction).wireLength += next - at;
    return next;
  }

  private chunkData(input: AppInput, side: Side, direction: Direction, at: number): number {
    const stop = Math.min(input.end, at + side.left);
    this.bytes(side, direction, input.data, at, stop);
    side.left -= stop - at;
    if (side.left === 0) side.wait = Wait.chunkEnd;
    return stop;
  }

  /** What stands behind a chunk in its line is lost. */
  private chunkEnd({ data, end, direction }: AppInput, side: Side, at: number): number {
    const next = lineEnd(data, at, end);
    const stop = next < 0 ? end : next;
    side.tx!.message(direction).wireLength += stop - at;
    if (next >= 0) side.wait = Wait.chunkSize;
    return stop;
  }

  private trailer(input: AppInput, side: Side, direction: Direction, at: number): number {
    const { data, end } = input;
    const next = blockEnd(data, at, end, direction);
    if ((next < 0 ? end : next) - at > FIELD_LIMIT) return this.host.tooLong(direction, input);
    if (next < 0) return -1;
    this.host.trailers(side, direction, copyOf(data, at, next));
    this.host.complete(side);
    return next;
  }

  /** Takes bytes of the body under way. */
  bytes(side: Side, direction: Direction, data: Uint8Array, start: number, end: number): void {
    if (end <= start) return;
    side.tx!.advance(direction, Progress.body);
    for (const id of this.sink.take(side, direction, data, start, end)) this.host.note(side.tx!, id);
  }
}
