// BodySink: where the data of a stream goes: its compression undone, into the file of the message.

import { BodyDecoder, contentCodings } from '../../applayer/content-coding/body-decoder.ts';
import type { DecompressorLimits } from '../../applayer/content-coding/decompressor.ts';
import { isContentRange, noteRange } from '../../applayer/content-range.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import { TO_CLIENT } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { DnsBody, isDnsBody } from './dns.ts';
import { HTTP2_ANOMALY } from './events.ts';
import { contentEncoding, contentRange, hostName, pathOf, statusOf } from './parts.ts';
import type { Http2Settings } from './settings.ts';
import type { Http2Message, Http2Transaction } from './transaction.ts';

const NO_LIMIT = { limit: 0, minimum: 0, window: 0, overlap: 0, whole: 0 };
/** Compressions undone one inside the other; browsers know no LZMA. */
const CODINGS = { layerLimit: 2, lzmaLayers: 0 };
const NO_NAME = new Uint8Array(0);

/** Notes an anomaly, once for a transaction. */
type Note = (tx: Http2Transaction, id: number) => void;

export class BodySink {
  private readonly flow: AppFlow;
  private readonly settings: Http2Settings;
  private readonly note: Note;
  private readonly decoding: DecompressorLimits;
  /** Time of the packet under way, microseconds. */
  now = 0;

  constructor(flow: AppFlow, settings: Http2Settings, note: Note) {
    this.flow = flow;
    this.settings = settings;
    this.note = note;
    this.decoding = { bombLimit: settings.bombLimit, lzmaMemory: 0, checksGzip: true };
  }

  take(tx: Http2Transaction, direction: Direction, data: Uint8Array, start: number, end: number): void {
    const message = tx.message(direction);
    if (!message.hasData) this.begin(tx, message, direction);
    const { decoder } = message;
    if (decoder === null) {
      this.keep(tx, direction, data, start, end);
      return;
    }
    let plain = decoder.decode(data, start, end);
    this.keep(tx, direction, plain, 0, plain.length);
    while (decoder.hasMore) {
      plain = decoder.more();
      this.keep(tx, direction, plain, 0, plain.length);
    }
    this.noteDecoding(tx, decoder);
  }

  private keep(tx: Http2Transaction, direction: Direction, data: Uint8Array, start: number, end: number): void {
    if (end <= start) return;
    const { file, dnsBody } = tx.message(direction);
    this.flow.services.files.append(file!, data, start, end);
    if (dnsBody === null) return;
    dnsBody.push(data, start, end);
    const A = HTTP2_ANOMALY;
    if (dnsBody.isTooLong) this.note(tx, direction === TO_CLIENT ? A.dns_response_too_long : A.dns_request_too_long);
  }

  /** Bytes that never came. */
  gap(tx: Http2Transaction, direction: Direction, length: number): void {
    const message = tx.message(direction);
    if (!message.hasData) this.begin(tx, message, direction);
    this.finishDecoding(tx, message, direction);
    this.flow.services.files.gap(message.file!, length);
    message.dnsBody = null;
  }

  /** The message is over, or (truncated) nothing more of it comes. */
  end(tx: Http2Transaction, direction: Direction, how: 'closed' | 'truncated'): void {
    const message = tx.message(direction);
    const { file } = message;
    this.finishDecoding(tx, message, direction);
    if (message.dnsBody !== null && how === 'closed') message.dns = message.dnsBody.message;
    message.dnsBody = null;
    if (file !== null) this.flow.services.files.close(file, how);
  }

  /** What its compression still held. */
  private finishDecoding(tx: Http2Transaction, message: Http2Message, direction: Direction): void {
    const { decoder } = message;
    message.decoder = null;
    if (decoder === null) return;
    const plain = decoder.finish();
    this.keep(tx, direction, plain, 0, plain.length);
    this.noteDecoding(tx, decoder);
  }

  private begin(tx: Http2Transaction, message: Http2Message, direction: Direction): void {
    message.hasData = true;
    const notes = { unknown: 0, isTooDeep: false };
    const codings = contentCodings(contentEncoding(message.fields), CODINGS, notes);
    if (codings.length > 0) message.decoder = new BodyDecoder(codings, NO_LIMIT, this.decoding);
    if (isDnsBody(message.fields)) message.dnsBody = new DnsBody();
    message.file = this.flow.services.files.open(this.flow, tx, direction, NO_NAME);
    if (direction === TO_CLIENT) this.noteRange(tx, message);
  }

  private noteRange(tx: Http2Transaction, message: Http2Message): void {
    const { fields } = tx.request;
    const value = contentRange(message.fields);
    if (value === null) return;
    noteRange(message.file!, tx, this.flow.services.files, {
      value,
      status: statusOf(message.fields),
      host: hostName(fields),
      uri: pathOf(fields),
      now: this.now,
      ...this.settings.byterange,
    });
    if (!isContentRange(value)) this.note(tx, HTTP2_ANOMALY.invalid_range);
  }

  private noteDecoding(tx: Http2Transaction, { isBomb, hasFailed }: BodyDecoder): void {
    if (isBomb) this.note(tx, HTTP2_ANOMALY.compression_bomb);
    else if (hasFailed) this.note(tx, HTTP2_ANOMALY.failed_decompression);
  }
}
