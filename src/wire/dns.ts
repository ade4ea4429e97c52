// DNS messages on the wire (RFC 1035 section 4): header, questions and resource records, read without trust.

import { i32, u16 } from './read.ts';

export interface Question {
  /** Dotted, as on the wire (RFC 1035 section 4.1.2). */
  readonly name: Uint8Array;
  readonly type: number;
  readonly class: number;
}

export interface ResourceRecord extends Question {
  /** Seconds. */
  readonly ttl: number;
  /** RDATA: where it is in the message, for types whose names are compressed. */
  readonly start: number;
  readonly end: number;
}

export class DnsMessage {
  /** The message's own copy of its bytes. */
  bytes: Uint8Array = new Uint8Array(0);
  id = 0;
  flags = 0;
  questions: Question[] = [];
  answers: ResourceRecord[] = [];
  authorities: ResourceRecord[] = [];
  additionals: ResourceRecord[] = [];
  isTruncatedName = false;
  hasInfiniteLoop = false;
  hasLabelLimit = false;

  get isResponse(): boolean {
    return (this.flags & 0x8000) !== 0;
  }

  get opcode(): number {
    return (this.flags >> 11) & 15;
  }

  get rcode(): number {
    return this.flags & 15;
  }
}

export const HEADER_LENGTH = 12;
const MAX_NAME = 1025;
const MAX_LABELS = 255;
const MAX_JUMPS = 255;

/** Null: the bytes are no DNS message. */
export function parseMessage(data: Uint8Array, start: number, end: number): DnsMessage | null {
  if (end - start < HEADER_LENGTH) return null;
  const message = new DnsMessage();
  message.bytes = data.slice(start, end);
  const reader = new Reader(message);
  message.id = u16(message.bytes, 0);
  message.flags = u16(message.bytes, 2);
  const counts = [4, 6, 8, 10].map((at) => u16(message.bytes, at));
  for (let i = 0; i < counts[0]!; i++) {
    const question = reader.question();
    if (question === null) return null;
    message.questions.push(question);
  }
  const sections = [message.answers, message.authorities, message.additionals];
  for (let s = 0; s < sections.length; s++) {
    for (let i = 0; i < counts[s + 1]!; i++) {
      const record = reader.record();
      if (record === null) return null;
      sections[s]!.push(record);
    }
  }
  return message;
}

class Reader {
  private readonly message: DnsMessage;
  private readonly bytes: Uint8Array;
  private at = HEADER_LENGTH;

  constructor(message: DnsMessage) {
    this.message = message;
    this.bytes = message.bytes;
  }

  question(): Question | null {
    const name = this.name();
    if (name === null || this.at + 4 > this.bytes.length) return null;
    const type = u16(this.bytes, this.at);
    const klass = u16(this.bytes, this.at + 2);
    this.at += 4;
    return { name, type, class: klass };
  }

  record(): ResourceRecord | null {
    const name = this.name();
    if (name === null || this.at + 10 > this.bytes.length) return null;
    const { bytes, at } = this;
    const start = at + 10;
    const end = start + u16(bytes, at + 8);
    if (end > bytes.length) return null;
    this.at = end;
    return { name, type: u16(bytes, at), class: u16(bytes, at + 2), ttl: i32(bytes, at + 4) >>> 0, start, end };
  }

  private name(): Uint8Array | null {
    const found = readName(this.bytes, this.at, this.message);
    if (found === null) return null;
    this.at = found.next;
    return found.name;
  }
}

export interface NameNotes {
  isTruncatedName: boolean;
  hasInfiniteLoop: boolean;
  hasLabelLimit: boolean;
}

/** A name with its compression undone (RFC 1035 section 4.1.4), cut at 1025 bytes; null when it leaves the message. */
export function readName(
  bytes: Uint8Array,
  start: number,
  notes: NameNotes,
): { name: Uint8Array; next: number } | null {
  const out: number[] = [];
  let at = start;
  let next = -1;
  let jumps = 0;
  for (let labels = 0; ; labels++) {
    if (at >= bytes.length) return null;
    const length = bytes[at]!;
    if (length === 0) {
      if (next < 0) next = at + 1;
      return { name: Uint8Array.from(out), next };
    }
    if (labels >= MAX_LABELS) {
      notes.hasLabelLimit = true;
      return next < 0 ? null : { name: Uint8Array.from(out), next };
    }
    if ((length & 0xc0) === 0xc0) {
      if (at + 1 >= bytes.length) return null;
      if (next < 0) next = at + 2;
      const to = ((length & 0x3f) << 8) | bytes[at + 1]!;
      if (to >= at || ++jumps > MAX_JUMPS) {
        notes.hasInfiniteLoop = true;
        return { name: Uint8Array.from(out), next };
      }
      at = to;
      continue;
    }
    if ((length & 0xc0) !== 0 || at + 1 + length > bytes.length) return null;
    if (out.length > 0) out.push(0x2e);
    for (let i = 0; i < length; i++) out.push(bytes[at + 1 + i]!);
    at += 1 + length;
    if (out.length > MAX_NAME) {
      out.length = MAX_NAME;
      notes.isTruncatedName = true;
      if (next < 0) next = skipName(bytes, at);
      return next < 0 ? null : { name: Uint8Array.from(out), next };
    }
  }
}

/** End of the name whose labels go on at `at`, -1 when it leaves the message. */
function skipName(bytes: Uint8Array, at: number): number {
  while (at < bytes.length) {
    const length = bytes[at]!;
    if (length === 0) return at + 1;
    if ((length & 0xc0) === 0xc0) return at + 2;
    at += 1 + length;
  }
  return -1;
}
