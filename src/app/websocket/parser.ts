// The WebSocket parser (RFC 6455 section 5): each frame is a transaction in the direction it travels; the last of a
// message has the message's payload.

import type { ConfigNode } from '../../config/index.ts';
import { defineAnomalies } from '../../framework/anomaly.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser } from '../../framework/app-parser.ts';
import { Transaction } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { i32, u16 } from '../../wire/read.ts';
import { Inflater } from './inflater.ts';

const ANOMALY = defineAnomalies('applayer', 'websocket', ['skip_end_of_payload', 'reassembly_limit_reached']);

export interface WebSocketSettings {
  /** Bytes of a payload that are looked at, compressed or not. */
  readonly maxPayload: number;
}

const MAX_PAYLOAD = 65_536;

export function readSettings(node: ConfigNode | undefined): WebSocketSettings {
  return { maxPayload: node?.size('max-payload-size', MAX_PAYLOAD) ?? MAX_PAYLOAD };
}

export const Flag = { fin: 0x80, compressed: 0x40 } as const;
const CONTINUATION = 0;
/** Opcodes from here on are of control frames, which may come between the frames of a message. */
const FIRST_CONTROL = 8;
const NOTHING = new Uint8Array(0);

export class WebSocketTransaction extends Transaction {
  /** The upper half of the first byte. */
  readonly flags: number;
  readonly opcode: number;
  /** -1: not masked. */
  readonly mask: number;
  /** Unmasked; where a message ends its whole payload, inflated. */
  payload: Uint8Array = NOTHING;

  constructor(id: number, direction: Direction, first: number, mask: number) {
    super(id);
    this.flags = first & 0xf0;
    this.opcode = first & 0x0f;
    this.mask = mask;
    this.directions = 1 << direction;
  }
}

/** What of a direction is under way. */
class Side {
  tx: WebSocketTransaction | null = null;
  /** Bytes of the frame's payload still to come. */
  left = 0;
  parts: Uint8Array[] = [];
  kept = 0;
  /** Payload of the frames of a message so far; null between messages. */
  message: Uint8Array[] | null = null;
  messageLength = 0;
  isCompressed = false;
  readonly inflater: Inflater;
  hasBegun = false;

  constructor(limit: number) {
    this.inflater = new Inflater(limit);
  }
}

export class WebSocketParser extends AppParser {
  private readonly limit: number;
  private readonly sides: readonly [Side, Side];

  constructor(flow: AppFlow, { maxPayload }: WebSocketSettings) {
    super(flow);
    this.limit = maxPayload;
    this.sides = [new Side(maxPayload), new Side(maxPayload)];
  }

  data(input: AppInput): number {
    const side = this.sides[input.direction];
    let at = input.start;
    for (;;) {
      if (side.tx === null) {
        const next = this.header(input, at, side);
        if (next < 0) break;
        at = next;
      }
      const taken = Math.min(side.left, input.end - at);
      this.take(side, input.data, at, at + taken);
      at += taken;
      if (side.left > 0) break;
      this.finish(side, input.direction);
    }
    return at - input.start;
  }

  /**
   * Bytes of the payload under way may be missing; elsewhere nobody knows where the next frame begins, but before the
   * first, where it is hoped.
   */
  override gap(direction: Direction, length: number): boolean {
    const side = this.sides[direction];
    if (side.tx === null || length > side.left) return !side.hasBegun;
    side.left -= length;
    side.kept = this.limit; // what is behind a hole is not told as if there were none
    if (side.left === 0) this.finish(side, direction);
    return true;
  }

  /** Begins a frame; @returns where its payload begins, -1 when the header, or the payload that is kept, is not whole */
  private header(input: AppInput, at: number, side: Side): number {
    const { data, end, direction } = input;
    if (at + 2 > end) return -1;
    const short = data[at + 1]! & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const isMasked = (data[at + 1]! & 0x80) !== 0;
    const size = 2 + lengthBytes + (isMasked ? 4 : 0);
    if (at + size > end) return -1;
    side.left = short;
    if (lengthBytes === 2) side.left = u16(data, at + 2);
    else if (lengthBytes === 8) side.left = (i32(data, at + 2) >>> 0) * 0x1_0000_0000 + (i32(data, at + 6) >>> 0);
    if (side.left <= this.limit && at + size + side.left > end) return -1;
    const mask = isMasked ? i32(data, at + size - 4) >>> 0 : -1;
    const tx = new WebSocketTransaction(this.newId(), direction, data[at]!, mask);
    side.tx = tx;
    side.hasBegun = true;
    side.parts = [];
    side.kept = 0;
    this.add(tx);
    this.frame(input, 'header', at, size, tx);
    this.frame(input, 'pdu', at, size + side.left, tx);
    this.frame(input, 'data', at + size, side.left, tx);
    if (side.left > this.limit) this.anomaly(tx, ANOMALY.skip_end_of_payload);
    return at + size;
  }

  private take(side: Side, data: Uint8Array, start: number, end: number): void {
    side.left -= end - start;
    const count = Math.min(end - start, this.limit - side.kept);
    if (count <= 0) return;
    const part = data.slice(start, start + count);
    const { mask } = side.tx!;
    if (mask >= 0) for (let i = 0; i < count; i++) part[i]! ^= (mask >>> (24 - 8 * ((side.kept + i) & 3))) & 0xff;
    side.parts.push(part);
    side.kept += count;
  }

  private finish(side: Side, direction: Direction): void {
    const tx = side.tx!;
    side.tx = null;
    const own = side.parts.length === 1 ? side.parts[0]! : Buffer.concat(side.parts);
    tx.payload = tx.opcode >= FIRST_CONTROL ? own : this.joined(side, tx, own);
    tx.advance(direction, 1);
    this.changed(direction);
  }

  /** Puts the frames of a message together; the frame's own payload while more follow. */
  private joined(side: Side, tx: WebSocketTransaction, own: Uint8Array): Uint8Array {
    if (tx.opcode !== CONTINUATION || side.message === null) {
      side.message = [];
      side.messageLength = 0;
      side.isCompressed = (tx.flags & Flag.compressed) !== 0;
    }
    if (side.messageLength + own.length > this.limit) this.anomaly(tx, ANOMALY.reassembly_limit_reached);
    else {
      side.message.push(own);
      side.messageLength += own.length;
    }
    if ((tx.flags & Flag.fin) === 0) return own;
    const whole = side.message.length === 1 ? side.message[0]! : Buffer.concat(side.message);
    side.message = null;
    return (side.isCompressed ? side.inflater.inflate(whole) : null) ?? whole;
  }
}
