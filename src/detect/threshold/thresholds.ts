// Run time of threshold, detection_filter, rate_filter and suppress: may a matching signature alert now?

import { defineCounter } from '../../base/counters.ts';
import { NumberWords } from '../../base/journal.ts';
import type { Journal } from '../../base/journal.ts';
import { WordTable } from '../../base/word-table.ts';
import type { WordTableContent } from '../../base/word-table.ts';
import type { DetectContext } from '../../framework/detect-context.ts';
import { F } from '../../framework/flows.ts';
import { NO_HOSTS, putHosts, takeHosts } from '../../framework/journal-hosts.ts';
import type { Hosts } from '../../framework/journal-hosts.ts';
import { JournalKind } from '../../framework/journal-kind.ts';
import type { Packet } from '../../framework/packet.ts';
import type { Signature, ThresholdSpec } from '../../framework/signature.ts';
import { decide } from './decide.ts';
import { PortBitmaps } from './port-bitmaps.ts';
import { ThresholdField, ThresholdResult, VALUES } from './result.ts';
import type { GlobalSpec } from './specs.ts';
import { specsOf } from './specs.ts';

export interface ThresholdOptions {
  /** bytes for all entries (`detect.thresholds.memcap`) */
  readonly memcap: number;
}

const BITMAP_MEMORY = defineCounter('detect.thresholds.bitmap_memuse');
const BITMAP_FAILED = defineCounter('detect.thresholds.bitmap_alloc_fail');

interface Numbered {
  readonly spec: ThresholdSpec;
  /** Tag of its entries in the table. */
  readonly tag: number;
}

/** What was counted so far. */
interface Memory {
  readonly table: WordTable;
  readonly bitmaps: PortBitmaps;
  /** Tags of entries by rule and threshold. */
  readonly tags: Map<string, number>;
}

/** What was counted, as plain data. */
export interface ThresholdContent {
  readonly table: WordTableContent;
  readonly bitmaps: readonly Uint8Array[];
  readonly tags: ReadonlyMap<string, number>;
}

/** Microseconds between two rounds of ageing: usually, and while there is no room. */
const INTERVAL = 60e6;
const FULL_INTERVAL = 1e6;
const DEFAULT_MEMCAP = 16 * 1024 * 1024;
const NONE: readonly Numbered[] = [];

/** What of a packet is counted by. */
type Sighting = Hosts & Pick<Packet, 'flow' | 'ipVersion' | 'sp' | 'dp'>;
type ThresholdContext = Pick<DetectContext, 'flows' | 'counters' | 'now'>;

/** Words of a journal entry: sid, which threshold of the rule, version, both ports, both addresses, the time, gid. */
const ENTRY_WORDS = 15;

/** One per worker. `check` is called for matching signatures only. */
export class Thresholds {
  /** Bits of `Action` that replace the signature's after `ThresholdResult.newAction`. */
  newAction = 0;
  /** Checks that found no room for a new entry: they count as a first sight. */
  allocationFailures = 0;
  private readonly memory: Memory;
  private readonly table: WordTable;
  private readonly bitmaps: PortBitmaps;
  private readonly globals: readonly GlobalSpec[];
  private readonly bySignature = new Map<Signature, readonly Numbered[]>();
  /** Reused: matches are many. */
  private readonly sight = { isNew: false, counts: true, now: 0 };
  private lastPurge = -INTERVAL;
  private journal: Journal | null = null;
  private readonly entry = new Int32Array(ENTRY_WORDS);
  private readonly numbers = new NumberWords();

  /** @param former those of the rule set before: what they counted for the same rules goes on */
  constructor(
    globals: readonly GlobalSpec[] = [],
    options: ThresholdOptions = { memcap: DEFAULT_MEMCAP },
    former?: Thresholds,
  ) {
    this.globals = globals;
    this.memory = former?.memory ?? {
      table: new WordTable(Math.floor(options.memcap / WordTable.entryBytes(VALUES)), VALUES),
      bitmaps: new PortBitmaps(options.memcap),
      tags: new Map(),
    };
    this.table = this.memory.table;
    this.bitmaps = this.memory.bitmaps;
  }

  /** The same with nothing counted. */
  fresh(): Thresholds {
    return new Thresholds(this.globals);
  }

  /** Entries in use, and bytes of distinct-port bitmaps. */
  get size(): number {
    return this.table.size;
  }

  get bitmapBytes(): number {
    return this.bitmaps.bytes;
  }

  /** From now on other workers count the same things, and each is told of what the others see. */
  share(
    journal: Journal,
    find: (gid: number, sid: number) => Signature | undefined,
    ctx: Pick<ThresholdContext, 'flows' | 'counters'>,
  ): void {
    this.journal = journal;
    const seen = { flow: -1, ipVersion: 0, sp: 0, dp: 0, ...NO_HOSTS };
    const where = { ...ctx, now: 0 };
    journal.on(JournalKind.threshold, (words) => {
      seen.ipVersion = words[2]!;
      seen.sp = words[3]! >>> 16;
      seen.dp = words[3]! & 0xffff;
      takeHosts(words, 4, seen);
      where.now = this.numbers.read(words, 12);
      const signature = find(words[14]!, words[0]!);
      const known = signature === undefined ? undefined : this.numbered(signature)[words[1]!];
      if (known !== undefined) this.checkOne(known, seen, where);
    });
  }

  /** What was counted so far, for a worker that comes later; what flows are counted by is theirs alone. */
  content(): ThresholdContent {
    return { table: this.table.content(), bitmaps: this.bitmaps.content(), tags: this.memory.tags };
  }

  /** Goes on from what others counted; call it before anything is counted here. */
  restore({ bitmaps, table, tags }: ThresholdContent): void {
    const used = new Set<number>();
    for (let at = ThresholdField.bitmap; at < table.values.length; at += VALUES) used.add(table.values[at]! - 1);
    this.bitmaps.fill(bitmaps, (id) => used.has(id));
    this.table.fill(table);
    this.memory.tags.clear();
    for (const [key, tag] of tags) this.memory.tags.set(key, tag);
    this.bySignature.clear();
  }

  /** Counts the match and says what becomes of it: a value of `ThresholdResult`. */
  check(signature: Signature, p: Packet, ctx: DetectContext): number {
    const specs = this.numbered(signature);
    let result: number = ThresholdResult.alert;
    for (let i = 0; i < specs.length; i++) {
      const one = this.checkShared(signature, i, specs[i]!, p, ctx);
      if (one === ThresholdResult.none || one === ThresholdResult.silent) return one;
      if (one === ThresholdResult.newAction) result = one;
    }
    return result;
  }

  /** Whether a match of the rule may come to nothing. */
  mayHoldBack(signature: Signature): boolean {
    return this.numbered(signature).length > 0;
  }

  private numbered(signature: Signature): readonly Numbered[] {
    const known = this.bySignature.get(signature);
    if (known !== undefined) return known;
    const specs = specsOf(signature, this.globals);
    const numbered =
      specs.length === 0 ? NONE : specs.map((spec, n) => ({ spec, tag: this.tagOf(signature, spec, n) }));
    this.bySignature.set(signature, numbered);
    return numbered;
  }

  /** The same in the rule sets to come, as long as the threshold stays what it is. */
  private tagOf({ gid, sid }: Signature, { covers: _, ...spec }: ThresholdSpec, place: number): number {
    const { tags } = this.memory;
    const key = `${String(gid)}:${String(sid)}:${String(place)}:${JSON.stringify(spec)}`;
    const known = tags.get(key);
    if (known !== undefined) return known;
    tags.set(key, tags.size);
    return tags.size - 1;
  }

  private checkShared(signature: Signature, index: number, known: Numbered, p: Packet, ctx: DetectContext): number {
    const { journal } = this;
    const { track, type } = known.spec;
    if (journal === null || track === 'by_flow' || type === 'suppress') return this.checkOne(known, p, ctx);
    const { entry } = this;
    journal.begin();
    const result = this.checkOne(known, p, ctx);
    entry[0] = signature.sid;
    entry[14] = signature.gid;
    entry[1] = index;
    entry[2] = p.ipVersion;
    entry[3] = (p.sp << 16) | p.dp;
    putHosts(entry, 4, p);
    this.numbers.write(ctx.now, entry, 12);
    journal.append(JournalKind.threshold, entry, ENTRY_WORDS);
    journal.end();
    return result;
  }

  private checkOne({ spec, tag }: Numbered, p: Sighting, ctx: ThresholdContext): number {
    if (spec.type === 'suppress') return isSuppressed(spec, p) ? ThresholdResult.silent : ThresholdResult.alert;
    if (spec.track === 'by_flow' && p.flow < 0) return ThresholdResult.none;
    const isRate = spec.type === 'rate_filter';
    const isDue = this.table.isFull ? ctx.now >= this.lastPurge + FULL_INTERVAL : ctx.now >= this.lastPurge + INTERVAL;
    if (isDue) this.purge(ctx.now);
    const before = this.table.size;
    const slot = this.slot(spec, tag, p, ctx);
    if (slot < 0) {
      this.allocationFailures++;
      return spec.type === 'detection_filter' ? ThresholdResult.none : ThresholdResult.alert;
    }
    const isNew = this.table.size !== before;
    const at = slot * VALUES;
    const values = this.table.values;
    const { sight } = this;
    sight.isNew = isNew;
    sight.counts = spec.uniqueOn === 'none' || this.isFresh(spec, at, isNew, p, ctx);
    sight.now = ctx.now;
    const result = decide(spec, values, at, sight);
    values[at + ThresholdField.expires] = expiry(spec, values, at);
    if (isRate && result === ThresholdResult.newAction) this.newAction = spec.newAction;
    return result;
  }

  private slot(spec: ThresholdSpec, number: number, p: Sighting, ctx: ThresholdContext): number {
    const t = this.table;
    // an IPv4 address is no IPv6 address that begins with the same bytes; entries without an address have one tag
    const isOfHost = spec.track === 'by_src' || spec.track === 'by_dst' || spec.track === 'by_both';
    const tag = number * 2 + (isOfHost && p.ipVersion === 6 ? 1 : 0);
    switch (spec.track) {
      case 'by_src':
        return t.insert(tag, p.src0, p.src1, p.src2, p.src3, 0, 0, 0, 0);
      case 'by_dst':
        return t.insert(tag, p.dst0, p.dst1, p.dst2, p.dst3, 0, 0, 0, 0);
      case 'by_both':
        return this.pairSlot(tag, p);
      case 'by_flow': {
        const id = ctx.flows.double(p.flow, F.id);
        return t.insert(tag, p.flow, id | 0, Math.floor(id / 0x100000000) | 0, 0, 0, 0, 0, 0);
      }
      default:
        return t.insert(tag, 0, 0, 0, 0, 0, 0, 0, 0);
    }
  }

  // either direction of a pair is the same entry
  private pairSlot(tag: number, p: Sighting): number {
    const t = this.table;
    const order = p.src0 - p.dst0 || p.src1 - p.dst1 || p.src2 - p.dst2 || p.src3 - p.dst3;
    return order <= 0
      ? t.insert(tag, p.src0, p.src1, p.src2, p.src3, p.dst0, p.dst1, p.dst2, p.dst3)
      : t.insert(tag, p.dst0, p.dst1, p.dst2, p.dst3, p.src0, p.src1, p.src2, p.src3);
  }

  /** Whether the port was not yet seen in this window; begins the window's bitmap where needed. */
  private isFresh(spec: ThresholdSpec, at: number, isNew: boolean, p: Sighting, ctx: ThresholdContext): boolean {
    const values = this.table.values;
    const isOver = ctx.now > values[at + ThresholdField.since]! + spec.seconds * 1e6;
    let id = values[at + ThresholdField.bitmap]! - 1;
    if (id < 0) {
      id = this.bitmaps.allocate();
      if (id < 0) ctx.counters.add(BITMAP_FAILED);
      ctx.counters.set(BITMAP_MEMORY, this.bitmaps.bytes);
    } else if (isNew || isOver) this.bitmaps.clear(id);
    values[at + ThresholdField.bitmap] = id + 1;
    return id < 0 || this.bitmaps.add(id, spec.uniqueOn === 'src_port' ? p.sp : p.dp);
  }

  /** Ages entries out. */
  private purge(now: number): void {
    this.lastPurge = now;
    const values = this.table.values;
    this.table.purge((slot) => {
      const at = slot * VALUES;
      if (values[at + ThresholdField.expires]! >= now) return false;
      const bitmap = values[at + ThresholdField.bitmap]! - 1;
      if (bitmap >= 0) this.bitmaps.release(bitmap);
      return true;
    });
  }
}

function expiry(spec: ThresholdSpec, values: Float64Array, at: number): number {
  if (spec.type === 'backoff') return values[at + ThresholdField.since]! + 3600e6;
  const active = values[at + ThresholdField.active]!;
  const end = values[at + ThresholdField.since]! + spec.seconds * 1e6;
  // the first match after the timeout is let through uncounted, so that it must be remembered for some time
  return active === 0 ? end : Math.max(end, active + (spec.timeout + 3600) * 1e6);
}

function isSuppressed(spec: ThresholdSpec, p: Sighting): boolean {
  const { covers, track } = spec;
  if (covers === null) return true;
  const isSource = track !== 'by_dst' && covers(p.ipVersion, p.src0, p.src1, p.src2, p.src3);
  return isSource || (track !== 'by_src' && covers(p.ipVersion, p.dst0, p.dst1, p.dst2, p.dst3));
}
