// Extensions of a hello (RFC 8446 section 4.2): the lists in them go to an OfferScan. What is taken of damaged ones is
// measured beside Suricata 8.0.8.

import { copyOf } from '../../base/kept-bytes.ts';
import type { WordList } from '../../base/word-list.ts';
import { u16 } from '../../wire/read.ts';
import { isGrease } from './grease.ts';
import type { OfferScan } from './offer.ts';
import { isVersion } from './version.ts';

export type HelloProblem = 'handshake_invalid_length' | 'invalid_sni_type' | 'invalid_sni_length';

const TYPE = {
  serverName: 0,
  groups: 10,
  pointFormats: 11,
  signatures: 13,
  alpn: 16,
  ticket: 35,
  versions: 43,
} as const;
const HEADER = 4;
const HOST_NAME = 0;
/** RFC 1035 section 2.3.4. */
const LONGEST_NAME = 255;

/** Reads those of one hello after the other. */
export class Extensions {
  sni: Uint8Array | null = null;
  hasSessionTicket = false;
  hasSeveralNames = false;
  /** The first version of the last list that is one, 0 for none. */
  version = 0;
  problem: HelloProblem | null = null;
  private data: Uint8Array = new Uint8Array(0);
  private readonly scan: OfferScan;

  constructor(scan: OfferScan) {
    this.scan = scan;
  }

  begin(data: Uint8Array): void {
    this.data = data;
    this.sni = null;
    this.hasSessionTicket = false;
    this.hasSeveralNames = false;
    this.version = 0;
    this.problem = null;
  }

  /**
   * One that is wrong within ends it, and does not count.
   * @returns false: where one ends cannot be told, or what a fingerprint is made of is wrong
   */
  read(start: number, end: number): boolean {
    for (let at = start; at < end;) {
      if (at + HEADER > end) return false;
      const type = u16(this.data, at);
      const stop = at + HEADER + u16(this.data, at + 2);
      if (stop > end) return false;
      // without contents they may all be: that something is known is all they say
      this.problem = stop === at + HEADER ? null : this.one(type, at + HEADER, stop);
      if (this.problem !== null) return type !== TYPE.groups && type !== TYPE.pointFormats;
      if (type === TYPE.ticket) this.hasSessionTicket = true;
      offered(this.scan.extensions, type);
      at = stop;
    }
    return true;
  }

  private one(type: number, start: number, end: number): HelloProblem | null {
    const { scan } = this;
    const isServer = scan.side === 'server';
    if (type === TYPE.serverName) return this.serverName(start, end);
    if (type === TYPE.alpn) return checked(this.protocols(start, end));
    if (type === TYPE.versions) return checked(isServer ? this.chosen(start, end) : this.versions(start, end));
    if (isServer) return null;
    if (type === TYPE.groups) return checked(this.groups(start, end));
    if (type === TYPE.pointFormats) return checked(this.pointFormats(start, end));
    return type === TYPE.signatures ? checked(this.signatures(start, end)) : null;
  }

  /** RFC 6066 section 3: the first name. */
  private serverName(start: number, end: number): HelloProblem | null {
    const at = start + 5;
    if (start + 3 > end) return 'handshake_invalid_length';
    if (this.data[start + 2] !== HOST_NAME) return 'invalid_sni_type';
    if (at > end) return 'handshake_invalid_length';
    const length = u16(this.data, start + 3);
    if (length === 0 || length > LONGEST_NAME || at + length > end) return 'invalid_sni_length';
    if (this.scan.side === 'server') return null;
    if (this.sni !== null) this.hasSeveralNames = true;
    else this.sni = copyOf(this.data, at, at + length);
    return null;
  }

  /** Values of two bytes, the last one in full if its first byte is in the list. */
  private groups(start: number, end: number): boolean {
    const stop = this.listEnd16(start, end);
    for (let at = start + 2; at < stop && at + 2 <= end; at += 2) offered(this.scan.groups, u16(this.data, at));
    return stop >= 0;
  }

  private signatures(start: number, end: number): boolean {
    const stop = this.listEnd16(start, end);
    if (stop < 0 || (stop - start) % 2 !== 0) return false;
    for (let at = start + 2; at < stop; at += 2) offered(this.scan.signatures, u16(this.data, at));
    return true;
  }

  private pointFormats(start: number, end: number): boolean {
    const stop = start + 1 + this.data[start]!;
    if (stop > end) return false;
    for (let at = start + 1; at < stop; at++) this.scan.pointFormats.push(this.data[at]!);
    return true;
  }

  private versions(start: number, end: number): boolean {
    const stop = start + 1 + this.data[start]!;
    if (stop > end || stop === start + 1) return false;
    let first = 0;
    for (let at = start + 1; at + 1 < stop; at += 2) {
      const version = u16(this.data, at);
      offered(this.scan.versions, version);
      if (first === 0 && isVersion(version)) first = version;
    }
    if (first !== 0) this.version = first;
    return true;
  }

  private chosen(start: number, end: number): boolean {
    if (start + 2 > end) return false;
    this.scan.versions.length = 0;
    this.scan.versions.push(u16(this.data, start));
    return true;
  }

  /** RFC 7301. Names of nothing are left out, and one that ends in the extension but not in the list. */
  private protocols(start: number, end: number): boolean {
    const { alpns } = this.scan;
    const listEnd = this.listEnd16(start, end);
    for (let at = start + 2; at < listEnd;) {
      const stop = at + 1 + this.data[at]!;
      if (stop > end) return false;
      if (stop > listEnd) return true;
      if (stop > at + 1) for (let i = at; i < stop; i++) alpns.push(this.data[i]!);
      at = stop;
    }
    return listEnd >= 0;
  }

  /** Where a list ends behind its length of two bytes; -1: not in the extension. */
  private listEnd16(start: number, end: number): number {
    if (start + 2 > end) return -1;
    const stop = start + 2 + u16(this.data, start);
    return stop > end ? -1 : stop;
  }
}

function checked(isWhole: boolean): HelloProblem | null {
  return isWhole ? null : 'handshake_invalid_length';
}

export function offered(list: WordList, value: number): void {
  if (!isGrease(value)) list.push(value);
}
