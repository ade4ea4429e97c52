// HttpTransaction: a request and its response, with what rules look at.

import { BodyBuffer } from '../../framework/body-buffer.ts';
import type { BodyLimits } from '../../framework/body-buffer.ts';
import type { BufferView } from '../../framework/buffer.ts';
import type { TrackedFile } from '../../framework/file.ts';
import { TO_CLIENT, TO_SERVER, Transaction } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { Film } from './flash.ts';
import type { Header } from './headers.ts';
import type { HttpSettings } from './settings.ts';

/** Progress of each direction. */
export const STATES = {
  toServer: [
    'request_started',
    'request_line',
    'request_headers',
    'request_body',
    'request_trailer',
    'request_complete',
  ],
  toClient: [
    'response_started',
    'response_line',
    'response_headers',
    'response_body',
    'response_trailer',
    'response_complete',
  ],
} as const;
export const Progress = { started: 0, line: 1, headers: 2, body: 3, trailer: 4, complete: 5 } as const;

const NONE = new Uint8Array(0);
const NO_HEADERS: readonly Header[] = [];

/** One of the two messages. */
export class HttpMessage {
  /** First line without its end. */
  line: Uint8Array = NONE;
  /** Header lines as they came, with their ends and the empty line after them; behind them those of the trailers. */
  rawHeaders: Uint8Array = NONE;
  headers: readonly Header[] = NO_HEADERS;
  /** Some of them came behind the body (RFC 9110 section 6.5). */
  hasTrailers = false;
  /** `HTTP/1.1`; empty for HTTP/0.9. */
  protocol: Uint8Array = NONE;
  readonly body = new BodyBuffer();
  file: TrackedFile | null = null;
  /** Bytes of the body on the wire. */
  wireLength = 0;
  // buffers that are put together when a rule first asks for them
  headerBuffer: Uint8Array | null = null;
  headerNames: Uint8Array | null = null;
  start: Uint8Array | null = null;
}

export class HttpTransaction extends Transaction {
  readonly settings: HttpSettings;
  readonly request = new HttpMessage();
  readonly response = new HttpMessage();
  method: Uint8Array = NONE;
  rawUri: Uint8Array = NONE;
  uri: Uint8Array = NONE;
  /** Of `uri`; null where the request names none. */
  path: Uint8Array | null = null;
  /** Lower case, without the port; null without. */
  host: Uint8Array | null = null;
  rawHost: Uint8Array | null = null;
  port = -1;
  status: Uint8Array = NONE;
  /** -1: no number. */
  statusNumber = -1;
  statusMessage: Uint8Array = NONE;
  hasResponse = false;
  continues = 0;
  /** A header's name is odd, or what is around it: as in Suricata, that is told once, whatever the direction. */
  hasOddField = false;
  /** What the body of the response is unpacked to. */
  private film: Film | null = null;

  constructor(id: number, settings: HttpSettings) {
    super(id);
    this.settings = settings;
  }

  message(direction: Direction): HttpMessage {
    return direction === TO_SERVER ? this.request : this.response;
  }

  override body(direction: Direction): BodyBuffer | null {
    return direction === TO_CLIENT ? this.response.body : null;
  }

  override unpack(view: BufferView): void {
    const { flash } = this.settings;
    if (flash === null || view.streamOffset !== 0) return;
    const plain = (this.film ??= new Film(flash)).show(view);
    if (plain === null) return;
    view.data = plain;
    view.bufferId = -1;
    view.start = 0;
    view.end = plain.length;
  }

  override bodyLimits(): BodyLimits {
    return this.settings.responseBody;
  }

  override release(): void {
    super.release();
    this.request.body.release();
    this.response.body.release();
    this.film?.release();
  }

  override inspected(direction: Direction): void {
    super.inspected(direction);
    if (direction === TO_SERVER) this.request.body.commit(this.settings.requestBody);
    else this.response.body.commit(this.settings.responseBody);
  }
}

/** Methods whose bodies are files. */
const FILE_METHODS = ['POST', 'PUT'].map((method) => Buffer.from(method));

/** What such a request carries is a file, or one for each part of a form. */
export function hasFileBody({ method }: HttpTransaction): boolean {
  for (const known of FILE_METHODS) if (known.length === method.length && known.equals(method)) return true;
  return false;
}
