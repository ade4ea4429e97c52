// HttpFollower: from message to message, for connections whose requests and responses nobody looks at. It takes the
// same turns as HttpParser, which it must count like, and keeps nothing.

import type { AppInput } from '../../framework/app-input.ts';
import { AppParser } from '../../framework/app-parser.ts';
import { UpgradedRequest } from '../../framework/http-parts.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { Framing } from './body.ts';
import { TOO_LARGE, beginsHttp, parseChunkSize, parseRequestLine, statusOf } from './first-line.ts';
import { isBodiless } from './framing.ts';
import { blockEnd } from './header-block.ts';
import { HeaderScan, readHeaders } from './header-scan.ts';
import { equalsNocase, isSpace } from './headers.ts';
import { firstLineEnd, isHex, lineEnd, looksLikeHeader } from './scan.ts';
import { BODY, MORE, bodyLineEnd, isLostLine, statusLineAt } from './response-start.ts';
import { CHUNK_LINE_LIMIT, FIELD_LIMIT, JUNK_BEHIND_LINE, Wait } from './side.ts';
import { endOf, strayInRequest, strayInResponse } from './stray.ts';
import { MAX_TRANSACTIONS } from './settings.ts';
import { UPGRADE_PROTOCOLS, Upgrade } from './upgrade.ts';

const LF = 10;
const CR = 13;
/** The rest of a direction. */
const ALL = Number.MAX_SAFE_INTEGER;
const NO_TRANSACTION = -1;
/** What is kept of a request: HEAD and CONNECT have responses of their own kind, one that was never seen is made up;
 * above them, the value of Upgrade. */
const Kind = { head: 1, connect: 2, seen: 4, upgradeShift: 3 } as const;
const HEAD = Buffer.from('head');
const CONNECT = Buffer.from('connect');
const PROTOCOLS = ['http/1.1', 'http/1.0'].map((text) => Buffer.from(text));
const PROTOCOL_LENGTH = 8;

/** One direction: what it waits for, and the number of its transaction. */
class Half {
  wait: number = Wait.line;
  framing: number = Framing.none;
  /** Bytes of the body or chunk to come. */
  left = 0;
  tx = NO_TRANSACTION;
}

/** A request without a header that HTTP/2 asks for. */
const PLAIN_REQUEST = new UpgradedRequest(Buffer.from('GET'), Buffer.from('/'), []);

const scan = new HeaderScan();

export class HttpFollower extends AppParser {
  private readonly halves = [new Half(), new Half()] as const;
  /** Kinds of the requests from `oldestAsked` on: those whose response is not complete. */
  private readonly kinds: number[] = [];
  private oldestAsked = 0;
  /** Status of the response under way, and of the one before it. */
  private status = -1;
  private isTunnel = false;
  /** Requests for HTTP/2, which go over to it, by their numbers; null for none. */
  private asksHttp2: Map<number, UpgradedRequest> | null = null;

  data(input: AppInput): number {
    const { direction, end } = input;
    const half = this.halves[direction];
    this.flow.isQuiet = true;
    let at = input.start;
    for (;;) {
      if (this.flow.change !== undefined) return at - input.start;
      const next = this.step(input, half, at);
      if (next < 0) break;
      at = next;
      if (at >= end) break;
    }
    if (half.wait === Wait.stray) this.finish(half, direction);
    if (input.isEof) {
      this.end(half, direction);
      return end - input.start;
    }
    if (at === end) this.flow.skip = this.useless(half);
    return at - input.start;
  }

  /** Bytes that need not be given: of a body all but the last, with which the message is over. */
  private useless(half: Half): number {
    if (half.wait === Wait.nothing) return this.isTunnel ? 0 : ALL; // the answer may close the tunnel
    if (half.wait !== Wait.body && half.wait !== Wait.chunkData) return 0;
    return half.framing === Framing.untilClose ? ALL : half.left - 1;
  }

  override passed(direction: Direction, length: number): void {
    const half = this.halves[direction];
    if (half.framing !== Framing.untilClose) half.left -= length;
  }

  private step(input: AppInput, half: Half, at: number): number {
    switch (half.wait) {
      case Wait.line:
        return this.firstLine(input, half, at);
      case Wait.headers:
        return this.headers(input, half, at);
      case Wait.body:
      case Wait.chunkData:
        return this.body(input, half, at);
      case Wait.chunkSize:
        return this.chunkSize(input, half, at);
      case Wait.chunkEnd:
        return chunkEnd(input, half, at);
      case Wait.trailer:
        return this.trailer(input, half, at);
      case Wait.bodyOrLine:
        return this.bodyOrLine(input, half, at);
      case Wait.headersOrNothing:
        return this.headersOrNothing(input, half, at);
      case Wait.stray:
      case Wait.strayLine:
        return this.stray(input, half, at);
      default:
        return input.end;
    }
  }

  private tooLong(half: Half, end: number): number {
    if (half.tx === NO_TRANSACTION) this.newTransaction(0);
    half.wait = Wait.nothing;
    return end;
  }

  private firstLine(input: AppInput, half: Half, at: number): number {
    const { data, end, direction, isEof } = input;
    const from = at;
    while (at < end && (data[at] === LF || data[at] === CR)) at++;
    if (direction === TO_CLIENT && this.answersNine() && from < end) return this.bodyOfNine(half, from);
    if (from < end && half.tx === NO_TRANSACTION)
      half.tx = direction === TO_SERVER ? this.newTransaction(0) : this.answered();
    if (at >= end) return -1;
    if (direction === TO_CLIENT) {
      const start = statusLineAt(input, at);
      if (start === MORE) return -1;
      if (start === BODY) return this.lineWithoutStatus(input, half, at);
    }
    const next = direction === TO_CLIENT ? firstLineEnd(data, at, end) : lineEnd(data, at, end);
    if ((next < 0 ? end : next) - at > FIELD_LIMIT) return this.tooLong(half, end);
    if (next < 0 && !isEof) return -1;
    let stop = next < 0 ? end : next;
    while (stop > at && (data[stop - 1] === LF || data[stop - 1] === CR)) stop--;
    if (direction === TO_SERVER) this.requestLine(data, at, stop, half);
    else this.statusLine(data, at, stop, half);
    return next < 0 ? end : next;
  }

  private requestLine(data: Uint8Array, at: number, stop: number, half: Half): void {
    let methodEnd = at;
    while (methodEnd < stop && !isSpace(data[methodEnd]!)) methodEnd++;
    let uri = methodEnd;
    while (uri < stop && isSpace(data[uri]!)) uri++;
    const protocol = stop - PROTOCOL_LENGTH;
    // a word in front of the protocol is the address, whatever is in it
    if (methodEnd > at && protocol > uri && isSpace(data[protocol - 1]!) && isProtocol(data, protocol, stop)) {
      this.setKind(half.tx, kindOf(data, at, methodEnd));
      half.wait = Wait.headers;
      return;
    }
    const parsed = parseRequestLine(data.slice(at, stop));
    this.setKind(half.tx, kindOf(parsed.method, 0, parsed.method.length));
    half.wait = parsed.protocol.length === 0 ? Wait.headersOrNothing : Wait.headers;
  }

  private headersOrNothing({ data, end, isEof }: AppInput, half: Half, at: number): number {
    const next = lineEnd(data, at, end);
    if (next < 0 && !isEof && end - at <= FIELD_LIMIT) return -1;
    if (end - at > JUNK_BEHIND_LINE || looksLikeHeader(data, at, next < 0 ? end : next)) {
      half.wait = Wait.headers;
      return at;
    }
    if (!isEof) return -1;
    this.finish(half, TO_SERVER);
    half.wait = Wait.nothing;
    return at;
  }

  private statusLine(data: Uint8Array, at: number, stop: number, half: Half): void {
    const requests = this.halves[TO_SERVER];
    if (requests.wait === Wait.headersOrNothing) this.finish(requests, TO_SERVER);
    this.status = statusOf(data, at, stop);
    half.wait = Wait.headers;
  }

  /** The number of the request that is answered next; one is made up where there is none. */
  private answered(): number {
    return this.kinds.length > 0 ? this.oldestAsked : this.newTransaction(0);
  }

  private newTransaction(kind: number): number {
    const number = this.transactionCount;
    this.countUnseen();
    if (this.kinds.length === 0) this.oldestAsked = number;
    this.kinds.push(kind);
    if (this.kinds.length > MAX_TRANSACTIONS) this.forgetOldest();
    return number;
  }

  private forgetOldest(): void {
    this.kinds.shift();
    this.oldestAsked++;
  }

  /** One that was answered before it came has none. */
  private setKind(tx: number, kind: number): void {
    const i = tx - this.oldestAsked;
    if (i >= 0 && i < this.kinds.length) this.kinds[i] = kind;
  }

  private kindOf(tx: number): number {
    return this.kinds[tx - this.oldestAsked] ?? 0;
  }

  /** A request without protocol is answered next. */
  private answersNine(): boolean {
    const { wait, tx } = this.halves[TO_SERVER];
    return wait === Wait.headersOrNothing && this.kinds.length > 0 && tx === this.oldestAsked;
  }

  private bodyOfNine(half: Half, at: number): number {
    const requests = this.halves[TO_SERVER];
    this.finish(requests, TO_SERVER);
    requests.wait = Wait.nothing;
    half.tx = this.answered();
    this.status = -1;
    half.framing = Framing.untilClose;
    half.wait = Wait.body;
    return at;
  }

  private lineWithoutStatus(input: AppInput, half: Half, at: number): number {
    const { end } = input;
    const next = bodyLineEnd(input, at);
    if ((next < 0 ? end : next) - at > FIELD_LIMIT) return this.tooLong(half, end);
    if (next < 0 || isLostLine(input, at, next)) return next;
    this.status = -1;
    if (next >= end) half.wait = Wait.stray;
    return next;
  }

  private bodyOrLine({ data, end, isEof }: AppInput, half: Half, at: number): number {
    const isHttp = beginsHttp(data, at, end);
    if (isHttp === undefined && !isEof) return -1;
    if (isHttp !== false) this.finish(half, TO_CLIENT);
    else half.wait = half.framing === Framing.chunked ? Wait.chunkSize : Wait.body;
    return at;
  }

  private headers(input: AppInput, half: Half, at: number): number {
    const { data, end, direction, isEof } = input;
    const next = scan.read(input, at);
    if (next < 0 && !isEof && end - at <= FIELD_LIMIT) return -1;
    const stop = next < 0 ? end : next;
    if (stop - at > FIELD_LIMIT) return this.tooLong(half, end);
    if (next < 0) return stop;
    if (direction === TO_CLIENT) this.responseHeaders(half);
    else {
      if (scan.upgrade === Upgrade.h2c) (this.asksHttp2 ??= new Map()).set(half.tx, upgradedRequest(data, at, stop));
      this.requestHeaders(half);
    }
    return stop;
  }

  private requestHeaders(half: Half): void {
    const kind = this.kindOf(half.tx);
    if (scan.upgrade !== Upgrade.none) this.setKind(half.tx, kind | (scan.upgrade << Kind.upgradeShift));
    if ((kind & Kind.connect) !== 0) {
      this.finish(half, TO_SERVER);
      half.wait = Wait.nothing;
      this.isTunnel = true;
    } else if (scan.isChunked) this.beginBody(half, Framing.chunked);
    else if (scan.length > 0) this.beginBody(half, Framing.length);
    else half.wait = Wait.stray;
  }

  private responseHeaders(half: Half): void {
    const { status } = this;
    if (status === 100 && !scan.isFramed) {
      half.wait = Wait.line;
      return;
    }
    const kind = this.kindOf(half.tx);
    const isConnect = (kind & Kind.connect) !== 0;
    if (this.isTunnel && status >= 200 && status < 300 && isConnect) {
      this.finish(half, TO_CLIENT);
      this.changeProtocol(null);
      return;
    }
    if (this.isTunnel && this.halves[TO_SERVER].wait === Wait.nothing) {
      this.halves[TO_SERVER].wait = Wait.line;
      this.isTunnel = false;
    }
    if (status === 101 && !scan.isFramed) {
      const upgrade = scan.upgrade !== Upgrade.none ? scan.upgrade : kind >> Kind.upgradeShift;
      const request = this.asksHttp2?.get(half.tx) ?? ((kind & Kind.seen) === 0 ? undefined : PLAIN_REQUEST);
      this.finish(half, TO_CLIENT);
      const state = upgrade === Upgrade.h2c ? request : undefined;
      this.changeProtocol(UPGRADE_PROTOCOLS[upgrade]!, state);
      return;
    }
    if ((kind & Kind.head) !== 0 || (isBodiless(status) && !scan.isFramed)) half.wait = Wait.stray;
    else if (!isBodiless(status)) this.beginBody(half, responseFraming());
    else {
      this.beginBody(half, responseFraming());
      half.wait = scan.length === 0 ? Wait.stray : Wait.bodyOrLine;
    }
  }

  /** A flow in the middle of another change goes on as it is. */
  private changeProtocol(expected: string | null, state?: UpgradedRequest): void {
    if (!this.flow.isChanging) this.flow.services.changeProtocol(this.flow, expected, state);
  }

  private beginBody(half: Half, framing: number): void {
    if (framing === Framing.none) {
      half.wait = Wait.stray;
      return;
    }
    half.left = framing === Framing.length ? scan.length : 0;
    half.framing = framing;
    half.wait = framing === Framing.chunked ? Wait.chunkSize : Wait.body;
  }

  private body({ end }: AppInput, half: Half, at: number): number {
    if (half.framing === Framing.untilClose) return end;
    const stop = Math.min(end, at + half.left);
    half.left -= stop - at;
    if (half.left === 0) half.wait = half.framing === Framing.length ? Wait.stray : Wait.chunkEnd;
    return stop;
  }

  private chunkSize({ data, end, direction }: AppInput, half: Half, at: number): number {
    let start = at;
    while (start < end && (data[start] === CR || data[start] === LF)) start++;
    while (start < end && isSpace(data[start]!)) start++;
    const next = lineEnd(data, start, end);
    const stop = next < 0 ? end : next;
    if (start === stop) return -1;
    const isOdd = !isHex(data[start]!);
    if (isOdd || stop - start > CHUNK_LINE_LIMIT) return badChunk(half, start);
    if (next < 0) return -1;
    const size = parseChunkSize(data, start, stop);
    if (size === TOO_LARGE && direction === TO_CLIENT) return next;
    if (size < 0) return badChunk(half, start);
    half.left = size;
    half.wait = size === 0 ? Wait.trailer : Wait.chunkData;
    return next;
  }

  private trailer({ data, end, direction }: AppInput, half: Half, at: number): number {
    const next = blockEnd(data, at, end, direction);
    if ((next < 0 ? end : next) - at > FIELD_LIMIT) return this.tooLong(half, end);
    if (next >= 0) half.wait = Wait.stray;
    return next;
  }

  private stray({ data, end, direction }: AppInput, half: Half, at: number): number {
    if (half.wait === Wait.stray) {
      const next = direction === TO_SERVER ? strayInRequest(data, at, end) : strayInResponse(data, at, end);
      if (next === at) this.finish(half, direction);
      else if (direction === TO_SERVER && data[next - 1] !== LF) half.wait = Wait.strayLine;
      return next;
    }
    const next = endOf(data, at, end);
    if (data[next - 1] === LF) half.wait = Wait.stray;
    return next;
  }

  private finish(half: Half, direction: Direction): void {
    const { tx } = half;
    half.wait = Wait.line;
    half.tx = NO_TRANSACTION;
    if (direction === TO_CLIENT && tx === this.oldestAsked && this.kinds.length > 0) this.forgetOldest();
  }

  /** Where lines are missing, the next go on where those stopped. */
  override gap(direction: Direction, length: number): boolean {
    const half = this.halves[direction];
    if (half.wait !== Wait.body && half.wait !== Wait.chunkData) return true;
    if (half.framing === Framing.untilClose) return true;
    half.left -= Math.min(length, half.left);
    if (half.left > 0) return true;
    if (half.framing === Framing.chunked) half.wait = Wait.chunkEnd;
    else this.finish(half, direction);
    return true;
  }

  /** Nothing follows in a direction. */
  private end(half: Half, direction: Direction): void {
    if (half.tx === NO_TRANSACTION || half.wait === Wait.nothing || half.wait === Wait.line) return;
    this.finish(half, direction);
    half.wait = Wait.nothing;
  }
}

function chunkEnd({ data, end }: AppInput, half: Half, at: number): number {
  const next = lineEnd(data, at, end);
  if (next < 0) return end;
  half.wait = Wait.chunkSize;
  return next;
}

/** What is no chunk is the rest of the body. */
function badChunk(half: Half, at: number): number {
  half.framing = Framing.untilClose;
  half.wait = Wait.body;
  return at;
}

function responseFraming(): number {
  if (scan.isChunked) return Framing.chunked;
  if (scan.length < 0) return Framing.untilClose; // NO_LENGTH, and what is no number
  return scan.length === 0 ? Framing.none : Framing.length;
}

function kindOf(data: Uint8Array, start: number, end: number): number {
  if (equalsNocase(data, start, end, HEAD)) return Kind.seen | Kind.head;
  if (equalsNocase(data, start, end, CONNECT)) return Kind.seen | Kind.connect;
  return end > start ? Kind.seen : 0;
}

function isProtocol(data: Uint8Array, start: number, end: number): boolean {
  for (const protocol of PROTOCOLS) if (equalsNocase(data, start, end, protocol)) return true;
  return false;
}

/** What decides how many transactions HTTP/2 makes of it: its headers. */
function upgradedRequest(data: Uint8Array, start: number, end: number): UpgradedRequest {
  const { method, target } = PLAIN_REQUEST;
  const headers = readHeaders(data, start, end, TO_SERVER).map(({ name, value }) => [name, value] as const);
  return new UpgradedRequest(method, target, headers);
}
