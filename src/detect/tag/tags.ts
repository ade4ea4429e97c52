// Tags: sessions and hosts whose next packets are to be logged because a rule with `tag` matched.

import { NumberWords } from '../../base/journal.ts';
import type { Journal } from '../../base/journal.ts';
import { WordTable } from '../../base/word-table.ts';
import type { WordTableContent } from '../../base/word-table.ts';
import type { DetectContext } from '../../framework/detect-context.ts';
import { FlowFlag } from '../../framework/flows.ts';
import { JournalKind } from '../../framework/journal-kind.ts';
import type { Packet } from '../../framework/packet.ts';
import type { Signature } from '../../framework/signature.ts';
import { TAG_METRICS, TagList } from './tag-list.ts';
import type { Tag, TagSpec } from './tag-list.ts';

const MAX_HOSTS = 1 << 16;
const SLOT = 'tag';
/** Words of a journal entry: what was done, IP version, address, time, then what it was done with. */
const ENTRY_WORDS = 12;
const TAGGED = 1;
const COUNTED = 0;

interface Host {
  readonly ipVersion: number;
  readonly a0: number;
  readonly a1: number;
  readonly a2: number;
  readonly a3: number;
}

/** Tagged hosts as plain data: the value of a host is the place of its tags. */
export interface TagsContent {
  readonly hosts: WordTableContent;
  readonly lists: readonly (readonly Tag[])[];
}

/** Shared by a rule set under the key `tags`. */
export class Tags {
  /** False until something was tagged: then nobody needs to ask. */
  isActive = false;
  /** By address; the value is the place in `lists`. */
  private readonly hosts = new WordTable(MAX_HOSTS, 1);
  private readonly lists: TagList[] = [];
  /** Places in `lists` that no host has. */
  private readonly free: number[] = [];
  private journal: Journal | null = null;
  private readonly entry = new Int32Array(ENTRY_WORDS);
  private readonly numbers = new NumberWords();

  /** From now on other workers tag hosts and count their packets too. */
  share(journal: Journal): void {
    this.journal = journal;
    journal.on(JournalKind.hostTag, (words) => {
      const host = { ipVersion: words[1]!, a0: words[2]!, a1: words[3]!, a2: words[4]!, a3: words[5]! };
      const now = this.numbers.read(words, 6);
      if (words[0] === TAGGED) {
        this.isActive = true;
        this.tagHost({ count: words[10]!, metric: TAG_METRICS[words[11]!]! }, this.numbers.read(words, 8), host, now);
      } else {
        const slot = this.slotOf(host);
        if (slot >= 0) this.list(slot).takes(words[8]!, now);
      }
    });
  }

  /** All tags of hosts, for a worker that comes later; those of sessions belong to their flows. */
  content(): TagsContent {
    return { hosts: this.hosts.content(), lists: this.lists.map(({ all }) => all) };
  }

  /** Has the tags of hosts that others have. */
  restore({ hosts, lists }: TagsContent): void {
    this.clear();
    this.hosts.fill(hosts);
    this.lists.push(...lists.map((tags) => new TagList(tags)));
    const used = new Set(hosts.values);
    for (let place = 0; place < lists.length; place++) if (!used.has(place)) this.free.push(place);
    this.isActive = hosts.values.length > 0;
  }

  /** Tags what the packet belongs to. @param rule that matched */
  add(spec: TagSpec, { gid, sid }: Pick<Signature, 'gid' | 'sid'>, p: Packet, ctx: DetectContext): void {
    const rule = gid * 0x100000000 + sid;
    this.isActive = true;
    if (spec.scope === 'host') this.addHost(spec, rule, p, ctx.now);
    else if (p.flow >= 0) {
      const { slots } = ctx.flows.extraOf(p.flow);
      let list = slots.get(SLOT) as TagList | undefined;
      if (list === undefined) slots.set(SLOT, (list = new TagList()));
      list.set(spec, rule, ctx.now);
      ctx.flows.setFlag(p.flow, FlowFlag.tagged);
    }
  }

  /** Whether this packet is to be logged; counts it. Ask once per packet, after the rules. */
  takes(p: Packet, ctx: DetectContext): boolean {
    const bySession = p.flow >= 0 && ctx.flows.hasFlag(p.flow, FlowFlag.tagged) && takesSession(p, ctx);
    this.journal?.catchUp();
    if (this.hosts.size === 0 || p.ipVersion === 0) return bySession;
    const bytes = p.end - p.start;
    const source = sourceOf(p);
    const target = targetOf(p);
    const bySource = this.takesHost(source, bytes, ctx.now);
    const byTarget = !isSame(source, target) && this.takesHost(target, bytes, ctx.now);
    return bySession || bySource || byTarget;
  }

  private takesHost(host: Host, bytes: number, now: number): boolean {
    if (this.slotOf(host) < 0) return false;
    const { journal } = this;
    if (journal === null) return this.list(this.slotOf(host)).takes(bytes, now);
    journal.begin();
    const slot = this.slotOf(host);
    const isTaken = slot >= 0 && this.list(slot).takes(bytes, now);
    this.entry[8] = bytes;
    this.tell(COUNTED, host, now);
    return isTaken;
  }

  /** Ends what `begin` of the journal began. */
  private tell(what: number, host: Host, now: number): void {
    const { entry } = this;
    entry[0] = what;
    entry[1] = host.ipVersion;
    entry[2] = host.a0;
    entry[3] = host.a1;
    entry[4] = host.a2;
    entry[5] = host.a3;
    this.numbers.write(now, entry, 6);
    this.journal!.append(JournalKind.hostTag, entry, ENTRY_WORDS);
    this.journal!.end();
  }

  private slotOf({ ipVersion, a0, a1, a2, a3 }: Host): number {
    return this.hosts.find(ipVersion, a0, a1, a2, a3, 0, 0, 0, 0);
  }

  /** Nothing is tagged any more; sessions lose their tags with their flows. */
  clear(): void {
    this.isActive = false;
    this.hosts.purge(() => true);
    this.lists.length = 0;
    this.free.length = 0;
  }

  private addHost(spec: TagSpec, rule: number, p: Packet, now: number): void {
    if (p.ipVersion === 0) return;
    const host = spec.side === 'src' ? sourceOf(p) : targetOf(p);
    this.journal?.begin();
    this.tagHost(spec, rule, host, now);
    if (this.journal === null) return;
    this.numbers.write(rule, this.entry, 8);
    this.entry[10] = spec.count;
    this.entry[11] = TAG_METRICS.indexOf(spec.metric);
    this.tell(TAGGED, host, now);
  }

  private tagHost(spec: Pick<TagSpec, 'count' | 'metric'>, rule: number, host: Host, now: number): void {
    const { hosts } = this;
    if (hosts.isFull) this.forgetIdle(now);
    const { size } = hosts;
    const slot = hosts.insert(host.ipVersion, host.a0, host.a1, host.a2, host.a3, 0, 0, 0, 0);
    if (slot < 0) return;
    if (hosts.size > size) {
      const place = this.free.pop() ?? this.lists.length;
      this.lists[place] = new TagList();
      hosts.values[slot] = place;
    }
    this.list(slot).set(spec, rule, now);
  }

  private list(slot: number): TagList {
    return this.lists[this.hosts.values[slot]!]!;
  }

  /** The table is full: hosts go whose tags have counted to their end. */
  private forgetIdle(now: number): void {
    this.hosts.purge((slot) => {
      const isOver = this.list(slot).isOver(now);
      if (isOver) this.free.push(this.hosts.values[slot]!);
      return isOver;
    });
  }
}

function sourceOf({ ipVersion, src0, src1, src2, src3 }: Packet): Host {
  return { ipVersion, a0: src0, a1: src1, a2: src2, a3: src3 };
}

function targetOf({ ipVersion, dst0, dst1, dst2, dst3 }: Packet): Host {
  return { ipVersion, a0: dst0, a1: dst1, a2: dst2, a3: dst3 };
}

function isSame(a: Host, b: Host): boolean {
  return a.a0 === b.a0 && a.a1 === b.a1 && a.a2 === b.a2 && a.a3 === b.a3;
}

function takesSession(p: Packet, ctx: DetectContext): boolean {
  const list = ctx.flows.peekExtra(p.flow)?.slots.get(SLOT) as TagList | undefined;
  if (list === undefined) return false;
  const isTaken = list.takes(p.end - p.start, ctx.now);
  if (list.length === 0) ctx.flows.clearFlag(p.flow, FlowFlag.tagged);
  return isTaken;
}
