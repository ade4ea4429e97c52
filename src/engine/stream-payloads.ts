// Stream payloads: the reassembled bytes that a stream-matched alert saw, for the outputs (EVE `payload`).

import type { PayloadSource } from '../framework/output.ts';
import type { Packet } from '../framework/packet.ts';
import type { RawStream } from '../framework/stream.ts';

export class StreamPayloads implements PayloadSource {
  offset = 0;
  private readonly raw: RawStream;

  constructor(raw: RawStream) {
    this.raw = raw;
  }

  get data(): Uint8Array {
    return this.raw.data;
  }

  /** The first block that was inspected with the packet under way. */
  open(_p: Packet, limit: number): number {
    this.offset = this.raw.blockStart[0]!;
    const length = this.raw.opened === 0 ? 0 : this.raw.blockLength[0]!;
    return length > limit ? limit : length;
  }
}
