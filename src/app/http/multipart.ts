// Multipart bodies of requests (RFC 7578): the files in them, as the bytes come.

import { bytesText } from '../../base/json-writer.ts';
import { bytesOf } from '../../base/kept-bytes.ts';

/** What becomes of the parts. */
export interface PartSink {
  begin(name: Uint8Array): void;
  data(bytes: Uint8Array, start: number, end: number): void;
  end(how: 'closed' | 'truncated'): void;
  problem(which: 'header' | 'no_file'): void;
}

const CRLF = 2;
const LF = 10;
const CR = 13;
const MAX_HEADER = 8192;
const DISPOSITION = /(?:^|\n)content-disposition\s*:([^\n]*)/i;
const FILE = /;\s*filename=(?:"((?:[^"\\\r]|\\.)*)"|([^;\r]+))/;
const BOUNDARY = /;\s*boundary=(?:"([^"]{1,200})"|([^;\s]{1,200}))/;

/** The boundary that Content-Type names; null where the body has no parts. */
export function boundaryOf(contentType: Uint8Array): string | null {
  const text = bytesText(contentType);
  if (!/multipart/i.test(text)) return null;
  const match = BOUNDARY.exec(text);
  return match?.[1] ?? match?.[2] ?? null;
}

/** The file that the headers of a part name; empty without one, or where none was chosen. */
function fileNamed(block: string): string {
  const match = FILE.exec(DISPOSITION.exec(block)?.[1] ?? '');
  return match?.[1]?.replaceAll(/\\(.)/g, '$1') ?? match?.[2]?.trim() ?? '';
}

export class Multipart {
  private readonly delimiter: Uint8Array;
  private readonly sink: PartSink;
  private pending: Uint8Array = new Uint8Array(0);
  /** Of what is under way some is gone already. */
  private hasData = false;
  private state: 'preamble' | 'headers' | 'file' | 'field' | 'done' = 'preamble';

  constructor(boundary: string, sink: PartSink) {
    this.delimiter = Buffer.from(`--${boundary}`, 'latin1');
    this.sink = sink;
  }

  push(data: Uint8Array, start: number, end: number): void {
    if (this.state === 'done') return;
    const chunk = data.subarray(start, end);
    let bytes: Uint8Array = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    for (;;) {
      const used = this.step(bytes);
      if (used < 0) break;
      bytes = bytes.subarray(used);
    }
    this.pending = bytes.slice();
  }

  /** The body is over, or what is looked at of it. */
  finish(how: 'closed' | 'truncated'): void {
    if (this.state === 'file') {
      const end = how === 'closed' ? this.endOfLast() : this.pending.length;
      if (end > 0) this.sink.data(this.pending, 0, end);
      this.sink.end(how);
    }
    if (this.state === 'headers' && hasOddLine(bytesText(this.pending.subarray(0, MAX_HEADER))))
      this.sink.problem('header');
    this.state = 'done';
  }

  /** Where the content of a part ends that no delimiter ends: before a line end, and what there is of a delimiter. */
  private endOfLast(): number {
    const text = Buffer.from(this.pending).toString('latin1');
    const at = text.lastIndexOf('\r\n');
    const rest = text.slice(at + CRLF);
    const delimiter = Buffer.from(this.delimiter).toString('latin1');
    return at >= 0 && (delimiter.startsWith(rest) || rest.startsWith(delimiter)) ? at : text.length;
  }

  /** Bytes done with, -1 when more are needed. */
  private step(bytes: Uint8Array): number {
    if (this.state === 'done') return bytes.length === 0 ? -1 : bytes.length;
    if (this.state === 'headers') return this.headers(bytes);
    return this.content(bytes);
  }

  private headers(bytes: Uint8Array): number {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAX_HEADER)).toString('latin1');
    const end = /^\r?\n|\r?\n\r?\n/.exec(text);
    if (end === null) {
      if (bytes.length < MAX_HEADER) return -1;
      this.sink.problem('header');
      this.state = 'field';
      return MAX_HEADER;
    }
    const block = text.slice(0, end.index);
    if (hasOddLine(block)) this.sink.problem('header');
    const name = fileNamed(block);
    this.state = name === '' ? 'field' : 'file';
    this.hasData = false;
    if (name !== '') this.sink.begin(bytesOf(name, 'latin1'));
    return end.index + end[0].length;
  }

  /** Content up to the next delimiter. */
  private content(bytes: Uint8Array): number {
    const { delimiter } = this;
    const at = this.delimiterIn(bytes);
    if (at < 0) return this.withoutDelimiter(bytes);
    if (bytes.length < at + delimiter.length + CRLF) {
      return -1;
    }
    if (this.state === 'file') {
      let end = at;
      if (end > 0 && bytes[end - 1] === 10) end--;
      if (end > 0 && bytes[end - 1] === 13) end--;
      if (at === 0 && !this.hasData) this.sink.problem('no_file'); // not even a line end
      if (end > 0) this.sink.data(bytes, 0, end);
      this.sink.end('closed');
    }
    const after = at + delimiter.length;
    const isLast = bytes[after] === 45 && bytes[after + 1] === 45;
    this.state = isLast ? 'done' : 'headers';
    let next = after;
    while (next < bytes.length && bytes[next] !== 10) next++;
    return Math.min(next + 1, bytes.length);
  }

  /** Where a line begins with the delimiter (RFC 2046 section 5.1.1), -1 for nowhere. */
  private delimiterIn(bytes: Uint8Array): number {
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = all.indexOf(this.delimiter);
    // what was passed on leaves enough that a delimiter in its place is never the first of the bytes
    while (at >= 0 && (at === 0 ? this.hasData : all[at - 1] !== LF || all[at - 2] !== CR))
      at = all.indexOf(this.delimiter, at + 1);
    return at;
  }

  /** All but what may be the beginning of a delimiter is content. */
  private withoutDelimiter(bytes: Uint8Array): number {
    const keep = this.delimiter.length + 2 * CRLF;
    const size = bytes.length - keep;
    if (size <= 0) return -1;
    if (this.state === 'file') this.sink.data(bytes, 0, size);
    this.hasData = true;
    return size;
  }
}

/** Whether a line of a header block is no header. */
function hasOddLine(block: string): boolean {
  return block.split('\n').some((line) => line.trim() !== '' && !line.includes(':'));
}
