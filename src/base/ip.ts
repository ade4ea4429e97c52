// IPv4 and IPv6 addresses as 32-bit words: parse, format, prefixes (RFC 4291 text forms).
// IPv4 is one unsigned word; IPv6 is four words, most significant first.

/** Value of a dotted quad as an unsigned number, or -1 when the text is none. Leading zeros are refused. */
export function parseIpv4(text: string): number {
  let value = 0;
  let part = 0;
  let digits = 0;
  let parts = 1;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x2e) {
      if (digits === 0 || parts === 4) return -1;
      value = value * 256 + part;
      part = 0;
      digits = 0;
      parts++;
      continue;
    }
    if (c < 0x30 || c > 0x39 || (digits > 0 && part === 0)) return -1;
    part = part * 10 + c - 0x30;
    if (part > 255) return -1;
    digits++;
  }
  return parts === 4 && digits > 0 ? value * 256 + part : -1;
}

/** `10.0.0.1` from a word, signed or unsigned. */
export function formatIpv4(word: number): string {
  return `${String(word >>> 24)}.${String((word >>> 16) & 255)}.${String((word >>> 8) & 255)}.${String(word & 255)}`;
}

/** Writes the four words of an IPv6 text at `out[at..at+3]`; false when the text is none (no zone, no prefix). */
export function parseIpv6(text: string, out: Int32Array | Uint32Array | number[], at = 0): boolean {
  const groups = readGroups(text);
  if (groups === undefined) return false;
  for (let i = 0; i < 4; i++) out[at + i] = ((groups[2 * i]! << 16) | groups[2 * i + 1]!) >>> 0;
  return true;
}

function readGroups(text: string): number[] | undefined {
  if (text.length < 2 || text.length > 45) return undefined;
  const gap = text.indexOf('::');
  if (gap < 0) {
    const all = readHalf(text);
    return all?.length === 8 ? all : undefined;
  }
  if (text.includes('::', gap + 1)) return undefined;
  const left = gap === 0 ? [] : readHalf(text.slice(0, gap), { isEnd: false });
  const right = gap + 2 === text.length ? [] : readHalf(text.slice(gap + 2));
  if (left === undefined || right === undefined || left.length + right.length > 7) return undefined;
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

// a dotted quad may only end the address
function readHalf(text: string, { isEnd } = { isEnd: true }): number[] | undefined {
  const groups: number[] = [];
  const parts = text.split(':');
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (isEnd && i === parts.length - 1 && part.includes('.')) {
      const v4 = parseIpv4(part);
      if (v4 < 0) return undefined;
      groups.push(v4 >>> 16, v4 & 0xffff);
      continue;
    }
    if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
    groups.push(parseInt(part, 16));
  }
  return groups;
}

const HEX_BYTE: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

function hexWord(word: number): string {
  return `${HEX_BYTE[word >>> 24]!}${HEX_BYTE[(word >>> 16) & 255]!}:${HEX_BYTE[(word >>> 8) & 255]!}${HEX_BYTE[word & 255]!}`;
}

/** Eight full groups, `2001:0db8:85a3:0000:0000:8a2e:0370:7334`: the form EVE events carry. */
export function formatIpv6(w0: number, w1: number, w2: number, w3: number): string {
  return `${hexWord(w0)}:${hexWord(w1)}:${hexWord(w2)}:${hexWord(w3)}`;
}

/** The shortest form of RFC 5952, for people. */
export function formatIpv6Short(w0: number, w1: number, w2: number, w3: number): string {
  const groups = [w0 >>> 16, w0 & 0xffff, w1 >>> 16, w1 & 0xffff, w2 >>> 16, w2 & 0xffff, w3 >>> 16, w3 & 0xffff];
  const hex = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((g) => g.toString(16))
      .join(':');
  const [start, length] = longestZeroRun(groups);
  return length < 2 ? hex(0, 8) : `${hex(0, start)}::${hex(start + length, 8)}`;
}

function longestZeroRun(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && groups[i + n] === 0) n++;
    if (n > best[1]) best = [i, n];
  }
  return best;
}

/** An address with prefix length: IPv4 sets `words[0]`, IPv6 all four. Host bits are kept as written. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly words: readonly [number, number, number, number];
  readonly prefix: number;
}

/** `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `2001:db8::/32`, or a bare address (full prefix); undefined when the text is none. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const mask = slash < 0 ? undefined : text.slice(slash + 1);
  const v4 = parseIpv4(address);
  if (v4 >= 0) {
    const prefix = mask === undefined ? 32 : readPrefix(mask, 32);
    return prefix < 0 ? undefined : { family: 4, words: [v4, 0, 0, 0], prefix };
  }
  const words: [number, number, number, number] = [0, 0, 0, 0];
  if (!parseIpv6(address, words)) return undefined;
  const prefix = mask === undefined ? 128 : readPrefix(mask, 128);
  return prefix < 0 ? undefined : { family: 6, words, prefix };
}

function readPrefix(text: string, bits: 32 | 128): number {
  if (/^\d{1,3}$/.test(text)) return Number(text) <= bits ? Number(text) : -1;
  return bits === 32 ? prefixOfNetmask(parseIpv4(text)) : -1;
}

/** Prefix length of a contiguous IPv4 netmask, -1 when it has holes or is none. */
export function prefixOfNetmask(mask: number): number {
  if (mask < 0) return -1;
  const inverse = ~mask >>> 0;
  return (inverse & (inverse + 1)) === 0 ? Math.clz32(inverse) : -1;
}

/** Mask of a prefix inside one word: bits beyond 32 or below 0 give all or none. Unsigned. */
export function wordMask(prefix: number): number {
  return prefix <= 0 ? 0 : prefix >= 32 ? 0xffffffff : (0xffffffff << (32 - prefix)) >>> 0;
}

/** First and last IPv4 address of a prefix, unsigned. */
export function ipv4Range(word: number, prefix: number): [first: number, last: number] {
  const mask = wordMask(prefix);
  return [(word & mask) >>> 0, (word | ~mask) >>> 0];
}

/** The 128-bit value of four words, for set arithmetic at load time. */
export function ipv6ToBigint(w0: number, w1: number, w2: number, w3: number): bigint {
  return (BigInt(w0 >>> 0) << 96n) | (BigInt(w1 >>> 0) << 64n) | (BigInt(w2 >>> 0) << 32n) | BigInt(w3 >>> 0);
}

/** Writes a 128-bit value as four words at `out[at..at+3]`. */
export function bigintToIpv6(value: bigint, out: Int32Array | Uint32Array | number[], at = 0): void {
  for (let i = 0; i < 4; i++) out[at + i] = Number((value >> BigInt(96 - 32 * i)) & 0xffffffffn);
}
