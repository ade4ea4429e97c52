// Client and server hellos (RFC 8446 section 4.1, RFC 5246 section 7.4.1): what they offer and choose.

import { u16 } from '../../wire/read.ts';

export interface Hello {
  /** legacy_version */
  readonly version: number;
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  /** Offered, or the one chosen; as on the wire. */
  readonly ciphers: readonly number[];
  readonly extensions: readonly number[];
  readonly groups: readonly number[];
  readonly pointFormats: readonly number[];
  readonly signatures: readonly number[];
  /** Of supported_versions: offered, or the one chosen. */
  readonly versions: readonly number[];
  readonly alpns: readonly Uint8Array[];
  readonly sni: Uint8Array | null;
  readonly hasSessionTicket: boolean;
  readonly notes: HelloNotes;
}

export interface HelloNotes {
  hasSeveralNames: boolean;
  hasBadNameType: boolean;
  hasBadNameLength: boolean;
  isTruncated: boolean;
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

/** High bytes of versions: drafts of the IETF, of OpenSSL's experiments, of Facebook. */
const DRAFTS: readonly number[] = [0x7f, 0x7e, 0xfb];

/** A draft or an experiment of TLS 1.3. */
export function isDraft(version: number): boolean {
  return DRAFTS.includes(version >> 8);
}

/** The highest version that a client offers. */
export function highestVersion({ version, versions }: Hello): number {
  const offered = versions.filter((value) => !isGrease(value));
  return offered.length > 0 ? Math.max(...offered) : version;
}

/** Values reserved so that nobody relies on knowing all (RFC 8701). */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);
}

/** Null: too short to be a hello. */
export function parseHello(data: Uint8Array, start: number, end: number, side: 'client' | 'server'): Hello | null {
  if (end - start < 35) return null;
  const version = u16(data, start);
  const random = data.slice(start + 2, start + 34);
  let at = start + 34;
  const idEnd = at + 1 + data[at]!;
  if (idEnd > end) return null;
  const sessionId = data.slice(at + 1, idEnd);
  at = idEnd;
  const ciphers: number[] = [];
  if (side === 'client') {
    if (at + 2 > end) return null;
    const cipherEnd = at + 2 + u16(data, at);
    if (cipherEnd > end) return null;
    for (let i = at + 2; i + 1 < cipherEnd; i += 2) ciphers.push(u16(data, i));
    at = cipherEnd;
    if (at < end) at += 1 + data[at]!;
  } else {
    if (at + 3 > end) return null;
    ciphers.push(u16(data, at));
    at += 3;
  }
  const reader = new Extensions(data, side);
  if (at + 2 <= end) {
    if (at + 2 + u16(data, at) > end) reader.notes.isTruncated = true;
    reader.read(at + 2, Math.min(end, at + 2 + u16(data, at)));
  }
  const { extensions, groups, pointFormats, signatures, versions, alpns, sni, hasSessionTicket, notes } = reader;
  return {
    version,
    random,
    sessionId,
    ciphers,
    extensions,
    groups,
    pointFormats,
    signatures,
    versions,
    alpns,
    sni,
    hasSessionTicket,
    notes,
  };
}

class Extensions {
  readonly extensions: number[] = [];
  groups: number[] = [];
  pointFormats: number[] = [];
  signatures: number[] = [];
  versions: number[] = [];
  alpns: Uint8Array[] = [];
  sni: Uint8Array | null = null;
  hasSessionTicket = false;
  readonly notes: HelloNotes = {
    hasSeveralNames: false,
    hasBadNameType: false,
    hasBadNameLength: false,
    isTruncated: false,
  };
  private readonly data: Uint8Array;
  private readonly side: 'client' | 'server';

  constructor(data: Uint8Array, side: 'client' | 'server') {
    this.data = data;
    this.side = side;
  }

  read(start: number, end: number): void {
    let at = start;
    while (at + 4 <= end) {
      const type = u16(this.data, at);
      const stop = at + 4 + u16(this.data, at + 2);
      if (stop > end) {
        this.notes.isTruncated = true;
        return;
      }
      this.extensions.push(type);
      this.one(type, at + 4, stop);
      at = stop;
    }
  }

  private one(type: number, start: number, end: number): void {
    if (type === EXTENSION.serverName && this.side === 'client') this.serverName(start, end);
    else if (type === EXTENSION.groups) this.groups = this.list16(start, end);
    else if (type === EXTENSION.pointFormats)
      this.pointFormats =
        start < end ? [...this.data.subarray(start + 1, Math.min(end, start + 1 + this.data[start]!))] : [];
    else if (type === EXTENSION.signatures) this.signatures = this.list16(start, end);
    else if (type === EXTENSION.alpn) this.protocols(start, end);
    else if (type === EXTENSION.ticket) this.hasSessionTicket = end > start;
    else if (type === EXTENSION.versions) this.supportedVersions(start, end);
  }

  /** Values of two bytes behind a length of two. */
  private list16(start: number, end: number): number[] {
    const values: number[] = [];
    if (start + 2 > end) return values;
    const stop = Math.min(end, start + 2 + u16(this.data, start));
    for (let i = start + 2; i + 1 < stop; i += 2) values.push(u16(this.data, i));
    return values;
  }

  private supportedVersions(start: number, end: number): void {
    if (this.side === 'server') {
      if (start + 2 <= end) this.versions = [u16(this.data, start)];
      return;
    }
    if (start >= end) return;
    const stop = Math.min(end, start + 1 + this.data[start]!);
    for (let i = start + 1; i + 1 < stop; i += 2) this.versions.push(u16(this.data, i));
  }

  /** RFC 6066 section 3. */
  private serverName(start: number, end: number): void {
    if (start + 5 > end) return;
    if (this.sni !== null) {
      this.notes.hasSeveralNames = true;
      return;
    }
    if (this.data[start + 2] !== 0) {
      this.notes.hasBadNameType = true;
      return;
    }
    const length = u16(this.data, start + 3);
    if (length === 0 || start + 5 + length > end) {
      this.notes.hasBadNameLength = true;
      return;
    }
    this.sni = this.data.slice(start + 5, start + 5 + length);
  }

  /** RFC 7301. */
  private protocols(start: number, end: number): void {
    let at = start + 2;
    while (at < end) {
      const stop = at + 1 + this.data[at]!;
      if (stop > end) return;
      if (stop > at + 1) this.alpns.push(this.data.slice(at + 1, stop));
      at = stop;
    }
  }
}
