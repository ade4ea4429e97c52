// Client and server hellos (RFC 8446 section 4.1, RFC 5246 section 7.4.1): what they offer and choose.

import { copyOf } from '../../base/kept-bytes.ts';
import { u16 } from '../../wire/read.ts';
import { Extensions, offered } from './extensions.ts';
import type { HelloProblem } from './extensions.ts';
import { Known, OfferScan } from './offer.ts';
import type { Offer, Side } from './offer.ts';
import { versionOfHello } from './version.ts';

export class Hello {
  readonly offer: Offer;
  readonly sni: Uint8Array | null;
  /** The client knows tickets, whether or not it has one. */
  readonly hasSessionTicket: boolean;
  readonly hasSeveralNames: boolean;
  readonly problem: HelloProblem | null;
  /** The first that it asks for in a list, 0 for none. */
  readonly listedVersion: number;
  /** The version that it asks for or speaks. */
  readonly version: number;
  /** Random bytes, and the session id behind its length; of one that is cut what there is. */
  private readonly own: Uint8Array;

  constructor(offer: Offer, own: Uint8Array, read: Extensions) {
    this.offer = offer;
    this.own = own;
    this.sni = read.sni;
    this.hasSessionTicket = read.hasSessionTicket;
    this.hasSeveralNames = read.hasSeveralNames;
    this.problem = read.problem;
    this.listedVersion = read.version;
    const chosen = offer.side === 'server' ? offer.versions[0] : read.version;
    this.version = chosen || versionOfHello(offer.version);
  }

  /** Where its parts end could be told. */
  get isWhole(): boolean {
    return this.offer.known === Known.all;
  }

  get random(): Uint8Array | null {
    return this.own.length < RANDOM ? null : this.own.subarray(0, RANDOM);
  }

  /** Both have the same session id, and there is one. */
  sharesSession({ own }: Hello): boolean {
    const size = this.own.length;
    if (own.length !== size || size <= RANDOM + 1) return false;
    for (let i = RANDOM + 1; i < size; i++) if (own[i] !== this.own[i]) return false;
    return true;
  }
}

const RANDOM = 32;
const scan = new OfferScan();
const extensions = new Extensions(scan);

/** Null: there is not even a version. */
export function parseHello(data: Uint8Array, start: number, end: number, side: Side): Hello | null {
  if (end - start < 2) return null;
  scan.begin(side, u16(data, start));
  extensions.begin(data);
  const at = start + 2 + RANDOM;
  const idEnd = at < end ? at + 1 + data[at]! : Infinity;
  const from = idEnd > end ? -1 : side === 'client' ? ciphers(data, idEnd, end) : cipher(data, idEnd, end);
  if (from >= 0 && readExtensions(data, from, end)) scan.known = Known.all;
  else extensions.problem = 'handshake_invalid_length';
  const ownEnd = idEnd <= end ? idEnd : at <= end ? at : start + 2;
  return new Hello(scan.offer, copyOf(data, start + 2, ownEnd), extensions);
}

/** What the client offers, and how it compresses. @returns where the extensions begin, -1: there is none of it */
function ciphers(data: Uint8Array, start: number, end: number): number {
  if (start + 2 > end) return -1;
  const size = u16(data, start);
  const stop = start + 2 + size;
  if (stop >= end || size % 2 !== 0) return -1;
  for (let at = start + 2; at < stop; at += 2) offered(scan.ciphers, u16(data, at));
  scan.known = Known.ciphers;
  const from = stop + 1 + data[stop]!;
  return from > end ? -1 : from;
}

function cipher(data: Uint8Array, start: number, end: number): number {
  if (start + 2 > end) return -1;
  scan.ciphers.push(u16(data, start));
  scan.known = Known.ciphers;
  return start + 3 > end ? -1 : start + 3;
}

function readExtensions(data: Uint8Array, start: number, end: number): boolean {
  if (start + 2 > end) return true;
  const stop = start + 2 + u16(data, start);
  return stop <= end && extensions.read(start + 2, stop);
}
