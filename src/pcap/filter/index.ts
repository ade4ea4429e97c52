// PacketFilter: which captured packets to look at, in the language of pcap-filter(7) (`-F`, last words, `bpf-filter`).
import type { PacketBatch } from '../batch.ts';
import { parseFilter } from './parser.ts';
import type { Test } from './primitive.ts';
import { FilterView } from './view.ts';
import { FilterError } from './words.ts';

export { FilterError };

export class PacketFilter {
  readonly text: string;
  private readonly test: Test;
  private readonly view = new FilterView();

  /** @throws FilterError that says what is wrong with the expression */
  constructor(text: string) {
    this.text = text;
    this.test = parseFilter(text);
  }

  /**
   * Whether the packet at [start, end) of `data` is wanted. Bytes that were not captured match nothing.
   * @param vni network identifier of the tunnel that was around it, -1 without
   */
  matches(data: Uint8Array, start: number, end: number, wireLength: number, linkType: number, vni = -1): boolean {
    this.view.aim(data, start, end, wireLength, linkType);
    this.view.vni = vni;
    return this.test(this.view);
  }

  /** Closes the gaps that unwanted packets leave in the batch; how many are left. */
  keep(batch: PacketBatch): number {
    let kept = 0;
    for (let i = 0; i < batch.count; i++) {
      const start = batch.offset[i]!;
      const end = start + batch.length[i]!;
      if (this.matches(batch.data, start, end, batch.wireLength[i]!, batch.linkType[i]!, batch.vni[i]))
        batch.move(i, kept++);
    }
    batch.count = kept;
    return kept;
  }
}

/** The filter of an expression; none for one of no words; a text says what is wrong with it. */
export function readFilter(text: string): PacketFilter | string | undefined {
  if (text.trim() === '') return undefined;
  try {
    return new PacketFilter(text);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return `bpf compilation error ${error.message}: ${text.trim()}`;
  }
}
