// LZMA in its oldest wrapping (.lzma files): input in pieces of any size, output and memory bounded.
//
// Thirteen bytes (properties, dictionary size, size) and five that start the range decoder, then literals and
// repetitions, each told by bits of adaptive probability.

/** Bytes before the first symbol. */
const HEADER = 18;
const SIZE_AT = 5;
/** What the range decoder starts with, behind the header; the first byte is always 0. */
const CODE_AT = 13;
/** No symbol takes more input than this. */
const LONGEST_SYMBOL = 21;
const LEAST_DICTIONARY = 4096;
const FIRST_SIZE = 1 << 14;
const NOTHING = new Uint8Array(0);

const TOP = 1 << 24;
const PROBABILITY_BITS = 11;
const HALF = 1 << (PROBABILITY_BITS - 1);
const ADAPTATION = 5;

/** Probabilities lie in one array; tables of one for each state are 12 long, of state and position 192. */
const IS_MATCH = 0;
const IS_REPEAT = IS_MATCH + 192;
const IS_NOT_FIRST = IS_REPEAT + 12;
const IS_NOT_SECOND = IS_NOT_FIRST + 12;
const IS_NOT_THIRD = IS_NOT_SECOND + 12;
const IS_LONG_FIRST = IS_NOT_THIRD + 12;
const SLOTS = IS_LONG_FIRST + 192;
const NEAR_DISTANCES = SLOTS + 4 * 64;
const ALIGNMENT = NEAR_DISTANCES + 128;
const LENGTHS = ALIGNMENT + 16;
/** Within a coder of lengths: two choices, then 8 short and 8 middle lengths by position, then 256 long ones. */
const SHORT = 2;
const MIDDLE = SHORT + 16 * 8;
const LONG = MIDDLE + 16 * 8;
const REPEAT_LENGTHS = LENGTHS + LONG + 256;
const LITERALS = REPEAT_LENGTHS + LONG + 256;
/** Probabilities of literals in one context. */
const LITERAL_SIZE = 0x300;

/** States from this on follow a repetition. */
const AFTER_MATCH = 7;
/** Distances from this slot on have bits of even probability. */
const FIRST_FAR_SLOT = 14;
const END_MARKER = 0xffffffff;

export interface LzmaLimits {
  /** Bytes for its tables and the output that later parts may repeat. */
  readonly memory: number;
  /** More output than this, and ... */
  readonly bomb: number;
  /** ... so many times the input: it is a bomb. */
  readonly ratio: number;
}

/** `plain`: it never was LZMA. */
export type LzmaEnd = 'none' | 'whole' | 'cut' | 'broken' | 'plain' | 'memory' | 'bomb';

export class LzmaDecoder {
  /** How it ended; `none`: not yet. */
  end: LzmaEnd = 'none';
  /** There is more to be read of the input at hand. */
  hasMore = false;
  private readonly limits: LzmaLimits;
  private input: Uint8Array = NOTHING;
  private at = 0;
  /** Where the input ends for good; Infinity while more may come. */
  private stop = Infinity;
  private hasBegun = false;
  /** Input bytes before those in `input`. */
  private before = 0;

  private probabilities = new Uint16Array(0);
  private range = 0xffffffff;
  private code = 0;
  private state = 0;
  /** The last four distances, less one. */
  private distance0 = 0;
  private distance1 = 0;
  private distance2 = 0;
  private distance3 = 0;
  private contextBits = 0;
  private literalMask = 0;
  private positionMask = 0;

  private out: Uint8Array = NOTHING;
  private size = 0;
  private fetched = 0;
  /** Bytes of output in all, those expected, and those that may be. */
  private total = 0;
  private expected = Infinity;
  private most = Infinity;
  private dictionary = 0;

  constructor(limits: LzmaLimits) {
    this.limits = limits;
  }

  /** Puts data[start, end) behind the input; what was read before is not valid any longer. */
  push(data: Uint8Array, start: number, end: number): void {
    if (this.end !== 'none') return;
    const left = this.input.length - this.at;
    const all = new Uint8Array(left + end - start);
    all.set(this.input.subarray(this.at));
    all.set(data.subarray(start, end), left);
    this.before += this.at;
    this.input = all;
    this.at = 0;
  }

  /** Nothing follows. */
  finish(): void {
    if (this.end !== 'none' || this.stop !== Infinity) return;
    const left = this.input.length - this.at;
    this.push(new Uint8Array(LONGEST_SYMBOL), 0, LONGEST_SYMBOL);
    this.stop = left;
  }

  /**
   * What the input at hand becomes: some `limit` bytes (a repetition is not cut), valid until the next call. Where it is
   * `plain`, the input as it is.
   */
  read(limit: number): Uint8Array {
    this.hasMore = false;
    if (this.end !== 'none') return NOTHING;
    if (!this.hasBegun) {
      if (Math.min(this.input.length, this.stop) < HEADER) return this.stop === Infinity ? NOTHING : this.asPlain();
      if (!this.begin()) return this.end === 'none' ? this.asPlain() : NOTHING;
    }
    this.dropOld();
    const enough = this.fetched + limit;
    const last = this.stop === Infinity ? this.input.length - LONGEST_SYMBOL : this.stop;
    while (this.at <= last) {
      if (this.size >= enough) {
        this.hasMore = true;
        break;
      }
      if (this.total >= this.expected) this.end = 'whole';
      else this.symbol();
      if (this.end !== 'none') break;
    }
    if (this.stop !== Infinity && this.end === 'none' && !this.hasMore) this.end = 'cut';
    return this.out.subarray(this.fetched, this.size);
  }

  /** Lets go of all it needs room for. */
  release(): void {
    if (this.end === 'none') this.end = 'cut';
    this.hasMore = false;
    this.input = this.out = NOTHING;
    this.probabilities = new Uint16Array(0);
    this.at = this.size = this.fetched = 0;
  }

  private asPlain(): Uint8Array {
    this.end = 'plain';
    return this.input.subarray(0, Math.min(this.input.length, this.stop));
  }

  /** False: it is no LZMA, or takes more memory than there is. */
  private begin(): boolean {
    const { input } = this;
    const properties = input[0]!;
    if (properties >= 9 * 5 * 5 || input[CODE_AT] !== 0) return false;
    this.contextBits = properties % 9;
    this.literalMask = (1 << (Math.floor(properties / 9) % 5)) - 1;
    this.positionMask = (1 << Math.floor(properties / 45)) - 1;
    this.dictionary = Math.max(LEAST_DICTIONARY, u32(input, 1));
    const literals = (LITERAL_SIZE * (this.literalMask + 1)) << this.contextBits;
    const room = this.limits.memory - 2 * (LITERALS + literals);
    if (room <= 0) {
      this.end = 'memory';
      return false;
    }
    if (this.dictionary > room) this.most = room;
    const [low, high] = [u32(input, SIZE_AT), u32(input, SIZE_AT + 4)];
    if (low !== END_MARKER || high !== END_MARKER) this.expected = high * 2 ** 32 + low;
    this.probabilities = new Uint16Array(LITERALS + literals).fill(HALF);
    for (let i = CODE_AT + 1; i < HEADER; i++) this.code = ((this.code << 8) | input[i]!) >>> 0;
    this.at = HEADER;
    this.hasBegun = true;
    return true;
  }

  /** Output that nothing can repeat any longer makes room, when it is as much as what is kept. */
  private dropOld(): void {
    this.fetched = this.size;
    if (this.size < 2 * this.dictionary) return;
    this.out.copyWithin(0, this.size - this.dictionary, this.size);
    this.size = this.fetched = this.dictionary;
  }

  /** Whether there may be `length` bytes more of output; makes room for them. */
  private isTaken(length: number): boolean {
    if (this.at > this.stop) this.end = 'cut';
    else if (this.total + length > this.most) this.end = 'memory';
    else if (this.isBomb(this.total + length)) this.end = 'bomb';
    if (this.end !== 'none') return false;
    this.total += length;
    if (this.size + length <= this.out.length) return true;
    const grown = new Uint8Array(Math.max(FIRST_SIZE, 2 * this.out.length));
    grown.set(this.out);
    this.out = grown;
    return true;
  }

  private isBomb(total: number): boolean {
    return total > this.limits.bomb && total > this.limits.ratio * (this.before + this.at);
  }

  private symbol(): void {
    const position = this.total & this.positionMask;
    if (this.bit(IS_MATCH + (this.state << 4) + position) === 0) this.literal();
    else if (this.bit(IS_REPEAT + this.state) === 0) this.match(position);
    else this.repeat(position);
  }

  private literal(): void {
    const { state } = this;
    const before = this.total === 0 ? 0 : this.out[this.size - 1]!;
    const context = ((this.total & this.literalMask) << this.contextBits) + (before >> (8 - this.contextBits));
    const table = LITERALS + LITERAL_SIZE * context;
    const byte = state >= AFTER_MATCH ? this.literalAfterMatch(table) : this.tree(table, 8);
    this.state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
    if (this.isTaken(1)) this.out[this.size++] = byte;
  }

  /** The byte that the repetition would have gone on with says what to expect, until they differ. */
  private literalAfterMatch(table: number): number {
    let expected = this.out[this.size - this.distance0 - 1]!;
    let symbol = 1;
    while (symbol < 0x100) {
      const expectedBit = (expected >> 7) & 1;
      expected <<= 1;
      const bit = this.bit(table + ((1 + expectedBit) << 8) + symbol);
      symbol = (symbol << 1) | bit;
      if (bit !== expectedBit) break;
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.bit(table + symbol);
    return symbol & 0xff;
  }

  /** A repetition from a distance of its own. */
  private match(position: number): void {
    this.distance3 = this.distance2;
    this.distance2 = this.distance1;
    this.distance1 = this.distance0;
    const length = this.length(LENGTHS, position);
    this.distance0 = this.distance(length);
    if (this.distance0 === END_MARKER) {
      this.end = this.at > this.stop ? 'cut' : 'whole';
      return;
    }
    this.state = this.state < AFTER_MATCH ? 7 : 10;
    this.copy(length);
  }

  /** A repetition from one of the last distances. */
  private repeat(position: number): void {
    const { state } = this;
    const isAfterMatch = state >= AFTER_MATCH;
    if (this.bit(IS_NOT_FIRST + state) === 0) {
      if (this.bit(IS_LONG_FIRST + (state << 4) + position) === 0) {
        this.state = isAfterMatch ? 11 : 9;
        this.copy(1);
        return;
      }
    } else this.chooseDistance(state);
    this.state = isAfterMatch ? 11 : 8;
    this.copy(this.length(REPEAT_LENGTHS, position));
  }

  /** The second, third or fourth becomes the first. */
  private chooseDistance(state: number): void {
    let chosen = this.distance1;
    if (this.bit(IS_NOT_SECOND + state) !== 0) {
      chosen = this.distance2;
      if (this.bit(IS_NOT_THIRD + state) !== 0) {
        chosen = this.distance3;
        this.distance3 = this.distance2;
      }
      this.distance2 = this.distance1;
    }
    this.distance1 = this.distance0;
    this.distance0 = chosen;
  }

  private length(coder: number, position: number): number {
    if (this.bit(coder) === 0) return 2 + this.tree(coder + SHORT + (position << 3), 3);
    if (this.bit(coder + 1) === 0) return 10 + this.tree(coder + MIDDLE + (position << 3), 3);
    return 18 + this.tree(coder + LONG, 8);
  }

  private distance(length: number): number {
    const slot = this.tree(SLOTS + (Math.min(length - 2, 3) << 6), 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < FIRST_FAR_SLOT) return base + this.reversedTree(NEAR_DISTANCES + base - slot, bits);
    return base + this.evenBits(bits - 4) * 16 + this.reversedTree(ALIGNMENT, 4);
  }

  private copy(length: number): void {
    const distance = this.distance0 + 1;
    if (distance > this.total || distance > this.dictionary) {
      this.end = this.at > this.stop ? 'cut' : 'broken';
      return;
    }
    const count = Math.min(length, this.expected - this.total);
    if (!this.isTaken(count)) return;
    const { out, size } = this;
    for (let i = size, end = size + count; i < end; i++) out[i] = out[i - distance]!;
    this.size = size + count;
    if (count < length) this.end = 'broken';
  }

  private bit(i: number): number {
    if (this.range < TOP) this.refill();
    const p = this.probabilities[i]!;
    const bound = (this.range >>> PROBABILITY_BITS) * p;
    if (this.code < bound) {
      this.range = bound;
      this.probabilities[i] = p + (((1 << PROBABILITY_BITS) - p) >> ADAPTATION);
      return 0;
    }
    this.range -= bound;
    this.code -= bound;
    this.probabilities[i] = p - (p >> ADAPTATION);
    return 1;
  }

  private refill(): void {
    this.range = (this.range << 8) >>> 0;
    this.code = ((this.code << 8) | this.input[this.at++]!) >>> 0;
  }

  /** Bits without a probability, the highest first. */
  private evenBits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      if (this.range < TOP) this.refill();
      this.range >>>= 1;
      const bit = this.code >= this.range ? 1 : 0;
      if (bit === 1) this.code -= this.range;
      value = value * 2 + bit;
    }
    return value;
  }

  /** So many bits, the highest first, each with a probability that those before it choose. */
  private tree(table: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.bit(table + symbol);
    return symbol - (1 << bits);
  }

  /** The same, the lowest first. */
  private reversedTree(table: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(table + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << i;
    }
    return value;
  }
}

function u32(data: Uint8Array, at: number): number {
  return (data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24)) >>> 0;
}
