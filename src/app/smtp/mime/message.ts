// MimeMessage: a message (RFC 5322, RFC 2045, RFC 2046) taken apart while it passes: header, attachments, addresses.
// Pieces of lines come in, wherever they are cut; every decision is taken by line.

import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { MimeSettings } from '../settings.ts';
import { BoundaryStack } from './boundary.ts';
import { FieldReader } from './field-reader.ts';
import { findField, isNamed, mainValue, parameter } from './header.ts';
import type { HeaderField } from './header.ts';
import type { MessageHost } from './host.ts';
import { PartBody } from './part-body.ts';

const State = { header: 0, body: 1, between: 2 } as const;
const LONG_LINE = 998;
const LONG_ENCODED_LINE = 76;
const LONG_BOUNDARY = 254;
const LONG_NAME = 255;
/** Bytes kept of a header line. */
const MOST_LINE = 16384;
const MOST_ATTACHMENTS = 256;
/** What a part is that does not say (RFC 2045 section 5.2). */
const DEFAULT_TYPE = 'text/plain';
/** Types of parts that are read as they come; attachments are searched for addresses whatever they are. */
const READ_TYPES = [DEFAULT_TYPE, 'text/html'];
const CR = 0x0d;

export class MimeMessage {
  /** Fields of the message's own header. */
  fields: readonly HeaderField[] = [];
  readonly attachments: Uint8Array[] = [];
  readonly urls: Uint8Array[] = [];
  /** Hexadecimal, as soon as the message is over; null without a body. */
  bodyMd5: string | null = null;
  isDone = false;
  private state: number = State.header;
  private isTop = true;
  private readonly reader: FieldReader;
  private readonly boundaries = new BoundaryStack();
  private readonly body: PartBody;
  private hash: Hash | null = null;
  private hasBody = false;
  /** The line under way, where it is wanted as a whole. */
  private line = new Uint8Array(512);
  private kept = 0;
  /** Bytes of the line so far, its end not counted. */
  private length = 0;
  private isPlainLine = false;
  private readonly settings: MimeSettings;
  private readonly host: MessageHost;

  constructor(settings: MimeSettings, host: MessageHost) {
    this.settings = settings;
    this.host = host;
    this.reader = new FieldReader(settings.headerValueDepth, {
      longHeaderName: () => {
        host.note('mime_long_header_name');
      },
      longHeaderValue: () => {
        host.note('mime_long_header_value');
      },
    });
    this.body = new PartBody(settings, host, this.urls);
  }

  /** A line, or a piece of one that ends before its end (and not with a carriage return unless nothing follows). */
  push(data: Uint8Array, start: number, end: number, { isEnd }: { readonly isEnd: boolean }): void {
    if (this.hash !== null) {
      this.hash.update(data.subarray(start, end));
      this.hasBody = true;
    }
    const to = isEnd ? contentEnd(data, start, end) : end;
    this.measure(to - start);
    if (this.state === State.header) this.keep(data, start, to);
    else if (this.isPlainLine || !this.mayBeBoundary(data, start, end)) this.plain(data, start, to, end, isEnd);
    else this.keep(data, start, end);
    if (isEnd) this.endLine();
    else if (this.state !== State.header && this.kept > this.boundaries.longest) this.decide();
  }

  /** The message is whole. */
  finish(): void {
    this.body.close('closed');
    if (this.hash !== null && this.hasBody) this.bodyMd5 = this.hash.digest('hex');
    this.hash = null;
    this.isDone = true;
  }

  /** The rest never came. */
  abort(): void {
    if (this.kept > 0 && this.state !== State.header) this.decide();
    this.body.close('truncated');
    this.hash = null;
    this.isDone = true;
  }

  private measure(count: number): void {
    const before = this.length;
    this.length += count;
    if (this.state === State.header) return; // those are read as a whole
    if (before <= LONG_LINE && this.length > LONG_LINE) this.host.note('mime_long_line');
    if (this.state !== State.body || !this.body.isEncoded) return;
    if (before <= LONG_ENCODED_LINE && this.length > LONG_ENCODED_LINE) this.host.note('mime_long_enc_line');
  }

  /** Whether a line so far can still be a boundary: nothing before it in the line is known to differ. */
  private mayBeBoundary(data: Uint8Array, start: number, end: number): boolean {
    if (this.boundaries.isEmpty) return false;
    return this.kept > 0 || this.boundaries.mayBegin(data, start, end);
  }

  private plain(data: Uint8Array, start: number, to: number, end: number, isEnd: boolean): void {
    this.isPlainLine = true;
    if (this.state === State.body) this.body.push(data, start, to, end, isEnd);
  }

  private keep(data: Uint8Array, start: number, end: number): void {
    const count = Math.min(end - start, MOST_LINE - this.kept);
    if (count <= 0) return;
    if (this.kept + count > this.line.length) {
      const grown = new Uint8Array(Math.max(this.line.length * 2, this.kept + count));
      grown.set(this.line.subarray(0, this.kept));
      this.line = grown;
    }
    this.line.set(data.subarray(start, start + count), this.kept);
    this.kept += count;
  }

  private endLine(): void {
    if (this.state === State.header) this.headerLine();
    else if (this.kept > 0) this.decide();
    this.kept = 0;
    this.length = 0;
    this.isPlainLine = false;
  }

  private headerLine(): void {
    if (this.length > LONG_LINE) this.host.note('mime_long_line');
    if (this.kept === 0) this.endHeader();
    else if (!this.isTop && this.boundaryHere()) return;
    else this.reader.line(this.line, 0, this.kept);
  }

  /** What was kept is a boundary, or the beginning of a line of the body. */
  private decide(): void {
    if (this.boundaryHere()) return;
    const { kept } = this;
    const isEnd = this.line[kept - 1] === 0x0a;
    this.kept = 0;
    this.plain(this.line, 0, isEnd ? contentEnd(this.line, 0, kept) : kept, kept, isEnd);
  }

  private boundaryHere(): boolean {
    const found = this.boundaries.match(this.line, this.kept);
    if (found === 'none') return false;
    this.body.close('closed');
    this.state = found === 'part' ? State.header : State.between;
    this.reader.clear();
    this.kept = 0;
    this.isPlainLine = true;
    return true;
  }

  private endHeader(): void {
    const { reader } = this;
    reader.finish();
    const fields = reader.fields;
    const type = findField(fields, 'content-type')?.value;
    const main = type === undefined ? '' : mainValue(type);
    if (this.isTop) this.fields = fields;
    this.isTop = false;
    reader.clear();
    const boundary = type === undefined ? null : parameter(type, 'boundary');
    const name = this.nameOf(fields);
    const holdsMessage = main.startsWith('message/'); // or fields like those of one (RFC 2046 section 5.2)
    if (boundary !== null) {
      if (boundary.length > LONG_BOUNDARY) this.host.note('mime_long_boundary');
      this.boundaries.push(boundary);
      this.state = State.between;
      if (name !== null && !holdsMessage) this.openBody(name, fields, ''); // what stands before the first part
    } else if (holdsMessage) this.state = State.header;
    else {
      this.openBody(name, fields, type === undefined ? DEFAULT_TYPE : main);
    }
    if (this.settings.hasBodyMd5 && this.state !== State.header) this.hash ??= createHash('md5');
  }

  private openBody(name: Uint8Array | null, fields: readonly HeaderField[], type: string): void {
    this.state = State.body;
    const wantsUrls = this.settings.extractsUrls && (name !== null || READ_TYPES.includes(type));
    this.body.open(name, findField(fields, 'content-transfer-encoding')?.value, { wantsUrls });
  }

  /** The name a part goes by, which is told of; null: it is no file. */
  private nameOf(fields: readonly HeaderField[]): Uint8Array | null {
    for (const field of fields) {
      let name: Uint8Array | null = null;
      if (isNamed(field, 'content-type')) name = parameter(field.value, 'name');
      else if (isNamed(field, 'content-disposition')) name = parameter(field.value, 'filename');
      if (name === null) continue;
      if (name.length > LONG_NAME) {
        this.host.note('mime_long_filename');
        name = name.slice(0, LONG_NAME);
      }
      if (this.attachments.length < MOST_ATTACHMENTS) this.attachments.push(name);
      if (name.length > 0) return name;
    }
    return null;
  }
}

/** Where the line's own bytes end: before `\n` or `\r\n`. */
function contentEnd(data: Uint8Array, start: number, end: number): number {
  const to = end - 1;
  return to > start && data[to - 1] === CR ? to - 1 : to;
}
