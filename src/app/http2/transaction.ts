// Http2Transaction: a request and its response on a stream, or one frame of the connection; what was seen of it.

import type { BodyDecoder } from '../../applayer/content-coding/body-decoder.ts';
import type { BodyBuffer } from '../../framework/body-buffer.ts';
import type { DnsCarrier } from '../../framework/dns-carrier.ts';
import type { TrackedFile } from '../../framework/file.ts';
import type { HttpPart, HttpParts } from '../../framework/http-parts.ts';
import { TO_CLIENT, TO_SERVER, Transaction } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import type { DnsMessage } from '../../wire/dns.ts';
import type { DnsBody } from './dns.ts';
import { headerLine, partOf } from './parts.ts';
import type { HeaderField } from './hpack.ts';

/** Progress of each direction. */
export const STATES = {
  toServer: ['request_started', 'request_headers', 'request_data', 'request_closed', 'request_complete'],
  toClient: ['response_started', 'response_headers', 'response_data', 'response_closed', 'response_complete'],
} as const;
export const Progress = { started: 0, headers: 1, data: 2, closed: 3, complete: 4 } as const;

/** Kinds of transactions: of the connection as such, and of a stream. */
export const SubState = { global: 'global', stream: 'stream' } as const;

export interface Setting {
  readonly id: number;
  readonly value: number;
}

export interface StreamError {
  readonly code: number;
  /** Of a stream (RST_STREAM), not of the connection (GOAWAY). */
  readonly isOfStream: boolean;
}

export interface SizeUpdate {
  readonly at: number;
  readonly size: number;
}

const NO_FRAMES = new Uint8Array(0);
const FIRST_FRAMES = 16;

/** What was seen of a direction. */
export class Http2Message {
  /** In the order they came, trailers included. */
  readonly fields: HeaderField[] = [];
  /** Updates of the table's size, and how many headers came before each. */
  sizeUpdates: SizeUpdate[] | null = null;
  /** Bytes of them. */
  fieldBytes = 0;
  /** Types of its frames; the first `frameCount` count. */
  frames = NO_FRAMES;
  frameCount = 0;
  errors: StreamError[] | null = null;
  settings: Setting[] | null = null;
  priorities: number[] | null = null;
  windows: number[] | null = null;
  decoder: BodyDecoder | null = null;
  file: TrackedFile | null = null;
  /** The body, where it is said to be a DNS message; null otherwise and once it is over. */
  dnsBody: DnsBody | null = null;
  /** The DNS message it was. */
  dns: DnsMessage | null = null;
  /** Nothing more of it comes. */
  isClosed = false;
  hasData = false;
  /** Buffers that are put together when a rule first asks for them. */
  parts: Map<HttpPart, Uint8Array | null> | null = null;

  /** False: there are as many as are noted. */
  addFrame(type: number, most: number): boolean {
    if (this.frameCount >= most) return false;
    if (this.frameCount === this.frames.length) {
      const grown = new Uint8Array(Math.max(FIRST_FRAMES, this.frames.length * 2));
      grown.set(this.frames);
      this.frames = grown;
    }
    this.frames[this.frameCount++] = type;
    return true;
  }
}

export class Http2Transaction extends Transaction implements HttpParts, DnsCarrier {
  readonly streamId: number;
  /** Of frames on a stream that was over before. */
  isLate = false;
  readonly request = new Http2Message();
  readonly response = new Http2Message();

  constructor(id: number, streamId: number, subState: string) {
    super(id);
    this.streamId = streamId;
    this.state.subState = subState;
  }

  message(direction: Direction): Http2Message {
    return direction === TO_SERVER ? this.request : this.response;
  }

  get isStream(): boolean {
    return this.state.subState === SubState.stream;
  }

  httpPart(part: HttpPart, direction: Direction): Uint8Array | null {
    if (!this.isStream) return null;
    const message = this.message(direction);
    const known = message.parts?.get(part);
    if (known !== undefined) return known;
    const made = partOf(message.fields, part, direction);
    (message.parts ??= new Map()).set(part, made);
    return made;
  }

  httpHeader(direction: Direction, instance: number): Uint8Array | null {
    return headerLine(this.message(direction).fields, instance);
  }

  httpBody(direction: Direction): BodyBuffer | null {
    return this.message(direction).file?.body ?? null;
  }

  dnsMessage(direction: Direction): DnsMessage | null {
    return this.message(direction).dns;
  }

  override release(): void {
    super.release();
    for (const direction of [TO_SERVER, TO_CLIENT] as const) {
      const message = this.message(direction);
      message.decoder?.release();
      message.decoder = null;
    }
  }
}

/** Value of a header by its name, which is in lower case on the wire; null without. */
export function headerOf({ fields }: Http2Message, name: string): Uint8Array | null {
  const wanted = Buffer.from(name, 'latin1');
  for (const field of fields) if (field.sizeUpdate < 0 && wanted.equals(field.name)) return field.value;
  return null;
}
