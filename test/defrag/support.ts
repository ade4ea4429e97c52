// Drives a decoder with a defragmenter: fragments in, payloads of rebuilt packets out.
import { Arena } from '../../src/base/arena.ts';
import { Counters } from '../../src/base/counters.ts';
import type { Decoder } from '../../src/decode/decoder.ts';
import { Defragmenter } from '../../src/defrag/defragmenter.ts';
import type { DefragOptions } from '../../src/defrag/defragmenter.ts';
import type { Packet } from '../../src/framework/packet.ts';
import { anomaliesOf, ethernet, ipv4, ipv6, ipv6Fragment, makeDecoder, packetOf } from '../support/packets.ts';

/** One fragment, offsets in bytes. */
export interface Part {
  readonly offset: number;
  readonly more: boolean;
  readonly data: Uint8Array;
}

export class DefragDriver {
  readonly counters = new Counters();
  readonly defragmenter: Defragmenter;
  readonly decoder: Decoder;
  /** Anomalies of all packets, in order. */
  readonly anomalies: string[] = [];
  private readonly arena: Arena;
  private number = 0;

  constructor(options: Partial<DefragOptions> = {}) {
    const size = options.size ?? 1 << 20;
    this.arena = new Arena(size + 128);
    this.defragmenter = new Defragmenter({
      arena: this.arena.data,
      bufferId: -1,
      start: this.arena.carve(size),
      counters: this.counters,
      seed: 1,
      ...options,
      size,
    });
    this.decoder = makeDecoder({ counters: this.counters, fragments: this.defragmenter });
  }

  /** Decodes a frame; the packets rebuilt by it. */
  feed(frame: Uint8Array, ts = 1_000_000): Packet[] {
    const p = packetOf(frame, 1, ++this.number, ts);
    this.decoder.decode(p);
    this.anomalies.push(...anomaliesOf(p));
    return this.decoder.inner.slice(0, this.decoder.innerCount);
  }
}

/** Protocol 253 keeps the transport decoders out of it. */
export const OPAQUE = 253;

export function fragment4(part: Part, id = 7): Uint8Array {
  const { offset, more, data } = part;
  return ethernet(0x0800, ipv4({ protocol: OPAQUE, id, fragmentOffset: offset, moreFragments: more }, data));
}

export function fragment6(part: Part, id = 7): Uint8Array {
  return ethernet(0x86dd, ipv6({ nextHeader: 44 }, ipv6Fragment(OPAQUE, id, part.offset, part.more, part.data)));
}

/** What a rebuilt packet carries behind its IP header. */
export function contentOf(p: Packet): Uint8Array {
  return p.data.slice(p.l3Offset + (p.ipVersion === 4 ? 20 : 40), p.end);
}
