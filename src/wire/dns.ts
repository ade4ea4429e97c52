// DNS messages on the wire (RFC 1035 section 4): header, questions and resource records, read without trust.

import { NameReader } from './dns-name.ts';
import type { DnsName, NameNotes } from './dns-name.ts';
import { readRdata } from './dns-rdata.ts';
import type { DnsRdata } from './dns-rdata.ts';
import { i32, u16 } from './read.ts';

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

export class DnsMessage implements NameNotes {
  id = 0;
  flags = 0;
  readonly questions: DnsQuestion[] = [];
  readonly answers: DnsRecord[] = [];
  readonly authorities: DnsRecord[] = [];
  readonly additionals: DnsRecord[] = [];
  hasInvalidAuthorities = false;
  hasInvalidAdditionals = false;
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

export const DNS_HEADER_LENGTH = 12;

/** Copies what it keeps. Null: the bytes are no DNS message. */
export function parseDnsMessage(data: Uint8Array, start: number, end: number): DnsMessage | null {
  if (end - start < DNS_HEADER_LENGTH) return null;
  return new MessageReader(data.slice(start, end)).message();
}

class MessageReader {
  private readonly bytes: Uint8Array;
  private readonly found = new DnsMessage();
  private readonly names: NameReader;
  private at = DNS_HEADER_LENGTH;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.names = new NameReader(bytes, this.found);
  }

  message(): DnsMessage | null {
    const { bytes, found } = this;
    found.id = u16(bytes, 0);
    found.flags = u16(bytes, 2);
    for (let i = u16(bytes, 4); i > 0; i--) if (!this.question()) return null;
    if (!this.section(found.answers, u16(bytes, 6))) return null;
    // what the last two sections have wrong does not take the rest away
    if (!this.section(found.authorities, u16(bytes, 8))) {
      found.hasInvalidAuthorities = true;
      found.authorities.length = 0;
    } else if (!this.section(found.additionals, u16(bytes, 10))) {
      found.hasInvalidAdditionals = true;
      found.additionals.length = 0;
    }
    return found;
  }

  private question(): boolean {
    const { bytes } = this;
    const name = this.names.read(this.at, bytes.length);
    const at = this.names.next;
    if (name === null || at + 4 > bytes.length) return false;
    this.found.questions.push({ name, type: u16(bytes, at), class: u16(bytes, at + 2) });
    this.at = at + 4;
    return true;
  }

  private section(into: DnsRecord[], count: number): boolean {
    for (let i = 0; i < count; i++) {
      const record = this.record();
      if (record === null) return false;
      into.push(record);
    }
    return true;
  }

  private record(): DnsRecord | null {
    const { bytes, names } = this;
    const name = names.read(this.at, bytes.length);
    const at = names.next;
    if (name === null || at + 10 > bytes.length) return null;
    const start = at + 10;
    const end = start + u16(bytes, at + 8);
    if (end > bytes.length) return null;
    this.at = end;
    const type = u16(bytes, at);
    const rdata = readRdata(type, bytes, start, end, names);
    if (rdata === null) return null;
    return { name, type, class: u16(bytes, at + 2), ttl: i32(bytes, at + 4) >>> 0, rdata };
  }
}
