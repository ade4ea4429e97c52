// PartBody: the body of one part on its way to a file, decoded, and to the search for addresses.

import type { TrackedFile } from '../../../framework/file.ts';
import type { MimeSettings } from '../settings.ts';
import { Base64Decoder } from './base64.ts';
import { isText } from './header.ts';
import type { MessageHost } from './host.ts';
import { QuotedPrintableDecoder } from './quoted-printable.ts';
import { findUrls } from './urls.ts';

const Encoding = { none: 0, base64: 1, quotedPrintable: 2 } as const;
const LF = 0x0a;
const CRLF = Uint8Array.of(0x0d, 0x0a);
/** Bytes of a line that are searched for addresses, and how many addresses are kept. */
const MOST_TEXT = 8192;
const MOST_URLS = 1024;

export class PartBody {
  private encoding: number = Encoding.none;
  private file: TrackedFile | null = null;
  private wantsUrls = false;
  /** Length of the line end that is held back: the last one belongs to the boundary. */
  private heldEnd = 0;
  private isAtLineStart = true;
  private readonly base64 = new Base64Decoder();
  private readonly quotedPrintable = new QuotedPrintableDecoder();
  /** A line for the search, where it came in pieces. */
  private text = new Uint8Array(0);
  private textLength = 0;
  private readonly settings: MimeSettings;
  private readonly host: MessageHost;
  private readonly urls: Uint8Array[];

  constructor(settings: MimeSettings, host: MessageHost, urls: Uint8Array[]) {
    this.settings = settings;
    this.host = host;
    this.urls = urls;
  }

  /** It is decoded: quoted-printable where it becomes a file. */
  get isEncoded(): boolean {
    return this.encoding === Encoding.base64 || this.isDecodedText;
  }

  private get isDecodedText(): boolean {
    return this.encoding === Encoding.quotedPrintable && this.file !== null;
  }

  /** @param name of the file it becomes; null: of none */
  open(
    name: Uint8Array | null,
    encoding: Uint8Array | undefined,
    { wantsUrls }: { readonly wantsUrls: boolean },
  ): void {
    this.encoding = encoding === undefined ? Encoding.none : this.encodingOf(encoding);
    this.wantsUrls = wantsUrls;
    this.heldEnd = 0;
    this.isAtLineStart = true;
    this.file = name === null ? null : this.host.openFile(name);
  }

  close(how: 'closed' | 'truncated'): void {
    if (this.encoding === Encoding.base64) {
      this.base64.finish();
      this.append(this.base64.out, 0, this.base64.length);
      if (this.wantsUrls) this.keepText(this.base64.out, 0, this.base64.length);
    }
    if (this.textLength > 0) this.search(CRLF, 0, 0, true);
    if (this.file !== null) this.host.closeFile(this.file, how);
    this.file = null;
    this.encoding = Encoding.none;
    this.wantsUrls = false;
  }

  /** A piece of a line: its own bytes are [start, to), its end (if `isEnd`) is [to, end). */
  push(data: Uint8Array, start: number, to: number, end: number, isEnd: boolean): void {
    if (this.encoding === Encoding.base64) this.pushBase64(data, start, to);
    else {
      if (this.encoding === Encoding.quotedPrintable) this.pushQuotedPrintable(data, start, to, end);
      else if (this.file !== null) this.pushPlain(data, start, to, end - to);
      if (this.wantsUrls && !this.isDecodedText) this.search(data, start, end, isEnd);
    }
    this.isAtLineStart = isEnd;
  }

  private pushPlain(data: Uint8Array, start: number, to: number, endLength: number): void {
    this.releaseEnd();
    this.append(data, start, to);
    this.heldEnd = endLength;
  }

  private releaseEnd(): void {
    if (this.heldEnd > 0) this.append(CRLF, CRLF.length - this.heldEnd, CRLF.length);
    this.heldEnd = 0;
  }

  private pushBase64(data: Uint8Array, start: number, to: number): void {
    const { base64 } = this;
    if (this.file === null && !this.wantsUrls) return;
    base64.decode(data, start, to);
    if (base64.isInvalid) this.host.note('mime_invalid_base64');
    this.append(base64.out, 0, base64.length);
    if (this.wantsUrls) this.searchDecoded(base64.out, base64.length);
  }

  /** Lines of what was decoded have nothing to do with those of the message. */
  private searchDecoded(data: Uint8Array, length: number): void {
    let start = 0;
    while (start < length) {
      const lf = data.indexOf(LF, start);
      const isEnd = (lf >= 0 && lf < length) || this.textLength >= MOST_TEXT;
      const end = lf >= 0 && lf < length ? lf + 1 : length;
      this.search(data, start, end, isEnd);
      start = end;
    }
  }

  /** Of the line ends those of empty lines are held back: the last of them belongs to the boundary. */
  private pushQuotedPrintable(data: Uint8Array, start: number, to: number, end: number): void {
    const { quotedPrintable } = this;
    if (this.file === null) return;
    this.releaseEnd();
    if (this.isAtLineStart && start === to) {
      this.heldEnd = end - to;
      return;
    }
    quotedPrintable.decode(data, start, end);
    if (quotedPrintable.invalid > 0) this.host.note('mime_invalid_qp');
    this.append(quotedPrintable.out, 0, quotedPrintable.length);
    if (this.wantsUrls) this.searchDecoded(quotedPrintable.out, quotedPrintable.length);
  }

  private append(data: Uint8Array, start: number, end: number): void {
    if (this.file !== null && end > start) this.host.appendFile(this.file, data, start, end);
  }

  private search(data: Uint8Array, start: number, end: number, isEnd: boolean): void {
    if (isEnd && this.textLength === 0) this.find(data, start, end);
    else {
      this.keepText(data, start, end);
      if (!isEnd) return;
      this.find(this.text, 0, this.textLength);
      this.textLength = 0;
    }
  }

  private keepText(data: Uint8Array, start: number, end: number): void {
    const count = Math.min(end - start, MOST_TEXT - this.textLength);
    if (count <= 0) return;
    if (this.text.length === 0) this.text = new Uint8Array(MOST_TEXT);
    this.text.set(data.subarray(start, start + count), this.textLength);
    this.textLength += count;
  }

  private find(data: Uint8Array, start: number, end: number): void {
    if (this.urls.length >= MOST_URLS) return;
    const { urlSchemes, logsUrlScheme } = this.settings;
    findUrls(data, start, end, urlSchemes, { withScheme: logsUrlScheme }, this.urls);
  }

  private encodingOf(value: Uint8Array): number {
    const { decodesBase64, decodesQuotedPrintable } = this.settings;
    if (decodesBase64 && isText(value, 0, value.length, 'base64')) return Encoding.base64;
    if (decodesQuotedPrintable && isText(value, 0, value.length, 'quoted-printable')) return Encoding.quotedPrintable;
    return Encoding.none;
  }
}
