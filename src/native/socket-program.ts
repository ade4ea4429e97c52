// SocketProgram: a program that the kernel runs for each packet of a socket (classic BPF, filter.h of Linux). It has an
// accumulator, an index and a few words of memory; a load from behind the packet's end makes it return 0.

import { endianness } from 'node:os';

/** Steps that go on with the next. `At`: counted from the index. */
export const Step = {
  loadByte: 0x30,
  loadHalf: 0x28,
  loadByteAt: 0x50,
  loadHalfAt: 0x48,
  loadWordAt: 0x40,
  loadLength: 0x80,
  loadMemory: 0x60,
  store: 0x02,
  setIndex: 0x01,
  loadIndex: 0x61,
  storeIndex: 0x03,
  toIndex: 0x07,
  fromIndex: 0x87,
  add: 0x04,
  addIndex: 0x0c,
  subtract: 0x14,
  multiply: 0x24,
  and: 0x54,
  shiftLeft: 0x64,
  shiftRight: 0x74,
  modulo: 0x94,
  xorIndex: 0xac,
} as const;

/** Conditions of the accumulator, with a number or with the index. */
export const Condition = {
  equals: 0x15,
  isAtLeast: 0x35,
  has: 0x45,
  isAboveIndex: 0x2d,
  isAtLeastIndex: 0x3d,
} as const;

const GO = 0x05;
const RETURN = 0x06;
const RETURN_ACCUMULATOR = 0x16;
const STEP_BYTES = 8;
/** How far a condition leads. */
const FARTHEST = 0xff;

/** The next step. */
const NEXT = '';

interface Line {
  readonly code: number;
  readonly value: number;
  readonly yes: string;
  readonly no: string;
}

export class SocketProgram {
  private readonly lines: Line[] = [];
  private readonly places = new Map<string, number>();

  step(code: (typeof Step)[keyof typeof Step], value = 0): this {
    return this.put({ code, value, yes: NEXT, no: NEXT });
  }

  /** Adds to the index. */
  advance(bytes: number): this {
    return this.step(Step.fromIndex).step(Step.add, bytes).step(Step.toIndex);
  }

  /** Goes on at a mark that comes later, or with the next step. */
  when(
    code: (typeof Condition)[keyof typeof Condition],
    value: number,
    to: { readonly yes?: string; readonly no?: string },
  ): this {
    return this.put({ code, value, yes: to.yes ?? NEXT, no: to.no ?? NEXT });
  }

  go(to: string): this {
    return this.put({ code: GO, value: 0, yes: to, no: NEXT });
  }

  mark(name: string): this {
    this.places.set(name, this.lines.length);
    return this;
  }

  /** Ends it. @param value without it that of the accumulator */
  result(value?: number): this {
    return this.put({
      code: value === undefined ? RETURN_ACCUMULATOR : RETURN,
      value: value ?? 0,
      yes: NEXT,
      no: NEXT,
    });
  }

  /** As the kernel takes it: an array of `sock_filter`. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(this.lines.length * STEP_BYTES);
    const view = new DataView(bytes.buffer);
    const isLittle = endianness() === 'LE';
    for (const [i, { code, value, yes, no }] of this.lines.entries()) {
      const at = i * STEP_BYTES;
      view.setUint16(at, code, isLittle);
      if (code !== GO) {
        view.setUint8(at + 2, this.distance(i, yes));
        view.setUint8(at + 3, this.distance(i, no));
      }
      view.setUint32(at + 4, code === GO ? this.steps(i, yes) : value >>> 0, isLittle);
    }
    return bytes;
  }

  private put(line: Line): this {
    this.lines.push(line);
    return this;
  }

  private distance(from: number, to: string): number {
    const steps = this.steps(from, to);
    if (steps > FARTHEST) throw new RangeError(`SocketProgram: "${to}" is too far away`);
    return steps;
  }

  private steps(from: number, to: string): number {
    if (to === NEXT) return 0;
    const steps = (this.places.get(to) ?? -1) - from - 1;
    if (steps < 0) throw new RangeError(`SocketProgram: "${to}" does not come later`);
    return steps;
  }
}
