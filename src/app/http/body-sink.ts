// BodySink: where the bytes of bodies go: their compression undone, kept for rules, given to their files.

import type { AppFlow } from '../../framework/app-flow.ts';
import type { TrackedFile } from '../../framework/file.ts';
import { noteRange } from '../../applayer/content-range.ts';
import type { BodyDecoder } from '../../applayer/content-coding/body-decoder.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { HTTP_ANOMALY } from './events.ts';
import { fileName } from './file-name.ts';
import type { PartSink } from './multipart.ts';
import { HeaderId, valueOf } from './headers.ts';
import type { HttpSettings } from './settings.ts';
import type { Side } from './side.ts';
import { hasFileBody } from './transaction.ts';
import type { HttpTransaction } from './transaction.ts';

const NOTHING: readonly number[] = [];
/** What undoing a compression gives at a time in Suricata: a file is cut by the piece behind the one that reaches the limit. */
const PLAIN_PIECE = 8192;
/** Of names of files that are told without remark. */
const LONGEST_NAME = 4096;

export class BodySink {
  private readonly flow: AppFlow;
  private readonly settings: HttpSettings;
  /** What was found in the bytes under way. */
  private readonly found: number[] = [];
  /** Time of the packet under way, microseconds. */
  now = 0;

  constructor(flow: AppFlow, settings: HttpSettings) {
    this.flow = flow;
    this.settings = settings;
  }

  /** Takes bytes of the body under way; the anomalies found. */
  take(side: Side, direction: Direction, data: Uint8Array, start: number, end: number): readonly number[] {
    const { decoder } = side;
    side.tx!.message(direction).wireLength += end - start;
    if (this.found.length > 0) this.found.length = 0;
    if (decoder === null) {
      this.keep(side, direction, data, start, end);
      return this.found;
    }
    let plain = decoder.decode(data, start, end);
    this.keep(side, direction, plain, 0, plain.length);
    while (decoder.hasMore) {
      plain = decoder.more();
      this.keep(side, direction, plain, 0, plain.length);
    }
    this.found.push(...decoderNotes(side.tx!, decoder));
    return this.found;
  }

  /** Bytes of the body under way that never came: its file has a hole, or is one. */
  gap(side: Side, direction: Direction, length: number): void {
    const tx = side.tx!;
    const message = tx.message(direction);
    message.wireLength += length;
    const limits = direction === TO_SERVER ? this.settings.requestBody : this.settings.responseBody;
    if (direction === TO_SERVER && !hasFileBody(tx)) return;
    if (side.parts !== null || this.fileEnd(message.body.size, limits.limit, 0, 1) === 0) return;
    this.openFile(tx, direction);
    if (message.file !== null) this.flow.services.files.gap(message.file, length);
  }

  private openFile(tx: HttpTransaction, direction: Direction): void {
    const message = tx.message(direction);
    if (message.file !== null) return;
    const name = fileName(tx, direction);
    if (name === null) return;
    if (name.length > LONGEST_NAME) this.found.push(HTTP_ANOMALY.file_name_too_long);
    message.file = this.flow.services.files.open(this.flow, tx, direction, name);
    if (direction === TO_CLIENT) this.noteRange(message.file, tx);
    else message.file.inspection = this.settings.requestFile;
  }

  private noteRange(file: TrackedFile, tx: HttpTransaction): void {
    const value = valueOf(tx.response.headers, HeaderId['content-range']);
    if (value === null) return;
    noteRange(file, tx, this.flow.services.files, {
      value,
      status: tx.statusNumber,
      host: tx.host,
      uri: tx.uri,
      now: this.now,
      ...this.settings.byterange,
    });
  }

  /** The body is over: what its compression still held. */
  finish(side: Side, direction: Direction): readonly number[] {
    const { decoder } = side;
    if (decoder === null) return NOTHING;
    const plain = decoder.finish();
    this.keep(side, direction, plain, 0, plain.length);
    return decoderNotes(side.tx!, decoder);
  }

  private keep(side: Side, direction: Direction, bytes: Uint8Array, from: number, to: number): void {
    if (to <= from) return;
    const tx = side.tx!;
    const message = tx.message(direction);
    const limits = direction === TO_SERVER ? this.settings.requestBody : this.settings.responseBody;
    const stop = this.fileEnd(message.body.size, limits.limit, from, to);
    this.tell(tx, direction, bytes, from, inspectedEnd(message.body.size, limits.limit, from, to));
    if (this.flow.services.hasRules) message.body.append(bytes, from, to, limits);
    else message.body.size += to - from;
    if (side.parts !== null) {
      side.parts.push(bytes, from, stop);
      if (stop < to) side.parts.finish('truncated');
      return;
    }
    if (direction === TO_SERVER && !hasFileBody(tx)) return;
    if (stop > from) this.fileBytes(tx, direction, bytes, from, stop);
    const lastPiece = side.decoder === null ? from : to - 1 - ((to - 1 - from) % PLAIN_PIECE);
    if (stop <= lastPiece && message.file !== null) this.flow.services.files.cut(message.file);
  }

  private tell(tx: HttpTransaction, direction: Direction, bytes: Uint8Array, from: number, to: number): void {
    const { onBody } = this.flow.services;
    if (onBody === null || to <= from) return;
    onBody(this.flow.f, tx, direction, bytes, from, to, { isFirst: tx.message(direction).body.size === 0 });
  }

  /** Files end where the inspection of their body does, unless they are stored. */
  fileEnd(size: number, limit: number, from: number, to: number): number {
    return this.flow.services.files.isStoring ? to : inspectedEnd(size, limit, from, to);
  }

  private fileBytes(tx: HttpTransaction, direction: Direction, bytes: Uint8Array, from: number, to: number): void {
    this.openFile(tx, direction);
    const { file } = tx.message(direction);
    if (file !== null) this.flow.services.files.append(file, bytes, from, to);
  }

  /** Files of a form: each part with a name is one. */
  parts(tx: HttpTransaction, onProblem: PartSink['problem']): PartSink {
    const { files } = this.flow.services;
    const { request } = tx;
    return {
      begin: (name) => {
        request.file = files.open(this.flow, tx, TO_SERVER, name);
        request.file.inspection = this.settings.requestFile;
      },
      data: (bytes, start, end) => {
        if (request.file !== null) files.append(request.file, bytes, start, end);
      },
      end: (how) => {
        if (request.file !== null) files.close(request.file, how);
        request.file = null;
      },
      problem: onProblem,
    };
  }
}

/** Where the part of [from, to) ends that is inspected: of a body `limit` bytes are (0: all), and `size` were before. */
function inspectedEnd(size: number, limit: number, from: number, to: number): number {
  return limit === 0 ? to : Math.min(to, from + Math.max(0, limit - size));
}

/** What undoing the compression found out, each once for a transaction. */
function decoderNotes(tx: HttpTransaction, { isBomb, isOutOfMemory, hasFailed }: BodyDecoder): readonly number[] {
  if (!isBomb && !isOutOfMemory && !hasFailed) return NOTHING;
  const found: number[] = [];
  const isNew = (id: number): boolean => tx.anomalies?.includes(id) !== true;
  if (isBomb && isNew(HTTP_ANOMALY.compression_bomb)) found.push(HTTP_ANOMALY.compression_bomb);
  if (isOutOfMemory && isNew(HTTP_ANOMALY.lzma_memlimit_reached)) found.push(HTTP_ANOMALY.lzma_memlimit_reached);
  if (hasFailed && isNew(HTTP_ANOMALY.gzip_decompression_failed)) found.push(HTTP_ANOMALY.gzip_decompression_failed);
  return found;
}
