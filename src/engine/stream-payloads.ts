// Stream payloads: the bytes of the stream that an alert is about, for the outputs (EVE `payload`, alert-debug).

import type { PayloadSource } from '../framework/output.ts';
import type { Packet } from '../framework/packet.ts';
import type { HeldBytes } from '../framework/stream.ts';

export class StreamPayloads implements PayloadSource {
  data: Uint8Array;
  offset = 0;
  readonly pieces: HeldBytes;
  private readonly onWanted: () => void;

  /** @param onWanted called when an output says that it shows bytes */
  constructor(pieces: HeldBytes, onWanted: () => void) {
    this.pieces = pieces;
    this.data = pieces.data;
    this.onWanted = onWanted;
  }

  want(): void {
    this.onWanted();
  }

  open(p: Packet, limit: number): number {
    const { pieces } = this;
    const count = pieces.open(p);
    if (count === 0) return 0;
    const length = this.lengthOfRun(count);
    if (length >= 0) {
      this.data = pieces.data;
      this.offset = pieces.starts[0]!;
      return Math.min(length, limit);
    }
    return this.join(count, limit);
  }

  /** Length of all pieces when nothing is missing between them, -1 otherwise. */
  private lengthOfRun(count: number): number {
    let length = 0;
    for (let i = 0; i < count; i++) {
      if (this.pieces.missing[i] !== 0) return -1;
      length += this.pieces.lengths[i]!;
    }
    return length;
  }

  private join(count: number, limit: number): number {
    const { starts, lengths, missing, data } = this.pieces;
    const parts: Uint8Array[] = [];
    let length = 0;
    for (let i = 0; i < count && length < limit; i++) {
      const gap = missing[i]! > 0 ? Buffer.from(`[${String(missing[i])} bytes missing]`) : null;
      for (const part of [gap, data.subarray(starts[i], starts[i]! + lengths[i]!)])
        if (part !== null) {
          parts.push(part);
          length += part.length;
        }
    }
    this.data = Buffer.concat(parts, Math.min(length, limit));
    this.offset = 0;
    return this.data.length;
  }
}
