// Client and server hellos (RFC 8446 section 4.1, RFC 5246 section 7.4.1): what they offer and choose.

import { copyOf } from '../../base/kept-bytes.ts';
import type { WordList } from '../../base/word-list.ts';
import { u16 } from '../../wire/read.ts';
import { OfferScan } from './offer.ts';
import type { Offer, Side } from './offer.ts';
import { isVersion, versionOfHello } from './version.ts';

export class Hello {
  readonly offer: Offer;
  readonly sni: Uint8Array | null;
  /** The client knows tickets, whether or not it has one. */
  readonly hasSessionTicket: boolean;
  readonly notes: HelloNotes;
  /** Random bytes, and the session id behind its length. */
  private readonly own: Uint8Array;

  constructor(offer: Offer, own: Uint8Array, { sni, hasSessionTicket, notes }: Extensions) {
    this.offer = offer;
    this.own = own;
    this.sni = sni;
    this.hasSessionTicket = hasSessionTicket;
    this.notes = notes;
  }

  get random(): Uint8Array {
    return this.own.subarray(0, RANDOM);
  }

  /** Of a server: the version that it speaks. */
  get chosenVersion(): number {
    return this.offer.versions[0] ?? versionOfHello(this.offer.version);
  }

  /** Of a client: the first version of its list that is one, else that of the hello itself. */
  get askedVersion(): number {
    return this.offer.versions.find(isVersion) ?? this.offer.version;
  }

  /** Both have the same session id, and there is one. */
  sharesSession({ own }: Hello): boolean {
    const size = this.own.length;
    if (own.length !== size || size === RANDOM + 1) return false;
    for (let i = RANDOM + 1; i < size; i++) if (own[i] !== this.own[i]) return false;
    return true;
  }
}

const RANDOM = 32;

export interface HelloNotes {
  readonly hasSeveralNames: boolean;
  readonly hasBadNameType: boolean;
  readonly hasBadNameLength: boolean;
  readonly isTruncated: boolean;
}

const EXTENSION = {
  serverName: 0,
  groups: 10,
  pointFormats: 11,
  signatures: 13,
  alpn: 16,
  ticket: 35,
  versions: 43,
} as const;

/** Values reserved so that nobody relies on knowing all (RFC 8701). */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);
}

/** Null: too short to be a hello. */
export function parseHello(data: Uint8Array, start: number, end: number, side: Side): Hello | null {
  if (end - start < 35) return null;
  scan.begin(side, u16(data, start));
  let at = start + 2 + RANDOM;
  const idEnd = at + 1 + data[at]!;
  if (idEnd > end) return null;
  at = idEnd;
  if (side === 'client') {
    if (at + 2 > end) return null;
    const cipherEnd = at + 2 + u16(data, at);
    if (cipherEnd > end) return null;
    for (let i = at + 2; i + 1 < cipherEnd; i += 2) offered(scan.ciphers, u16(data, i));
    at = cipherEnd;
    if (at < end) at += 1 + data[at]!;
  } else {
    if (at + 3 > end) return null;
    scan.ciphers.push(u16(data, at));
    at += 3;
  }
  extensions.begin(data, side);
  if (at + 2 <= end) {
    if (at + 2 + u16(data, at) > end) extensions.note('isTruncated');
    extensions.read(at + 2, Math.min(end, at + 2 + u16(data, at)));
  }
  return new Hello(scan.offer, copyOf(data, start + 2, idEnd), extensions);
}

const scan = new OfferScan();

function offered(list: WordList, value: number): void {
  if (!isGrease(value)) list.push(value);
}

const NO_NOTES: HelloNotes = {
  hasSeveralNames: false,
  hasBadNameType: false,
  hasBadNameLength: false,
  isTruncated: false,
};

/** Reads the extensions of one hello after the other; their lists go to `scan`. */
class Extensions {
  sni: Uint8Array | null = null;
  hasSessionTicket = false;
  notes: HelloNotes = NO_NOTES;
  private data: Uint8Array = new Uint8Array(0);
  private side: Side = 'client';

  begin(data: Uint8Array, side: Side): void {
    this.data = data;
    this.side = side;
    this.sni = null;
    this.hasSessionTicket = false;
    this.notes = NO_NOTES;
  }

  note(what: keyof HelloNotes): void {
    this.notes = { ...this.notes, [what]: true };
  }

  read(start: number, end: number): void {
    let at = start;
    while (at + 4 <= end) {
      const type = u16(this.data, at);
      const stop = at + 4 + u16(this.data, at + 2);
      if (stop > end) {
        this.note('isTruncated');
        return;
      }
      this.add(scan.extensions, type);
      this.one(type, at + 4, stop);
      at = stop;
    }
    if (at < end) this.note('isTruncated');
  }

  /** What servers choose is taken as it is. */
  private add(list: WordList, value: number): void {
    if (this.side === 'server') list.push(value);
    else offered(list, value);
  }

  private one(type: number, start: number, end: number): void {
    if (type === EXTENSION.serverName && this.side === 'client') this.serverName(start, end);
    else if (type === EXTENSION.groups) this.list16(scan.groups, start, end);
    else if (type === EXTENSION.pointFormats) this.list8(scan.pointFormats, start, end);
    else if (type === EXTENSION.signatures) this.list16(scan.signatures, start, end);
    else if (type === EXTENSION.alpn) this.protocols(start, end);
    else if (type === EXTENSION.ticket) this.hasSessionTicket = true;
    else if (type === EXTENSION.versions) this.supportedVersions(start, end);
  }

  /** Values of two bytes behind a length of two; the last list of a kind counts. */
  private list16(list: WordList, start: number, end: number): void {
    list.length = 0;
    if (start + 2 > end) return;
    const stop = Math.min(end, start + 2 + u16(this.data, start));
    for (let i = start + 2; i + 1 < stop; i += 2) this.add(list, u16(this.data, i));
  }

  /** Values of one byte behind a length of one. */
  private list8(list: WordList, start: number, end: number): void {
    list.length = 0;
    if (start >= end) return;
    const stop = Math.min(end, start + 1 + this.data[start]!);
    for (let i = start + 1; i < stop; i++) list.push(this.data[i]!);
  }

  private supportedVersions(start: number, end: number): void {
    const { versions } = scan;
    if (this.side === 'server') {
      if (start + 2 > end) return;
      versions.length = 0;
      versions.push(u16(this.data, start));
      return;
    }
    if (start >= end) return;
    const stop = Math.min(end, start + 1 + this.data[start]!);
    for (let i = start + 1; i + 1 < stop; i += 2) offered(versions, u16(this.data, i));
  }

  /** RFC 6066 section 3. */
  private serverName(start: number, end: number): void {
    if (start + 5 > end) return;
    if (this.sni !== null) {
      this.note('hasSeveralNames');
      return;
    }
    if (this.data[start + 2] !== 0) {
      this.note('hasBadNameType');
      return;
    }
    const length = u16(this.data, start + 3);
    if (length === 0 || start + 5 + length > end) {
      this.note('hasBadNameLength');
      return;
    }
    this.sni = copyOf(this.data, start + 5, start + 5 + length);
  }

  /** RFC 7301. */
  private protocols(start: number, end: number): void {
    const { alpns } = scan;
    let at = start + 2;
    while (at < end) {
      const stop = at + 1 + this.data[at]!;
      if (stop > end) return;
      if (stop > at + 1) for (let i = at; i < stop; i++) alpns.push(this.data[i]!);
      at = stop;
    }
  }
}

const extensions = new Extensions();
