// Searching one pattern: how `content` is verified and found again after a relative position.
// Short patterns and short buffers are searched for their rarest byte, others by Horspool's skips (Horspool 1980).

const LOWER = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));

// From here on the skip table, which is made at the first such search, pays for itself.
const SKIP_LENGTH = 4;
const SKIP_WINDOW = 128;
/**
 * Searches that went so far without finding anything go on in native code: there a byte costs a tenth, a call more. The
 * next that is as long begins there.
 */
const NEAR = 512;
/** What is left must be worth the call. */
const FAR = 2048;
const { prototype } = Buffer as unknown as {
  readonly prototype: { readonly indexOf: (this: Uint8Array, bytes: Uint8Array) => number };
};
const search = prototype.indexOf;

/** Roughly how common a byte is in network traffic; letters count as either case. */
function commonness(byte: number): number {
  if (byte === 0) return 10;
  const c = String.fromCharCode(byte).toLowerCase();
  if ('etaoinsr /.='.includes(c)) return 9;
  if (/[a-z0-9]/.test(c)) return 6;
  if (byte === 0xff || byte === 1) return 5;
  return byte >= 0x20 && byte < 0x7f ? 4 : byte < 0x20 ? 3 : 2;
}

function rarestAt(bytes: Uint8Array): number {
  let best = 0;
  for (let i = 1; i < bytes.length; i++) if (commonness(bytes[i]!) < commonness(bytes[best]!)) best = i;
  return best;
}

function skipTable(bytes: Uint8Array, nocase: boolean): Uint8Array {
  const last = bytes.length - 1;
  const skips = new Uint8Array(256).fill(Math.min(bytes.length, 255));
  for (let i = 0; i < last; i++) skips[bytes[i]!] = Math.min(last - i, 255);
  if (nocase) for (let byte = 0x41; byte <= 0x5a; byte++) skips[byte] = skips[byte + 0x20]!;
  return skips;
}

/** One pattern, ready to be searched. */
export class Needle {
  /** 1 byte at least; in lower case when case does not matter */
  readonly bytes: Uint8Array;
  readonly nocase: boolean;
  readonly length: number;
  private readonly anchorAt: number;
  private readonly anchor: number;
  /** the anchor's upper case, or the anchor again */
  private readonly anchorUpper: number;
  private skips: Uint8Array | undefined;
  /** Case makes no difference to its bytes, or does matter. */
  private readonly isExact: boolean;
  /** The last long search found nothing near. */
  private isFar = false;

  constructor(bytes: Uint8Array, nocase: boolean) {
    this.bytes = nocase ? bytes.map((byte) => LOWER[byte]!) : bytes.slice();
    this.nocase = nocase;
    this.length = bytes.length;
    this.anchorAt = rarestAt(this.bytes);
    this.anchor = this.bytes[this.anchorAt]!;
    this.anchorUpper = nocase && this.anchor >= 0x61 && this.anchor <= 0x7a ? this.anchor - 0x20 : this.anchor;
    this.skips = undefined;
    this.isExact = !nocase || !this.bytes.some((byte) => byte >= 0x61 && byte <= 0x7a);
  }

  /** The first place at or after `from` where the pattern lies wholly before `to`, or -1. */
  find(data: Uint8Array, from: number, to: number): number {
    if (to - from < NEAR + FAR || !this.isExact) return this.findHere(data, from, to);
    let start = from;
    if (!this.isFar) {
      start += NEAR;
      const near = this.findHere(data, from, Math.min(to, start + this.length - 1));
      if (near >= 0) return near;
    }
    const at = search.call(data.subarray(start, to), this.bytes);
    this.isFar = at < 0 || start + at - from >= NEAR;
    return at < 0 ? -1 : start + at;
  }

  private findHere(data: Uint8Array, from: number, to: number): number {
    if (this.length >= SKIP_LENGTH && to - from >= SKIP_WINDOW) return this.findSkipping(data, from, to);
    return this.findAnchored(data, from, to);
  }

  /** Whether the pattern lies at exactly this place; the caller sees to it that it fits. */
  isAt(data: Uint8Array, at: number): boolean {
    const { bytes, length } = this;
    if (this.nocase) {
      for (let i = 0; i < length; i++) if (LOWER[data[at + i]!] !== bytes[i]) return false;
      return true;
    }
    for (let i = 0; i < length; i++) if (data[at + i] !== bytes[i]) return false;
    return true;
  }

  private findAnchored(data: Uint8Array, from: number, to: number): number {
    const { anchor, anchorUpper, anchorAt } = this;
    const end = to - this.length + anchorAt;
    for (let at = from + anchorAt; at <= end; at++) {
      const byte = data[at]!;
      if ((byte === anchor || byte === anchorUpper) && this.isAt(data, at - anchorAt)) return at - anchorAt;
    }
    return -1;
  }

  private findSkipping(data: Uint8Array, from: number, to: number): number {
    const skips = (this.skips ??= skipTable(this.bytes, this.nocase));
    const last = this.length - 1;
    const final = this.bytes[last]!;
    const finalUpper = this.nocase && final >= 0x61 && final <= 0x7a ? final - 0x20 : final;
    let at = from + last;
    while (at < to) {
      const byte = data[at]!;
      if ((byte === final || byte === finalUpper) && this.isAt(data, at - last)) return at - last;
      at += skips[byte]!;
    }
    return -1;
  }
}

/** Throws a RangeError for an empty pattern, which would be everywhere. */
export function compileNeedle(bytes: Uint8Array, nocase: boolean): Needle {
  if (bytes.length === 0) throw new RangeError('a pattern has at least one byte');
  return new Needle(bytes, nocase);
}
