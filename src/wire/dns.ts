// DNS messages on the wire (RFC 1035 section 4): header, questions and resource records, read without trust.

import { KeptBytes } from '../base/kept-bytes.ts';
import { NameReader } from './dns-name.ts';
import type { DnsName, NameNotes } from './dns-name.ts';
import { isRdata, readRdata } from './dns-rdata.ts';
import type { DnsRdata } from './dns-rdata.ts';
import type { DnsRows } from './dns-rows.ts';
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

/** What was odd about a sound message. */
export interface DnsNotes extends NameNotes {
  hasInvalidAuthorities: boolean;
  hasInvalidAdditionals: boolean;
}

/** A sound message. Its records are read when somebody asks for them: most messages only pass by. */
export class DnsMessage {
  readonly id: number;
  readonly flags: number;
  readonly questionCount: number;
  readonly isTruncatedName: boolean;
  readonly hasInfiniteLoop: boolean;
  readonly hasLabelLimit: boolean;
  readonly hasInvalidAuthorities: boolean;
  readonly hasInvalidAdditionals: boolean;
  /** All of it is [start, end) of `data`, as it was on the wire. */
  private readonly data: Uint8Array;
  private readonly start: number;
  private readonly end: number;
  private asked: readonly DnsQuestion[] | null = null;
  private sections: DnsSections | null = null;

  constructor(data: Uint8Array, start: number, end: number, notes: DnsNotes) {
    this.data = data;
    this.start = start;
    this.end = end;
    this.id = u16(data, start);
    this.flags = u16(data, start + 2);
    this.questionCount = u16(data, start + 4);
    this.isTruncatedName = notes.isTruncatedName;
    this.hasInfiniteLoop = notes.hasInfiniteLoop;
    this.hasLabelLimit = notes.hasLabelLimit;
    this.hasInvalidAuthorities = notes.hasInvalidAuthorities;
    this.hasInvalidAdditionals = notes.hasInvalidAdditionals;
  }

  get questions(): readonly DnsQuestion[] {
    return (this.asked ??= reader.questions(this.data, this.start, this.end));
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

  get isResponse(): boolean {
    return (this.flags & RESPONSE) !== 0;
  }

  get opcode(): number {
    return (this.flags >> 11) & 15;
  }

  get rcode(): number {
    return this.flags & 15;
  }

  /** Finds the records without reading them. */
  fill(rows: DnsRows): void {
    const { data, start } = this;
    rows.open(data, start, this.end);
    rows.readQuestions(this.questionCount);
    rows.readAnswers(u16(data, start + 6));
    if (this.hasInvalidAuthorities) return;
    rows.readAuthorities(u16(data, start + 8));
    if (!this.hasInvalidAdditionals) rows.readAdditionals(u16(data, start + 10));
  }

  private read(): DnsSections {
    if (this.sections !== null) return this.sections;
    const sections = { questions: [], answers: [], authorities: [], additionals: [] };
    reader.read(this.data, this.start, this.end, sections);
    this.sections = sections;
    return sections;
  }
}

export const DNS_HEADER_LENGTH = 12;
const RESPONSE = 0x8000;
/** Bytes of a message for each record that its header announces, at least: with fewer it is none (Suricata's measure). */
const LEAST_RECORD = 2;

/** Whether the bytes are a DNS message. */
export function isDnsMessage(data: Uint8Array, start: number, end: number): boolean {
  return end - start >= DNS_HEADER_LENGTH && reader.read(data, start, end, null);
}

/** Whether the message at `start` says it is a response. */
export function isDnsResponse(data: Uint8Array, start: number): boolean {
  return (u16(data, start + 2) & RESPONSE) !== 0;
}

/** Whether they are one that says something: a response, or a question. */
export function isDnsExchange(data: Uint8Array, start: number, end: number): boolean {
  return isDnsMessage(data, start, end) && (isDnsResponse(data, start) || u16(data, start + 4) > 0);
}

/** Copies what it keeps. Null: the bytes are no DNS message. */
export function parseDnsMessage(data: Uint8Array, start: number, end: number): DnsMessage | null {
  if (!isDnsMessage(data, start, end)) return null;
  const at = kept.keep(data, start, end);
  return new DnsMessage(kept.bytes, at, at + end - start, reader.notes);
}

const kept = new KeptBytes();

class MessageReader {
  readonly notes: DnsNotes = {
    isTruncatedName: false,
    hasInfiniteLoop: false,
    hasLabelLimit: false,
    hasInvalidAuthorities: false,
    hasInvalidAdditionals: false,
  };
  private data: Uint8Array = NOTHING;
  private end = 0;
  private readonly names = new NameReader();
  private at = 0;

  /** @param into null: the message is only checked, with `notes`. @returns false for what is no message */
  read(data: Uint8Array, start: number, end: number, into: DnsSections | null): boolean {
    this.open(data, start, end, into);
    return this.sections(start, into);
  }

  private open(data: Uint8Array, start: number, end: number, into: DnsSections | null): void {
    const { names, notes } = this;
    this.data = data;
    this.end = end;
    this.at = start + DNS_HEADER_LENGTH;
    notes.isTruncatedName = notes.hasInfiniteLoop = notes.hasLabelLimit = false;
    notes.hasInvalidAuthorities = notes.hasInvalidAdditionals = false;
    names.open(data, start, end, notes, into === null);
  }

  /** The questions alone, of a message that was found sound. */
  questions(data: Uint8Array, start: number, end: number): readonly DnsQuestion[] {
    const into: DnsSections = { questions: [], answers: [], authorities: [], additionals: [] };
    this.open(data, start, end, into);
    for (let i = u16(data, start + 4); i > 0; i--) this.question(into);
    return into.questions;
  }

  private sections(start: number, into: DnsSections | null): boolean {
    const { data, end, notes } = this;
    const counts = u16(data, start + 4) + u16(data, start + 6) + u16(data, start + 8) + u16(data, start + 10);
    if (counts * LEAST_RECORD > end - start) return false;
    for (let i = u16(data, start + 4); i > 0; i--) if (!this.question(into)) return false;
    if (!this.section(into === null ? null : into.answers, u16(data, start + 6))) return false;
    // what the last two sections have wrong does not take the rest away
    if (!this.section(into === null ? null : into.authorities, u16(data, start + 8))) {
      notes.hasInvalidAuthorities = true;
      if (into !== null) into.authorities.length = 0;
    } else if (!this.section(into === null ? null : into.additionals, u16(data, start + 10))) {
      notes.hasInvalidAdditionals = true;
      if (into !== null) into.additionals.length = 0;
    }
    return true;
  }

  private question(into: DnsSections | null): boolean {
    const { data, end, names } = this;
    if (!names.show(this.at, end)) return false;
    const at = names.next;
    if (at + 4 > end) return false;
    into?.questions.push({ name: names.copy(), type: u16(data, at), class: u16(data, at + 2) });
    this.at = at + 4;
    return true;
  }

  private section(into: DnsRecord[] | null, count: number): boolean {
    for (let i = 0; i < count; i++) if (!this.record(into)) return false;
    return true;
  }

  private record(into: DnsRecord[] | null): boolean {
    const { data, names } = this;
    if (!names.show(this.at, this.end)) return false;
    const at = names.next;
    if (at + 10 > this.end) return false;
    const start = at + 10;
    const end = start + u16(data, at + 8);
    if (end > this.end) return false;
    this.at = end;
    const type = u16(data, at);
    if (into === null) return isRdata(type, data, start, end, names);
    const name = names.copy();
    const rdata = readRdata(type, data, start, end, names);
    if (rdata === null) return false;
    into.push({ name, type, class: u16(data, at + 2), ttl: i32(data, at + 4) >>> 0, rdata });
    return true;
  }
}

const reader = new MessageReader();
