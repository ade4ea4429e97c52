// DNS messages on the wire (RFC 1035 section 4): header, questions and resource records, read without trust.

import { NameReader } from './dns-name.ts';
import type { DnsName, NameNotes } from './dns-name.ts';
import { readRdata } from './dns-rdata.ts';
import type { DnsRdata } from './dns-rdata.ts';
import { i32, u16 } from './read.ts';

const NOTHING = new Uint8Array(0);

export interface DnsQuestion {
  readonly name: DnsName;
  readonly type: number;
  readonly class: number;
}

export interface DnsRecord extends DnsQuestion {
  /** Seconds. */
  readonly ttl: number;
  readonly rdata: DnsRdata;
}

/** The records of a message. */
interface DnsSections {
  readonly questions: DnsQuestion[];
  readonly answers: DnsRecord[];
  readonly authorities: DnsRecord[];
  readonly additionals: DnsRecord[];
}

/** A sound message. Its records are read when somebody asks for them: most messages only pass by. */
export class DnsMessage implements NameNotes {
  readonly id: number;
  readonly flags: number;
  hasInvalidAuthorities = false;
  hasInvalidAdditionals = false;
  isTruncatedName = false;
  hasInfiniteLoop = false;
  hasLabelLimit = false;
  /** All of it, as it was on the wire. */
  readonly bytes: Uint8Array;
  private sections: DnsSections | null = null;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.id = u16(bytes, 0);
    this.flags = u16(bytes, 2);
  }

  get questions(): readonly DnsQuestion[] {
    return this.read().questions;
  }

  get answers(): readonly DnsRecord[] {
    return this.read().answers;
  }

  get authorities(): readonly DnsRecord[] {
    return this.read().authorities;
  }

  get additionals(): readonly DnsRecord[] {
    return this.read().additionals;
  }

  get questionCount(): number {
    return u16(this.bytes, 4);
  }

  get isResponse(): boolean {
    return (this.flags & 0x8000) !== 0;
  }

  get opcode(): number {
    return (this.flags >> 11) & 15;
  }

  get rcode(): number {
    return this.flags & 15;
  }

  private read(): DnsSections {
    if (this.sections !== null) return this.sections;
    const sections = { questions: [], answers: [], authorities: [], additionals: [] };
    reader.read(this.bytes, this, sections);
    this.sections = sections;
    return sections;
  }
}

export const DNS_HEADER_LENGTH = 12;

/** Copies what it keeps. Null: the bytes are no DNS message. */
export function parseDnsMessage(data: Uint8Array, start: number, end: number): DnsMessage | null {
  if (end - start < DNS_HEADER_LENGTH) return null;
  const message = new DnsMessage(data.slice(start, end));
  return reader.read(message.bytes, message, null) ? message : null;
}

class MessageReader {
  private bytes: Uint8Array = NOTHING;
  private readonly names = new NameReader();
  private at = 0;

  /** @param into null: the message is only checked. @returns false for what is no message */
  read(bytes: Uint8Array, found: DnsMessage, into: DnsSections | null): boolean {
    const { names } = this;
    this.bytes = bytes;
    this.at = DNS_HEADER_LENGTH;
    names.open(bytes, found, { isOnlyChecked: into === null });
    const isSound = this.sections(found, into);
    names.open(NOTHING, found, { isOnlyChecked: true });
    this.bytes = NOTHING;
    return isSound;
  }

  private sections(found: DnsMessage, into: DnsSections | null): boolean {
    const { bytes } = this;
    for (let i = u16(bytes, 4); i > 0; i--) if (!this.question(into)) return false;
    if (!this.section(into === null ? null : into.answers, u16(bytes, 6))) return false;
    // what the last two sections have wrong does not take the rest away
    if (!this.section(into === null ? null : into.authorities, u16(bytes, 8))) {
      found.hasInvalidAuthorities = true;
      if (into !== null) into.authorities.length = 0;
    } else if (!this.section(into === null ? null : into.additionals, u16(bytes, 10))) {
      found.hasInvalidAdditionals = true;
      if (into !== null) into.additionals.length = 0;
    }
    return true;
  }

  private question(into: DnsSections | null): boolean {
    const { bytes } = this;
    const name = this.names.read(this.at, bytes.length);
    const at = this.names.next;
    if (name === null || at + 4 > bytes.length) return false;
    into?.questions.push({ name, type: u16(bytes, at), class: u16(bytes, at + 2) });
    this.at = at + 4;
    return true;
  }

  private section(into: DnsRecord[] | null, count: number): boolean {
    for (let i = 0; i < count; i++) if (!this.record(into)) return false;
    return true;
  }

  private record(into: DnsRecord[] | null): boolean {
    const { bytes, names } = this;
    const name = names.read(this.at, bytes.length);
    const at = names.next;
    if (name === null || at + 10 > bytes.length) return false;
    const start = at + 10;
    const end = start + u16(bytes, at + 8);
    if (end > bytes.length) return false;
    this.at = end;
    const type = u16(bytes, at);
    const rdata = readRdata(type, bytes, start, end, names);
    if (rdata === null) return false;
    into?.push({ name, type, class: u16(bytes, at + 2), ttl: i32(bytes, at + 4) >>> 0, rdata });
    return true;
  }
}

const reader = new MessageReader();
