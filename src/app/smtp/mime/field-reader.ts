// FieldReader: header lines in, unfolded header fields out.

import { isBlank } from './header.ts';
import type { HeaderField } from './header.ts';

/** Longest name that is not remarkable, and how many fields of one header are kept. */
const LONG_NAME = 75;
const MOST_FIELDS = 512;
/** Bytes of a value beyond which no more lines are added to it. */
const MOST_VALUE = 65_536;
const COLON = 0x3a;

export interface FieldNotes {
  longHeaderName(): void;
  longHeaderValue(): void;
}

export class FieldReader {
  fields: HeaderField[] = [];
  private open: { readonly name: Uint8Array; readonly parts: Uint8Array[]; length: number } | null = null;
  private readonly depth: number;
  private readonly notes: FieldNotes;

  /** @param depth longest line of a value that is not remarkable */
  constructor(depth: number, notes: FieldNotes) {
    this.depth = depth;
    this.notes = notes;
  }

  /** Forgets what was read: another header begins. */
  clear(): void {
    this.fields = [];
    this.open = null;
  }

  /** A line without its end, not empty. */
  line(data: Uint8Array, start: number, end: number): void {
    if (isBlank(data[start])) {
      this.extend(data, start + 1, end);
      return;
    }
    this.finish();
    let colon = start;
    while (colon < end && data[colon] !== COLON) colon++;
    if (colon === end) return;
    if (colon - start > LONG_NAME) this.notes.longHeaderName();
    let value = colon + 1;
    while (value < end && isBlank(data[value])) value++;
    if (end - value > this.depth) this.notes.longHeaderValue();
    this.open = { name: data.slice(start, colon), parts: [data.slice(value, end)], length: end - value };
  }

  private extend(data: Uint8Array, start: number, end: number): void {
    const { open } = this;
    if (open === null) return;
    if (open.length > MOST_VALUE) return;
    if (end - start > this.depth) this.notes.longHeaderValue();
    open.parts.push(data.slice(start, end));
    open.length += end - start;
  }

  /** The header, or its latest field, is over. */
  finish(): void {
    const { open } = this;
    this.open = null;
    if (open === null || this.fields.length >= MOST_FIELDS) return;
    const value = open.parts.length === 1 ? open.parts[0]! : Buffer.concat(open.parts);
    this.fields.push({ name: open.name, value });
  }
}
