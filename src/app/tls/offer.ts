// Offer: what a hello has in common with others of the same program; kept, with the fingerprints made of it, for those
// that come next.

import { WordList } from '../../base/word-list.ts';
import { ja3Begun, ja3Text, ja3sText, ja4Lists, ja4Text, md5 } from './fingerprint.ts';
import type { Lists } from './fingerprint.ts';

export type Side = 'client' | 'server';

/** How much of a hello could be read; of what is cut there is a part of a fingerprint, and no digest. */
export const Known = { version: 0, ciphers: 1, all: 2 } as const;
type Known = (typeof Known)[keyof typeof Known];

/** Lists as on the wire, but without the values that clients put in for nobody to rely on (RFC 8701). */
export class Offer implements Lists {
  readonly version: number;
  /** Offered, or the one chosen. */
  readonly ciphers: readonly number[];
  readonly extensions: readonly number[];
  readonly groups: readonly number[];
  readonly pointFormats: readonly number[];
  readonly signatures: readonly number[];
  /** Of supported_versions: offered, or the one chosen. */
  readonly versions: readonly number[];
  readonly alpns: readonly Uint8Array[];
  readonly side: Side;
  readonly known: Known;
  private ja3Made: string | null = null;
  private ja3HashMade: string | null = null;
  private ja4ListsMade: string | null = null;
  private ja4Named: string | null = null;
  private ja4Nameless: string | null = null;

  constructor(scan: OfferScan) {
    this.side = scan.side;
    this.known = scan.known;
    this.version = scan.version;
    this.ciphers = scan.ciphers.toArray();
    this.extensions = scan.extensions.toArray();
    this.groups = scan.groups.toArray();
    this.pointFormats = scan.pointFormats.toArray();
    this.signatures = scan.signatures.toArray();
    this.versions = scan.versions.toArray();
    this.alpns = namesOf(scan.alpns);
  }

  /** JA3 of a client, JA3S of a server. */
  get ja3(): string {
    return (this.ja3Made ??= this.ja3Text());
  }

  private ja3Text(): string {
    if (this.known !== Known.all) return this.known === Known.version ? String(this.version) : ja3Begun(this);
    return this.side === 'client' ? ja3Text(this) : ja3sText(this);
  }

  /** Null: of a part there is none. */
  get ja3Hash(): string | null {
    return this.known === Known.all ? (this.ja3HashMade ??= md5(this.ja3)) : null;
  }

  /** JA4 of a client over TCP that asks for a name, null for none. */
  ja4(sni: Uint8Array | null): string {
    if (sni === null) return (this.ja4Nameless ??= ja4Text({ sni, offer: this }, 't'));
    return (this.ja4Named ??= ja4Text({ sni, offer: this }, 't'));
  }

  /** The two parts of JA4 that are made of lists. */
  get ja4Lists(): string {
    return (this.ja4ListsMade ??= ja4Lists(this));
  }
}

/** What is in an Offer while it is read; one for all. */
export class OfferScan {
  side: Side = 'client';
  version = 0;
  known: Known = Known.version;
  readonly ciphers = new WordList();
  readonly extensions = new WordList();
  readonly groups = new WordList();
  readonly pointFormats = new WordList();
  readonly signatures = new WordList();
  readonly versions = new WordList();
  /** Bytes of the names, the length before each. */
  readonly alpns = new WordList();
  private readonly lists = [
    this.ciphers,
    this.extensions,
    this.groups,
    this.pointFormats,
    this.signatures,
    this.versions,
    this.alpns,
  ];
  private readonly kept: (Kept | null)[] = new Array<Kept | null>(MOST_KEPT).fill(null);

  begin(side: Side, version: number): void {
    this.side = side;
    this.version = version;
    this.known = Known.version;
    for (const list of this.lists) list.length = 0;
  }

  /** The offer that was read. */
  get offer(): Offer {
    const { kept } = this;
    const slot = this.hash() & (MOST_KEPT - 1);
    const first = kept[slot]!;
    if (first !== null && this.isSame(first)) return first.offer;
    const second = kept[slot ^ 1]!;
    if (second !== null && this.isSame(second)) return second.offer;
    const offer = new Offer(this);
    if (this.size() > LONGEST_KEPT) return offer;
    kept[slot ^ 1] = first;
    kept[slot] = { offer, side: this.side, words: this.copy() };
    return offer;
  }

  private size(): number {
    let size = 0;
    for (const { length } of this.lists) size += length;
    return size;
  }

  private hash(): number {
    let hash = this.version ^ (this.known << 16);
    for (const { words, length } of this.lists) {
      hash = Math.imul(hash ^ length, 0x01000193);
      for (let i = 0; i < length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193);
    }
    return hash ^ (hash >>> 15);
  }

  /** The lists one after the other, the length before each. */
  private copy(): Uint16Array {
    const all = new Uint16Array(this.size() + this.lists.length);
    let at = 0;
    for (const { words, length } of this.lists) {
      all[at++] = length;
      for (let i = 0; i < length; i++) all[at++] = words[i]!;
    }
    return all;
  }

  private isSame({ offer, side, words: known }: Kept): boolean {
    if (side !== this.side || offer.version !== this.version || offer.known !== this.known) return false;
    let at = 0;
    for (const { words, length } of this.lists) {
      if (known[at++] !== length) return false;
      for (let i = 0; i < length; i++) if (known[at++] !== words[i]) return false;
    }
    return true;
  }
}

interface Kept {
  readonly offer: Offer;
  readonly side: Side;
  readonly words: Uint16Array;
}

/** A power of two. An offer has two places; the older of those who share them gives way. */
const MOST_KEPT = 2048;
/** Hellos of real programs are shorter; longer ones are made up, and would only take memory. */
const LONGEST_KEPT = 512;

function namesOf({ words, length }: WordList): Uint8Array[] {
  const names: Uint8Array[] = [];
  for (let at = 0; at < length; at += 1 + words[at]!)
    names.push(Uint8Array.from(words.subarray(at + 1, at + 1 + words[at]!)));
  return names;
}
