// HttpParser: requests and responses of one connection, each direction a small state machine.

import { copyOf } from '../../base/kept-bytes.ts';
import { BodyDecoder, contentCodings } from '../../applayer/content-coding/body-decoder.ts';
import type { BodyLimits } from '../../framework/body-buffer.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser } from '../../framework/app-parser.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { Framing } from './body.ts';
import { BodyReader } from './body-reader.ts';
import type { BodyHost } from './body-reader.ts';
import { BodySink } from './body-sink.ts';
import { HTTP_ANOMALY } from './events.ts';
import { isBodiless, isFramed, requestFraming, responseFraming } from './framing.ts';
import type { BodyFraming } from './framing.ts';
import { beginsHttp, lengthIn } from './first-line.ts';
import { takeRequestLine, takeStatusLine } from './line-taking.ts';
import { blockEnd } from './header-block.ts';
import { takeBlock, takeBroken, takeTrailers } from './header-taking.ts';
import { HeaderId, valueOf } from './headers.ts';
import { takeHost } from './host.ts';
import { Multipart, boundaryOf } from './multipart.ts';
import { requestNotes, responseNotes } from './notes.ts';
import { equalsText, firstLineEnd, lineEnd, looksLikeHeader } from './scan.ts';
import { BODY, MORE, bodyLineEnd, isLostLine, statusLineAt } from './response-start.ts';
import { settingsInForce } from './settings.ts';
import type { HttpSettings } from './settings.ts';
import { HttpTransaction, Progress, hasFileBody } from './transaction.ts';
import type { HttpMessage } from './transaction.ts';
import { FIELD_LIMIT, JUNK_BEHIND_LINE, Side, Wait } from './side.ts';
import { StrayReader } from './stray-reader.ts';
import type { StrayHost } from './stray-reader.ts';
import { Unanswered } from './unanswered.ts';
import { UPGRADE_PROTOCOLS, Upgrade, handedOver, upgradeOf } from './upgrade.ts';

const LF = 10;
const CR = 13;

export class HttpParser extends AppParser implements BodyHost, StrayHost {
  private readonly settings: HttpSettings;
  private readonly sides = [new Side(), new Side()] as const;
  private readonly unanswered: Unanswered;
  private isTunnel = false;
  /** What was left of a response is no status line, and nothing of the response is known. */
  private isLineless = false;
  /** What is odd about the first line at hand is told. */
  private isTold = true;
  private readonly sink: BodySink;
  private readonly bodies: BodyReader;
  private readonly strays: StrayReader;

  constructor(flow: AppFlow, configured: HttpSettings) {
    super(flow);
    const settings = settingsInForce(configured, flow.services.isInline);
    this.settings = settings;
    this.unanswered = new Unanswered(settings.maxTransactions);
    this.sink = new BodySink(flow, settings);
    this.bodies = new BodyReader(this, this.sink);
    this.strays = new StrayReader(this, this.sink);
    flow.services.holdBehind(flow, TO_SERVER, configured.requestBody.minimum);
    flow.services.holdBehind(flow, TO_CLIENT, configured.responseBody.minimum);
  }

  data(input: AppInput): number {
    const { direction } = input;
    this.sink.now = input.packet?.ts ?? 0;
    let at = input.start;
    for (;;) {
      if (this.flow.change !== undefined) return at - input.start;
      const next = this.step(input, direction, at);
      if (next < 0) break;
      at = next;
      this.closeFrame(input, this.sides[direction], at);
      if (at >= input.end) break;
    }
    if (this.sides[direction].wait === Wait.stray) {
      this.finish(this.sides[direction], direction);
      this.closeFrame(input, this.sides[direction], at);
    }
    if (input.isEof) {
      this.end(input, direction, at);
      return input.end - input.start;
    }
    return at - input.start;
  }

  override endsWithSession(direction: Direction): boolean {
    return direction === TO_SERVER || this.sides[direction].wait !== Wait.line || !this.isLineless;
  }

  /** A line or block that is longer than any should be: nothing more of the direction is looked at. */
  tooLong(direction: Direction, input: AppInput): number {
    const side = this.sides[direction];
    const tx = side.tx ?? this.newTransaction();
    this.anomaly(
      tx,
      direction === TO_SERVER ? HTTP_ANOMALY.request_field_too_long : HTTP_ANOMALY.response_field_too_long,
    );
    side.wait = Wait.nothing;
    return input.end;
  }

  /** One step from `at`; where the next begins, -1 when more bytes are needed. */
  private step(input: AppInput, direction: Direction, at: number): number {
    const side = this.sides[direction];
    switch (side.wait) {
      case Wait.line:
        return this.firstLine(input, direction, at);
      case Wait.headers:
        return this.headers(input, direction, at);
      case Wait.bodyOrLine:
        return this.bodyOrLine(input, side, at);
      case Wait.stray:
      case Wait.strayLine:
        return this.strays.step(input, side, at);
      case Wait.headersOrNothing:
        return this.headersOrNothing(input, side, at);
      case Wait.nothing:
        return input.end;
      default:
        return this.bodies.step(input, side, at);
    }
  }

  private firstLine(input: AppInput, direction: Direction, at: number): number {
    const { data, end } = input;
    const from = at;
    // empty lines before a message are left out (RFC 9112 section 2.2)
    while (at < end && (data[at] === LF || data[at] === CR)) at++;
    if (direction === TO_CLIENT && this.answersNine() && from < end) return this.bodyOfNine(from);
    if (from < end) this.sides[direction].tx ??= direction === TO_SERVER ? this.newTransaction() : this.answered();
    if (at >= end) return -1;
    if (direction === TO_CLIENT) {
      const start = statusLineAt(input, at);
      this.isLineless = start < 0 && this.sides[direction].tx?.hasResponse !== true;
      if (start === MORE) return -1;
      if (start === BODY) return this.lineWithoutStatus(input, at);
    }
    const next = direction === TO_CLIENT ? firstLineEnd(data, at, end) : lineEnd(data, at, end);
    if ((next < 0 ? end : next) - at > FIELD_LIMIT) return this.tooLong(direction, input);
    if (next < 0 && !input.isEof) return -1;
    return this.take(input, direction, at, next < 0 ? end : next);
  }

  /** The first line at [at, next); nothing is told of one that breaks off. */
  private take(input: AppInput, direction: Direction, at: number, next: number): number {
    this.isTold = stopsLine(input.data[next - 1]);
    let stop = next;
    while (stop > at && (input.data[stop - 1] === LF || input.data[stop - 1] === CR)) stop--;
    const line = copyOf(input.data, at, stop);
    const taken = direction === TO_SERVER ? this.requestLine(input, line, next) : this.statusLine(line, next);
    const side = this.sides[direction];
    side.frame = this.frame(input, direction === TO_SERVER ? 'request' : 'response', at, -1, side.tx);
    this.isTold = true;
    return taken;
  }

  /** A message that is over by `at` has all of its frame. */
  private closeFrame(input: AppInput, { frame, wait }: Side, at: number): void {
    const isOver = wait === Wait.line || wait === Wait.nothing;
    if (frame !== null && frame.length < 0 && isOver) this.endFrame(frame, input, at);
  }

  private requestLine(input: AppInput, line: Uint8Array, next: number): number {
    const side = this.sides[TO_SERVER];
    const tx = side.tx!;
    this.noteLine(tx, takeRequestLine(tx, line, this.settings));
    tx.advance(TO_SERVER, Progress.line);
    side.wait = tx.request.protocol.length === 0 ? Wait.headersOrNothing : Wait.headers;
    return next;
  }

  private noteLine(tx: HttpTransaction, ids: readonly number[]): void {
    if (this.isTold) for (const id of ids) this.anomaly(tx, id);
  }

  /** What follows a request line without protocol (HTTP/0.9 has nothing there). */
  private headersOrNothing(input: AppInput, side: Side, at: number): number {
    const next = lineEnd(input.data, at, input.end);
    if (next < 0 && !input.isEof && input.end - at <= FIELD_LIMIT) return -1;
    const isMuch = input.end - at > JUNK_BEHIND_LINE;
    if (isMuch || looksLikeHeader(input.data, at, next < 0 ? input.end : next)) {
      this.anomaly(side.tx!, HTTP_ANOMALY.request_line_missing_protocol);
      side.wait = Wait.headers;
      return at;
    }
    if (!input.isEof) return -1;
    this.finish(side, TO_SERVER);
    side.wait = Wait.nothing;
    return at;
  }

  private statusLine(line: Uint8Array, next: number): number {
    const requests = this.sides[TO_SERVER];
    if (requests.wait === Wait.headersOrNothing) this.finish(requests, TO_SERVER);
    const side = this.sides[TO_CLIENT];
    const tx = side.tx!;
    this.noteLine(tx, takeStatusLine(tx, line));
    tx.advance(TO_CLIENT, Progress.line);
    side.wait = Wait.headers;
    return next;
  }

  /** The request that is answered next; one is made up where there is none. */
  private answered(): HttpTransaction {
    const known = this.unanswered.oldest;
    if (known !== undefined) {
      const { wait, tx } = this.sides[TO_SERVER];
      if (tx === known && wait === Wait.line) this.anomaly(tx, HTTP_ANOMALY.request_line_incomplete);
      return known;
    }
    const tx = this.newTransaction();
    tx.rawUri = tx.path = UNMATCHED_URI;
    tx.advance(TO_SERVER, Progress.complete);
    this.anomaly(tx, HTTP_ANOMALY.unable_to_match_response_to_request);
    return tx;
  }

  private newTransaction(): HttpTransaction {
    const tx = new HttpTransaction(this.newId(), this.settings);
    this.add(tx);
    this.unanswered.add(tx);
    return tx;
  }

  /** The first bytes after a response that has no body and says how long it is. */
  private bodyOrLine(input: AppInput, side: Side, at: number): number {
    const isHttp = beginsHttp(input.data, at, input.end);
    if (isHttp === undefined && !input.isEof) return -1;
    const tx = side.tx!;
    if (isHttp === false) this.beginBody(tx, side, TO_CLIENT, responseFraming(tx.response));
    else this.finish(side, TO_CLIENT);
    return at;
  }

  /** A status that has no body, and headers that say there is one. */
  private bodyOfNone(tx: HttpTransaction, side: Side, message: HttpMessage): void {
    this.anomaly(tx, HTTP_ANOMALY.response_body_unexpected);
    const length = valueOf(message.headers, HeaderId['content-length']);
    if (length !== null && lengthIn(length, 0, length.length) === 0) this.complete(side);
    else side.wait = Wait.bodyOrLine;
  }

  /** The response to a request without protocol: it has no status line, whatever it looks like. */
  private answersNine(): boolean {
    const { wait, tx } = this.sides[TO_SERVER];
    return wait === Wait.headersOrNothing && tx === this.unanswered.oldest;
  }

  /** All there is until the end is one body; nothing more is asked (RFC 1945 section 4.1). */
  private bodyOfNine(at: number): number {
    const requests = this.sides[TO_SERVER];
    this.finish(requests, TO_SERVER);
    requests.wait = Wait.nothing;
    this.beginBodyAlone();
    return at;
  }

  /** Lines that are no status line are a body; with the bytes at hand it is over. */
  private lineWithoutStatus(input: AppInput, at: number): number {
    const { data, end } = input;
    const next = bodyLineEnd(input, at);
    if ((next < 0 ? end : next) - at > FIELD_LIMIT) return this.tooLong(TO_CLIENT, input);
    if (next < 0 || isLostLine(input, at, next)) return next;
    const side = this.sides[TO_CLIENT];
    const tx = side.tx!;
    side.framing = Framing.untilClose;
    side.decoder = null;
    tx.hasResponse = true;
    if (next < end) {
      for (const id of this.sink.take(side, TO_CLIENT, data, at, next)) this.anomaly(tx, id);
      return next;
    }
    this.bodies.bytes(side, TO_CLIENT, data, at, next);
    this.complete(side);
    return next;
  }

  private beginBodyAlone(): void {
    const side = this.sides[TO_CLIENT];
    const tx = this.answered();
    side.tx = tx;
    tx.hasResponse = true;
    tx.advance(TO_CLIENT, Progress.headers);
    side.framing = Framing.untilClose;
    side.decoder = null;
    side.wait = Wait.body;
  }

  private headers(input: AppInput, direction: Direction, at: number): number {
    const { data, end } = input;
    const next = blockEnd(data, at, end, direction);
    if (next < 0 && !input.isEof && end - at <= FIELD_LIMIT) return -1;
    const stop = next < 0 ? end : next;
    if (stop - at > FIELD_LIMIT) return this.tooLong(direction, input);
    const side = this.sides[direction];
    const tx = side.tx!;
    const message = tx.message(direction);
    const block = copyOf(data, at, stop);
    const { headersLimit } = this.settings;
    const found = next < 0 ? takeBroken : takeBlock;
    for (const id of found(tx, direction, block, headersLimit)) this.anomaly(tx, id);
    if (next < 0) return stop;
    tx.advance(direction, Progress.headers);
    if (direction === TO_SERVER) this.requestHeaders(tx, side, message);
    else this.responseHeaders(tx, side, message);
    return stop;
  }

  private requestHeaders(tx: HttpTransaction, side: Side, message: HttpMessage): void {
    for (const id of takeHost(tx)) this.anomaly(tx, id);
    for (const id of requestNotes(tx)) this.anomaly(tx, id);
    side.decoder = this.decoderFor(tx, message, this.settings.requestBody);
    const type = valueOf(message.headers, HeaderId['content-type']);
    const boundary = type === null || !equalsText(tx.method, 'POST') || !hasFileBody(tx) ? null : boundaryOf(type);
    side.parts =
      boundary === null
        ? null
        : new Multipart(
            boundary,
            this.sink.parts(tx, (which) => {
              this.anomaly(
                tx,
                which === 'header' ? HTTP_ANOMALY.multipart_invalid_header : HTTP_ANOMALY.multipart_no_filedata,
              );
            }),
          );
    if (equalsText(tx.method, 'CONNECT')) {
      this.finish(side, TO_SERVER);
      side.wait = Wait.nothing;
      this.isTunnel = true;
      return;
    }
    this.beginBody(tx, side, TO_SERVER, requestFraming(message));
  }

  private responseHeaders(tx: HttpTransaction, side: Side, message: HttpMessage): void {
    const status = tx.statusNumber;
    if (status === 100 && !isFramed(message)) {
      if (tx.continues++ > 0) this.anomaly(tx, HTTP_ANOMALY['100_continue_already_seen']);
      side.wait = Wait.line;
      return;
    }
    for (const id of responseNotes(tx)) this.anomaly(tx, id);
    if (this.isTunnel && status >= 200 && status < 300 && equalsText(tx.method, 'CONNECT')) {
      this.openTunnel(side);
      return;
    }
    if (this.isTunnel && this.sides[TO_SERVER].wait === Wait.nothing) {
      this.sides[TO_SERVER].wait = Wait.line;
      this.isTunnel = false;
    }
    if (status === 101 && !isFramed(message)) {
      this.finish(side, TO_CLIENT);
      const upgrade = valueOf(message.headers, HeaderId.upgrade) ?? valueOf(tx.request.headers, HeaderId.upgrade);
      const asked = upgrade === null ? Upgrade.none : upgradeOf(upgrade);
      const state = asked === Upgrade.h2c ? handedOver(tx) : undefined;
      this.changeProtocol(tx, UPGRADE_PROTOCOLS[asked]!, state);
      return;
    }
    side.decoder = this.decoderFor(tx, message, this.settings.responseBody);
    if (equalsText(tx.method, 'HEAD') || (isBodiless(status) && !isFramed(message))) this.complete(side);
    else if (isBodiless(status)) this.bodyOfNone(tx, side, message);
    else this.beginBody(tx, side, TO_CLIENT, responseFraming(message));
  }

  /** Null: the body is as it was meant. */
  private decoderFor(tx: HttpTransaction, message: HttpMessage, limits: BodyLimits): BodyDecoder | null {
    const notes = { unknown: 0, isTooDeep: false };
    const codings = contentCodings(valueOf(message.headers, HeaderId['content-encoding']), this.settings, notes);
    for (let i = 0; i < notes.unknown; i++) this.anomaly(tx, HTTP_ANOMALY.abnormal_ce_header);
    if (notes.isTooDeep) this.anomaly(tx, HTTP_ANOMALY.too_many_encoding_layers);
    return codings.length === 0 ? null : new BodyDecoder(codings, limits, this.settings);
  }

  private openTunnel(side: Side): void {
    const tx = side.tx!;
    this.finish(side, TO_CLIENT);
    this.changeProtocol(tx, null);
  }

  private changeProtocol(tx: HttpTransaction, expected: string | null, state?: unknown): void {
    if (this.flow.isChanging) this.anomaly(tx, HTTP_ANOMALY.failed_protocol_change);
    else this.flow.services.changeProtocol(this.flow, expected, state);
  }

  private beginBody(
    tx: HttpTransaction,
    side: Side,
    direction: Direction,
    { framing, size, notes }: BodyFraming,
  ): void {
    for (const id of notes) this.anomaly(tx, id);
    if (framing === Framing.none) {
      this.complete(side);
      return;
    }
    side.framing = framing;
    side.left = size;
    side.wait = framing === Framing.chunked ? Wait.chunkSize : Wait.body;
    tx.advance(direction, Progress.body);
  }

  /** Something is wrong with a message. */
  note(tx: HttpTransaction, id: number): void {
    this.anomaly(tx, id);
  }

  trailers(side: Side, direction: Direction, block: Uint8Array): void {
    const tx = side.tx!;
    for (const id of takeTrailers(tx, direction, block, this.settings.headersLimit)) this.anomaly(tx, id);
  }

  complete(side: Side): void {
    side.wait = Wait.stray;
  }

  /** A message is complete. */
  finish(side: Side, direction: Direction): void {
    const tx = side.tx!;
    const message = tx.message(direction);
    for (const id of this.sink.finish(side, direction)) this.anomaly(tx, id);
    side.parts?.finish('closed');
    side.parts = null;
    message.body.isComplete = true;
    if (message.file !== null) this.flow.services.files.close(message.file, 'closed');
    tx.advance(direction, Progress.complete);
    this.changed(direction);
    this.flow.services.triggerRawInspection(this.flow, direction);
    side.wait = Wait.line;
    side.decoder = null;
    side.tx = null;
    if (direction === TO_SERVER) return;
    this.flow.services.triggerRawInspection(this.flow, TO_SERVER);
    if (this.sides[TO_SERVER].tx !== tx) tx.advance(TO_SERVER, Progress.complete);
    this.unanswered.remove(tx);
  }

  override gap(direction: Direction, length: number): boolean {
    const side = this.sides[direction];
    if (side.wait === Wait.body || side.wait === Wait.chunkData) {
      const tx = side.tx!;
      const part = side.framing === Framing.untilClose ? length : Math.min(length, side.left);
      if (side.framing !== Framing.untilClose) side.left -= part;
      for (const id of this.sink.finish(side, direction)) this.anomaly(tx, id);
      side.decoder = null;
      this.sink.gap(side, direction, part);
      if (part < length) this.anomaly(tx, HTTP_ANOMALY.invalid_gap); // what follows begins anew, it is hoped
      if (side.framing === Framing.chunked && side.left === 0) side.wait = Wait.chunkEnd;
      if (side.framing === Framing.length && side.left === 0) this.finish(side, direction);
      return true;
    }
    // lines are missing: the next go on where those stopped
    const tx = side.tx ?? this.transactions.at(-1);
    if (tx !== undefined && side.wait !== Wait.nothing) this.anomaly(tx, HTTP_ANOMALY.invalid_gap);
    return true;
  }

  /** Nothing follows in a direction. */
  private end(input: AppInput, direction: Direction, at: number): void {
    const side = this.sides[direction];
    if (side.wait === Wait.body && side.framing !== Framing.untilClose && at < input.end)
      this.bodies.bytes(side, direction, input.data, at, input.end);
    const { tx } = side;
    if (tx === null || side.wait === Wait.nothing) return;
    const message = tx.message(direction);
    if (side.wait === Wait.line) {
      if (message.file !== null) this.flow.services.files.close(message.file, 'truncated');
      return;
    }
    // with its last chunk a body is whole, whatever becomes of the trailers (RFC 9112 section 8)
    const isTrailing = side.wait === Wait.trailer;
    if (isTrailing && at < input.end) this.trailers(side, direction, copyOf(input.data, at, input.end));
    const isStray = side.wait === Wait.strayLine;
    const isWhole = isTrailing || isStray || (side.wait === Wait.body && side.framing === Framing.untilClose);
    message.body.isComplete = true;
    side.parts?.finish('truncated');
    if (message.file !== null) this.flow.services.files.close(message.file, isWhole ? 'closed' : 'truncated');
    this.finish(side, direction);
    side.wait = Wait.nothing;
  }
}

function stopsLine(byte: number | undefined): boolean {
  return byte === LF || byte === CR;
}

const UNMATCHED_URI = Buffer.from('/libhtp::request_uri_not_seen');
