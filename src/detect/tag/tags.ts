// Tags: sessions and hosts whose next packets are to be logged because a rule with `tag` matched.

import { WordTable } from '../../base/word-table.ts';
import type { DetectContext } from '../../framework/detect-context.ts';
import { FlowFlag } from '../../framework/flows.ts';
import type { Packet } from '../../framework/packet.ts';
import type { Signature } from '../../framework/signature.ts';
import { TagList } from './tag-list.ts';
import type { TagSpec } from './tag-list.ts';

const MAX_HOSTS = 1 << 16;
const SLOT = 'tag';

/** Shared by a rule set under the key `tags`. */
export class Tags {
  /** False until something was tagged: then nobody needs to ask. */
  isActive = false;
  /** By address; the value is the place in `lists`. */
  private readonly hosts = new WordTable(MAX_HOSTS, 1);
  private readonly lists: TagList[] = [];
  /** Places in `lists` that no host has. */
  private readonly free: number[] = [];

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
    const { hosts } = this;
    if (hosts.size === 0 || p.ipVersion === 0) return bySession;
    const source = hosts.find(p.ipVersion, p.src0, p.src1, p.src2, p.src3, 0, 0, 0, 0);
    const target = hosts.find(p.ipVersion, p.dst0, p.dst1, p.dst2, p.dst3, 0, 0, 0, 0);
    const bySource = source >= 0 && this.list(source).takes(p, ctx.now);
    const byTarget = target >= 0 && target !== source && this.list(target).takes(p, ctx.now);
    return bySession || bySource || byTarget;
  }

  private addHost(spec: TagSpec, rule: number, p: Packet, now: number): void {
    if (p.ipVersion === 0) return;
    const { hosts } = this;
    if (hosts.isFull) this.forgetIdle(now);
    const { size } = hosts;
    const slot =
      spec.side === 'src'
        ? hosts.insert(p.ipVersion, p.src0, p.src1, p.src2, p.src3, 0, 0, 0, 0)
        : hosts.insert(p.ipVersion, p.dst0, p.dst1, p.dst2, p.dst3, 0, 0, 0, 0);
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

function takesSession(p: Packet, ctx: DetectContext): boolean {
  const list = ctx.flows.peekExtra(p.flow)?.slots.get(SLOT) as TagList | undefined;
  if (list === undefined) return false;
  const isTaken = list.takes(p, ctx.now);
  if (list.length === 0) ctx.flows.clearFlag(p.flow, FlowFlag.tagged);
  return isTaken;
}
