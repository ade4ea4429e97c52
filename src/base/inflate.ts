// DEFLATE (RFC 1951) as it comes: input in pieces of any size, output bounded; a truncated or corrupt rest is dropped.

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
];
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const MAX_BITS = 15;
const END_OF_BLOCK = 256;
const WINDOW = 32_768;
const NOTHING = new Uint8Array(0);

/** Not enough input, something that is no DEFLATE, and no room for more output. */
const MORE = -1;
const BROKEN = -2;
const FULL = -3;

/** A Huffman code as a table: the next bits index symbol and length of the code they begin with. */
class Code {
  /** symbol << 4 | length; 0: no such code. */
  private readonly table = new Uint16Array(1 << MAX_BITS);
  private bits = 0;
  private readonly next = new Uint16Array(MAX_BITS + 2);

  /**
   * @param lengths of the codes of symbols 0, 1, ... at [from, to)
   * @returns false: no such codes are possible, or bits are left without a meaning (but for a single code of one bit)
   */
  build(lengths: Uint8Array, from: number, to: number): boolean {
    const { next, table } = this;
    next.fill(0);
    this.bits = 1;
    for (let i = from; i < to; i++) {
      next[lengths[i]! + 1]!++;
      if (lengths[i]! > this.bits) this.bits = lengths[i]!;
    }
    next[1] = 0; // symbols without a code
    let left = 1;
    for (let length = 1; length <= this.bits && left >= 0; length++) left = 2 * left - next[length + 1]!;
    if (left < 0 || (left > 0 && this.bits > 1)) return false;
    for (let length = 2; length <= MAX_BITS; length++) next[length] = (next[length]! + next[length - 1]!) << 1;
    // next[n] is now the first code of length n: counts of shorter ones, shifted
    const size = 1 << this.bits;
    table.fill(0, 0, size);
    for (let i = from; i < to; i++) {
      const length = lengths[i]!;
      if (length === 0) continue;
      const entry = ((i - from) << 4) | length;
      for (let at = reversed(next[length]!++, length); at < size; at += 1 << length) table[at] = entry;
    }
    return true;
  }

  /** The next symbol's entry (symbol << 4 | length), MORE or BROKEN. */
  look(bitBuffer: number, bitCount: number): number {
    const entry = this.table[bitBuffer & ((1 << this.bits) - 1)]!;
    if (entry === 0) return bitCount < this.bits ? MORE : BROKEN;
    return (entry & 15) > bitCount ? MORE : entry;
  }
}

/** Codes come with their highest bit first, everything else with the lowest. */
function reversed(code: number, length: number): number {
  let result = 0;
  for (let i = 0; i < length; i++) result |= ((code >> i) & 1) << (length - 1 - i);
  return result;
}

/** What inflating needs room for: large, and so used again. */
class Workspace {
  /** Output that is not fetched, behind the window that later parts may repeat. */
  out = new Uint8Array(2 * WINDOW);
  readonly literals = new Code();
  readonly distances = new Code();
  readonly lengths = new Uint8Array(320);
}

const MOST_IDLE = 32;
const idle: Workspace[] = [];

const State = { block: 0, stored: 1, codes: 2, over: 3, broken: 4 } as const;

export class Inflater {
  private state: number = State.block;
  private isLast = false;
  /** Bytes of a stored block to come. */
  private left = 0;
  private input: Uint8Array = NOTHING;
  private at = 0;
  private bitBuffer = 0;
  private bitCount = 0;
  private work: Workspace | null = null;
  private size = 0;
  private fetched = 0;
  /** Where in the output there is no room for more. */
  private fullAt = 0;
  private isFull = false;
  /** What is left of a repetition that there was no room for. */
  private repeatLength = 0;
  private repeatDistance = 0;
  /** Bytes that stood in front of `input`. */
  private before = 0;

  /** The end of the data was reached, or nothing more can be made of them. */
  get isOver(): boolean {
    return this.state >= State.over;
  }

  /** What was given is no DEFLATE from some point on. */
  get isBroken(): boolean {
    return this.state === State.broken;
  }

  /** The output had no room; `more` has the next of it. */
  get hasMore(): boolean {
    return this.isFull && !this.isOver;
  }

  /** Bytes of input that were read, without a code or header that is not complete. */
  get taken(): number {
    return this.before - (this.bitCount >> 3);
  }

  /** Takes data[start, end) and returns what it inflates to, at most `limit` bytes; valid until the next call. */
  push(data: Uint8Array, start: number, end: number, limit: number): Uint8Array {
    if (this.isOver) return NOTHING;
    this.input = this.input.length > 0 ? joined(this.input, data, start, end) : data.subarray(start, end);
    return this.more(limit);
  }

  /** What else the input at hand inflates to, at most `limit` bytes; valid until the next call. */
  more(limit: number): Uint8Array {
    if (this.isOver) return NOTHING;
    this.work ??= idle.pop() ?? new Workspace();
    this.keepWindow();
    this.fullAt = this.size + limit;
    this.isFull = false;
    if (this.repeatLength === 0 || this.goOnRepeating()) while (!this.isOver && this.step());
    // what was handed over is the caller's again
    this.before += this.at;
    this.input = this.at < this.input.length ? this.input.slice(this.at) : NOTHING;
    this.at = 0;
    return this.work.out.subarray(this.fetched, this.size);
  }

  /** Nothing more is pushed, and what was returned last is not read any longer. */
  release(): void {
    if (this.work === null) return;
    if (idle.length < MOST_IDLE && this.work.out.length === 2 * WINDOW) idle.push(this.work);
    this.work = null;
    this.state = State.over;
  }

  private keepWindow(): void {
    this.fetched = this.size;
    if (this.size <= WINDOW) return;
    this.work!.out.copyWithin(0, this.size - WINDOW, this.size);
    this.size = this.fetched = WINDOW;
  }

  /** One block header, stored run, or run of codes; false when more input is needed. */
  private step(): boolean {
    if (this.state === State.stored) return this.stored();
    if (this.state === State.codes) return this.codes();
    const { at, bitBuffer, bitCount } = this;
    const result = this.block();
    if (result === BROKEN) this.state = State.broken;
    if (result !== MORE) return true;
    // as if nothing of the header had been read
    this.at = at;
    this.bitBuffer = bitBuffer;
    this.bitCount = bitCount;
    return false;
  }

  private endBlock(): void {
    this.state = this.isLast ? State.over : State.block;
  }

  /** MORE when there are not so many bits. */
  private bits(count: number): number {
    while (this.bitCount < count) {
      if (this.at >= this.input.length) return MORE;
      this.bitBuffer |= this.input[this.at++]! << this.bitCount;
      this.bitCount += 8;
    }
    const value = this.bitBuffer & ((1 << count) - 1);
    this.bitBuffer >>>= count;
    this.bitCount -= count;
    return value;
  }

  private symbol(code: Code): number {
    while (this.bitCount < MAX_BITS && this.at < this.input.length) {
      this.bitBuffer |= this.input[this.at++]! << this.bitCount;
      this.bitCount += 8;
    }
    const entry = code.look(this.bitBuffer, this.bitCount);
    if (entry < 0) return entry;
    this.bitBuffer >>>= entry & 15;
    this.bitCount -= entry & 15;
    return entry >> 4;
  }

  /** 0, MORE or BROKEN. */
  private block(): number {
    const header = this.bits(3);
    if (header < 0) return header;
    const type = header >> 1;
    let result: number = BROKEN;
    if (type === 0) result = this.beginStored();
    else if (type === 1) result = this.buildFixed();
    else if (type === 2) result = this.readDynamic();
    if (result === 0) this.isLast = (header & 1) !== 0;
    return result;
  }

  private beginStored(): number {
    const partial = this.bitCount & 7;
    this.bitBuffer >>>= partial;
    this.bitCount -= partial;
    const length = this.bits(16);
    const check = length < 0 ? MORE : this.bits(16);
    if (check < 0) return MORE;
    if ((length ^ 0xffff) !== check) return BROKEN;
    this.left = length;
    this.state = State.stored;
    return 0;
  }

  private stored(): boolean {
    while (this.left > 0 && this.bitCount >= 8 && !this.isRoomless()) {
      this.put(this.bitBuffer & 255);
      this.bitBuffer >>>= 8;
      this.bitCount -= 8;
      this.left--;
    }
    while (this.left > 0 && this.at < this.input.length && !this.isRoomless()) {
      this.put(this.input[this.at++]!);
      this.left--;
    }
    if (this.left === 0) this.endBlock();
    return this.left === 0 && !this.isFull;
  }

  private buildFixed(): number {
    const { distances, lengths, literals } = this.work!;
    lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288).fill(5, 288, 320);
    literals.build(lengths, 0, 288);
    distances.build(lengths, 288, 320);
    this.state = State.codes;
    return 0;
  }

  private readDynamic(): number {
    const counts = this.bits(14);
    if (counts < 0) return MORE;
    const literalCount = (counts & 31) + 257;
    const distanceCount = ((counts >> 5) & 31) + 1;
    const codeCount = (counts >> 10) + 4;
    if (literalCount > 286 || distanceCount > 30) return BROKEN;
    const { lengths } = this.work!;
    lengths.fill(0);
    for (let i = 0; i < codeCount; i++) {
      const length = this.bits(3);
      if (length < 0) return MORE;
      lengths[CODE_ORDER[i]!] = length;
    }
    if (!this.work!.literals.build(lengths, 0, 19)) return BROKEN;
    const total = literalCount + distanceCount;
    const result = this.readLengths(total);
    if (result !== 0) return result;
    const isPossible = lengths[END_OF_BLOCK] !== 0 && this.work!.literals.build(lengths, 0, literalCount);
    if (!isPossible || !this.work!.distances.build(lengths, literalCount, total)) return BROKEN;
    this.state = State.codes;
    return 0;
  }

  private readLengths(total: number): number {
    const { lengths } = this.work!;
    lengths.fill(0);
    for (let i = 0; i < total;) {
      const symbol = this.symbol(this.work!.literals);
      if (symbol < 0) return symbol;
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      const extra = this.bits(symbol === 16 ? 2 : symbol === 17 ? 3 : 7);
      if (extra < 0) return MORE;
      const repeat = extra + (symbol === 18 ? 11 : 3);
      if ((symbol === 16 && i === 0) || i + repeat > total) return BROKEN;
      lengths.fill(symbol === 16 ? lengths[i - 1]! : 0, i, i + repeat);
      i += repeat;
    }
    return 0;
  }

  private codes(): boolean {
    for (;;) {
      const { at, bitBuffer, bitCount } = this;
      const result = this.code();
      if (result > 0) continue;
      if (result === FULL) return false;
      if (result === 0) {
        this.endBlock();
        return true;
      }
      if (result === BROKEN) {
        this.state = State.broken;
        return false;
      }
      this.at = at;
      this.bitBuffer = bitBuffer;
      this.bitCount = bitCount;
      return false;
    }
  }

  /** One literal or repetition: 1; 0 at the end of the block, MORE, BROKEN or FULL. */
  private code(): number {
    if (this.isRoomless()) return FULL;
    const symbol = this.symbol(this.work!.literals);
    if (symbol < 0) return symbol;
    if (symbol < END_OF_BLOCK) {
      this.put(symbol);
      return 1;
    }
    if (symbol === END_OF_BLOCK) return 0;
    const index = symbol - END_OF_BLOCK - 1;
    if (index >= LENGTH_BASE.length) return BROKEN;
    const lengthExtra = this.bits(LENGTH_BITS[index]!);
    if (lengthExtra < 0) return MORE;
    const distanceSymbol = this.symbol(this.work!.distances);
    if (distanceSymbol < 0) return distanceSymbol;
    if (distanceSymbol >= DISTANCE_BASE.length) return BROKEN;
    const distanceExtra = this.bits(distanceSymbol < 2 ? 0 : (distanceSymbol >> 1) - 1);
    if (distanceExtra < 0) return MORE;
    return this.repeat(LENGTH_BASE[index]! + lengthExtra, DISTANCE_BASE[distanceSymbol]! + distanceExtra);
  }

  private repeat(length: number, distance: number): number {
    if (distance > this.size) return BROKEN;
    this.repeatLength = length;
    this.repeatDistance = distance;
    return this.goOnRepeating() ? 1 : FULL;
  }

  /** False: there is no room for the rest. */
  private goOnRepeating(): boolean {
    const count = Math.min(this.repeatLength, this.fullAt - this.size);
    const { out } = this.withRoom(count);
    const distance = this.repeatDistance;
    for (let at = this.size, to = at + count; at < to; at++) out[at] = out[at - distance]!;
    this.size += count;
    this.repeatLength -= count;
    if (this.repeatLength > 0) this.isFull = true;
    return this.repeatLength === 0;
  }

  private isRoomless(): boolean {
    if (this.size < this.fullAt) return false;
    this.isFull = true;
    return true;
  }

  private put(byte: number): void {
    this.withRoom(1).out[this.size++] = byte;
  }

  private withRoom(count: number): Workspace {
    const work = this.work!;
    if (this.size + count <= work.out.length) return work;
    const grown = new Uint8Array(work.out.length * 2);
    grown.set(work.out);
    work.out = grown;
    return work;
  }
}

function joined(a: Uint8Array, data: Uint8Array, start: number, end: number): Uint8Array {
  const result = new Uint8Array(a.length + end - start);
  result.set(a);
  result.set(data.subarray(start, end), a.length);
  return result;
}

/** Inflates data[from, to) to the start of `target`, at most `max` bytes; how many were written. */
export function inflateRaw(data: Uint8Array, from: number, to: number, target: Uint8Array, max: number): number {
  const inflater = new Inflater();
  const plain = inflater.push(data, from, to, Math.min(max, target.length));
  target.set(plain);
  inflater.release();
  return plain.length;
}

/** Of a header that is not complete. */
export const HEADER_INCOMPLETE = -2;

/**
 * Offset where the DEFLATE data of a gzip member begins (RFC 1952 section 2.3), -1 when it is none, HEADER_INCOMPLETE
 * when that cannot be said yet.
 */
export function gzipBody(data: Uint8Array, from: number, to: number): number {
  const magic = [0x1f, 0x8b, 8];
  for (let i = 0; i < magic.length && from + i < to; i++) if (data[from + i] !== magic[i]) return -1;
  if (from + 10 > to) return HEADER_INCOMPLETE;
  const flags = data[from + 3]!;
  let i = from + 10;
  if ((flags & 4) !== 0) {
    if (i + 2 > to) return HEADER_INCOMPLETE;
    i += 2 + (data[i]! | (data[i + 1]! << 8));
  }
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    while (i < to && data[i] !== 0) i++;
    i++;
  }
  if ((flags & 2) !== 0) i += 2;
  return i <= to ? i : HEADER_INCOMPLETE;
}

/** Offset where the DEFLATE data of a zlib stream begins (RFC 1950), -1 when it is none, HEADER_INCOMPLETE. */
export function zlibBody(data: Uint8Array, from: number, to: number): number {
  if (from + 2 > to) return HEADER_INCOMPLETE;
  if ((data[from]! & 15) !== 8 || ((data[from]! << 8) | data[from + 1]!) % 31 !== 0) return -1;
  return (data[from + 1]! & 0x20) === 0 ? from + 2 : -1;
}
