// Verdicts: what becomes of each captured packet in inline mode, counted by outcome and reason.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { ACTION_REJECT_ANY, Action, DROP_REASONS, PacketFlag, dropReason } from '../framework/packet.ts';
import type { DropReason, Packet } from '../framework/packet.ts';

const TUNNEL_DROP = dropReason('tunnel packet drop');
const STOPPING = Action.drop | ACTION_REJECT_ANY;

/** Reasons of firewall mode, which has counters of its own. */
const OF_FIREWALL: readonly string[] = [
  'default packet policy',
  'default app policy',
  'pre stream hook',
  'pre flow hook',
] satisfies DropReason[];

/** Only inline mode has these counters: make it before `Counters`. */
export class Verdicts {
  private readonly accepted = defineCounter('ips.accepted');
  private readonly blocked = defineCounter('ips.blocked');
  private readonly rejected = defineCounter('ips.rejected');
  private readonly replaced = defineCounter('ips.replaced');
  private readonly reasons = DROP_REASONS.map((reason) =>
    reason === '' || OF_FIREWALL.includes(reason)
      ? -1
      : defineCounter(`ips.drop_reason.${reason.replaceAll(' ', '_')}`),
  );
  private counters: Counters | null = null;

  attach(counters: Counters): void {
    this.counters = counters;
  }

  /** A packet found inside `root` is decided: what stops it stops the packet it came in. */
  inner(p: Packet, root: Packet): void {
    if (p.markMask !== 0) {
      root.mark = (root.mark & ~p.markMask) | (p.mark & p.markMask);
      root.markMask |= p.markMask;
    }
    if ((p.action & STOPPING) === 0) return;
    root.action |= Action.drop;
    if (root.dropReason === 0) root.dropReason = TUNNEL_DROP;
  }

  /** The captured packet itself, once everything in it is decided. */
  root(p: Packet): void {
    const counters = this.counters!;
    if ((p.action & ACTION_REJECT_ANY) !== 0) counters.add(this.rejected);
    else if ((p.action & Action.drop) !== 0) counters.add(this.blocked);
    else if ((p.flags & PacketFlag.modified) !== 0) counters.add(this.replaced);
    else counters.add(this.accepted);
    const reason = this.reasons[p.dropReason]!;
    if (reason >= 0) counters.add(reason);
  }
}
