// Buffer inspection: a signature's sticky buffers, transformed, each run through its chain.

import { BufferView } from '../../framework/buffer.ts';
import type { DetectContext } from '../../framework/detect-context.ts';
import type { Inspection } from '../../framework/chain.ts';
import type { Packet } from '../../framework/packet.ts';
import type { BufferInspection } from '../../framework/signature.ts';

const BUDGET = 3000;
const MAX_INSTANCES = 256;

/** Points the inspection at a byte range and clears the cursor. */
export function aim(inspection: Inspection, data: Uint8Array, bufferId: number, start: number, end: number): void {
  inspection.data = data;
  inspection.bufferId = bufferId;
  inspection.start = start;
  inspection.end = end;
  inspection.cursor = start;
  inspection.budget = BUDGET;
  inspection.flags = 0;
  inspection.streamOffset = 0;
}

export class BufferInspector {
  private readonly views = [new BufferView(), new BufferView()] as const;

  /** True when the chain holds on (an instance of) the buffer of p. */
  matches(one: BufferInspection, p: Packet, ctx: DetectContext): boolean {
    if (one.buffer.source === 'base64') return this.matchesBase64(one, ctx.inspection);
    const count = one.buffer.isMulti ? MAX_INSTANCES : 1;
    for (let instance = 0; instance < count; instance++) {
      const view = this.views[0];
      if (!one.buffer.get(p, ctx, view, instance)) return instance === 0 && one.matchesAbsent;
      if (this.holds(one, ctx.inspection)) return true;
    }
    return false;
  }

  private holds(one: BufferInspection, inspection: Inspection): boolean {
    let view = this.views[0];
    let other = this.views[1];
    for (let i = 0; i < one.transforms.length; i++) {
      if (!one.transforms[i]!.apply(view, other)) return false;
      const swap = view;
      view = other;
      other = swap;
    }
    aim(inspection, view.data, view.bufferId, view.start, view.end);
    return one.match(inspection);
  }

  private matchesBase64(one: BufferInspection, inspection: Inspection): boolean {
    if (inspection.base64Length === 0) return false;
    aim(inspection, inspection.base64, -1, 0, inspection.base64Length);
    return one.match(inspection);
  }
}
