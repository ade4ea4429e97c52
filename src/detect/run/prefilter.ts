// Prefilter: of a group's signatures, those whose fast pattern occurs in the bytes at hand, and those without one.

import { SigFlag } from '../../framework/signature.ts';
import type { Signature } from '../../framework/signature.ts';
import type { RawStream } from '../../framework/stream.ts';
import { PacketFlag } from '../../framework/packet.ts';
import type { Packet } from '../../framework/packet.ts';
import { fastPattern } from '../compile/fast-pattern.ts';
import type { MultiPatternMatcher, Pattern } from '../mpm/index.ts';

export type MakeMatcher = (patterns: readonly Pattern[]) => MultiPatternMatcher;

/** A matcher and the signatures (by iid) that each of its patterns stands for. */
interface PatternTable {
  readonly matcher: MultiPatternMatcher;
  readonly signatures: readonly Int32Array[];
}

/** Room for the hits of one packet, shared by all groups of a worker. */
export class Candidates {
  readonly iids: Int32Array;
  count = 0;
  readonly patterns: Int32Array;
  private readonly seen: Uint32Array;
  private epoch = 0;

  constructor(signatureCount: number) {
    this.iids = new Int32Array(signatureCount);
    this.seen = new Uint32Array(signatureCount);
    this.patterns = new Int32Array(signatureCount + 16);
  }

  clear(): void {
    this.count = 0;
    this.epoch = (this.epoch + 1) >>> 0;
    if (this.epoch !== 0) return;
    this.seen.fill(0); // old marks must not look like new ones after the wrap
    this.epoch = 1;
  }

  /** Adds one, in ascending order, once. Hits are few: insertion is the cheapest way to order them. */
  add(iid: number): void {
    if (this.seen[iid] === this.epoch) return;
    this.seen[iid] = this.epoch;
    let at = this.count++;
    while (at > 0 && this.iids[at - 1]! > iid) {
      this.iids[at] = this.iids[at - 1]!;
      at--;
    }
    this.iids[at] = iid;
  }
}

export class GroupPrefilter {
  /** Looked at on every packet of the group, in evaluation order. */
  readonly always: readonly Signature[];
  private readonly packet: PatternTable | null;
  private readonly stream: PatternTable | null;

  constructor(signatures: readonly Signature[], make: MakeMatcher) {
    const filtered = signatures.filter((signature) => fastPattern(signature) !== null);
    this.always = signatures.filter((signature) => fastPattern(signature) === null);
    const isStream = (s: Signature): boolean => (s.flags & SigFlag.requireStream) !== 0;
    const isPacket = (s: Signature): boolean => !isStream(s) || (s.flags & SigFlag.requirePacket) !== 0;
    this.packet = tableOf(filtered.filter(isPacket), make);
    this.stream = tableOf(filtered.filter(isStream), make);
  }

  /** Fills `candidates` with what the payload of p and the stream's blocks hit. */
  scan(p: Packet, stream: RawStream, blocks: number, candidates: Candidates): void {
    candidates.clear();
    if (p.payloadLength > 0) {
      if (this.packet !== null)
        scanTable(this.packet, p.data, p.bufferId, p.payloadOffset, p.payloadLength, candidates);
      const isInStream = (p.flags & PacketFlag.streamAdded) !== 0;
      if (this.stream !== null && !isInStream) {
        scanTable(this.stream, p.data, p.bufferId, p.payloadOffset, p.payloadLength, candidates);
      }
    }
    if (this.stream === null) return;
    for (let i = 0; i < blocks; i++) {
      scanTable(this.stream, stream.data, stream.bufferId, stream.blockStart[i]!, stream.blockLength[i]!, candidates);
    }
  }
}

function scanTable(
  table: PatternTable,
  data: Uint8Array,
  bufferId: number,
  offset: number,
  length: number,
  candidates: Candidates,
): void {
  if (length < table.matcher.minLength) return;
  const hits = table.matcher.scan(data, bufferId, offset, length, candidates.patterns);
  for (let i = 0; i < hits; i++) {
    const iids = table.signatures[candidates.patterns[i]!]!;
    for (let k = 0; k < iids.length; k++) candidates.add(iids[k]!);
  }
}

function tableOf(signatures: readonly Signature[], make: MakeMatcher): PatternTable | null {
  if (signatures.length === 0) return null;
  const patterns: Pattern[] = [];
  const lists: number[][] = [];
  const known = new Map<string, number>();
  for (const signature of signatures) {
    const pattern = fastPattern(signature)!;
    const key = `${pattern.nocase ? 'i' : 'c'}${Buffer.from(pattern.bytes).toString('latin1')}`;
    let at = known.get(key);
    if (at === undefined) {
      at = patterns.push(pattern) - 1;
      known.set(key, at);
      lists.push([]);
    }
    lists[at]!.push(signature.iid);
  }
  return { matcher: make(patterns), signatures: lists.map((list) => Int32Array.from(list)) };
}
