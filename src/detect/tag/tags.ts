// Tags: sessions and hosts whose next packets are to be logged because a rule with `tag` matched.

import { WordTable } from '../../base/word-table.ts';
import type { DetectContext } from '../../framework/detect-context.ts';
import { FlowFlag } from '../../framework/flows.ts';
import type { Packet } from '../../framework/packet.ts';

export type TagMetric = 'packets' | 'bytes' | 'seconds';

export interface TagSpec {
  readonly scope: 'session' | 'host';
  /** 0: without end (session only) */
  readonly count: number;
  readonly metric: TagMetric;
  readonly side: 'src' | 'dst';
}

const MAX_HOSTS = 1 << 16;
const SLOT = 'tag';
/** Numbers of a host entry. */
const UNTIL = 0;
const LEFT = 1;
const METRIC = 2;
const METRICS: readonly TagMetric[] = ['packets', 'bytes', 'seconds'];

interface SessionTag {
  metric: TagMetric;
  left: number;
  until: number;
}

/** Shared by a rule set under the key `tags`. */
export class Tags {
  /** False until something was tagged: then nobody needs to ask. */
  isActive = false;
  private readonly hosts = new WordTable(MAX_HOSTS, 3);

  /** Starts tagging what the packet belongs to. */
  add(spec: TagSpec, p: Packet, ctx: DetectContext): void {
    this.isActive = true;
    if (spec.scope === 'session') this.addSession(spec, p, ctx);
    else this.addHost(spec, p, ctx.now);
  }

  /** Whether this packet is to be logged; counts it. Ask once per packet, before the rules run. */
  takes(p: Packet, ctx: DetectContext): boolean {
    const bySession = p.flow >= 0 && ctx.flows.hasFlag(p.flow, FlowFlag.tagged) && takesSession(p, ctx);
    if (this.hosts.size === 0) return bySession;
    const bySource = this.takesHost(this.hosts.find(p.ipVersion, p.src0, p.src1, p.src2, p.src3, 0, 0, 0, 0), p, ctx);
    const byTarget = this.takesHost(this.hosts.find(p.ipVersion, p.dst0, p.dst1, p.dst2, p.dst3, 0, 0, 0, 0), p, ctx);
    return bySession || bySource || byTarget;
  }

  private addSession(spec: TagSpec, p: Packet, ctx: DetectContext): void {
    if (p.flow < 0) return;
    const { slots } = ctx.flows.extraOf(p.flow);
    // a running tag is not begun anew
    if (slots.has(SLOT) && ctx.flows.hasFlag(p.flow, FlowFlag.tagged)) return;
    ctx.flows.setFlag(p.flow, FlowFlag.tagged);
    const tag: SessionTag = {
      metric: spec.metric,
      left: spec.count === 0 || spec.metric === 'seconds' ? Infinity : spec.count,
      until: spec.metric === 'seconds' && spec.count > 0 ? ctx.now + spec.count * 1e6 : Infinity,
    };
    slots.set(SLOT, tag);
  }

  private addHost(spec: TagSpec, p: Packet, now: number): void {
    if (p.ipVersion === 0) return;
    const { hosts } = this;
    if (hosts.isFull) hosts.purge((slot) => !isLive(hosts.values, slot * 3, now));
    const slot =
      spec.side === 'src'
        ? hosts.insert(p.ipVersion, p.src0, p.src1, p.src2, p.src3, 0, 0, 0, 0)
        : hosts.insert(p.ipVersion, p.dst0, p.dst1, p.dst2, p.dst3, 0, 0, 0, 0);
    if (slot < 0 || isLive(hosts.values, slot * 3, now)) return;
    const isTime = spec.metric === 'seconds';
    hosts.values[slot * 3 + UNTIL] = isTime ? now + spec.count * 1e6 : Infinity;
    // the packet that raised the alert counts
    hosts.values[slot * 3 + LEFT] = isTime ? Infinity : spec.count - cost(spec.metric, p);
    hosts.values[slot * 3 + METRIC] = METRICS.indexOf(spec.metric);
  }

  private takesHost(slot: number, p: Packet, ctx: DetectContext): boolean {
    const { values } = this.hosts;
    const at = slot * 3;
    if (slot < 0 || !isLive(values, at, ctx.now)) return false;
    const metric = METRICS[values[at + METRIC]!]!;
    values[at + LEFT] = values[at + LEFT]! - cost(metric, p);
    return true;
  }
}

function isLive(values: Float64Array, at: number, now: number): boolean {
  return values[at + LEFT]! > 0 && values[at + UNTIL]! > now;
}

function cost(metric: TagMetric, p: Packet): number {
  return metric === 'bytes' ? p.end - p.start : metric === 'packets' ? 1 : 0;
}

function takesSession(p: Packet, ctx: DetectContext): boolean {
  const tag = ctx.flows.peekExtra(p.flow)?.slots.get(SLOT) as SessionTag | undefined;
  if (tag === undefined || tag.left <= 0 || tag.until <= ctx.now) return false;
  tag.left -= cost(tag.metric, p);
  return true;
}
