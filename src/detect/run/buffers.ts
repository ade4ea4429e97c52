// Buffer inspection: a signature's sticky buffers, transformed, each run through its chain.

import { BufferView } from '../../framework/buffer.ts';
import type { TransformUse } from '../../framework/buffer.ts';
import type { DetectContext } from '../../framework/detect-context.ts';
import { InspectionFlag } from '../../framework/chain.ts';
import type { Inspection } from '../../framework/chain.ts';
import type { Packet } from '../../framework/packet.ts';
import type { BufferInspection } from '../../framework/signature.ts';

const BUDGET = 3000;
const MAX_INSTANCES = 1024;

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
  inspection.isLittleEndian = false;
  inspection.sought = null;
}

/** Runs the transforms from the first view on; the view with the result, null when one has nothing to show. */
export function transformed(
  views: readonly [BufferView, BufferView],
  transforms: readonly TransformUse[],
): BufferView | null {
  let [view, other] = views;
  for (let i = 0; i < transforms.length; i++) {
    other.streamOffset = 0;
    other.isWhole = view.isWhole;
    if (!transforms[i]!.apply(view, other)) return null;
    const swap = view;
    view = other;
    other = swap;
  }
  return view;
}

export class BufferInspector {
  private readonly views = [new BufferView(), new BufferView()] as const;
  /** The buffer that was asked about last is not there. */
  isMissing = false;

  /** True when the chain holds on (an instance of) the buffer of p. */
  matches(one: BufferInspection, p: Packet, ctx: DetectContext): boolean {
    if (one.buffer.source === 'base64') return this.matchesBase64(one, ctx.inspection);
    const count = one.buffer.isMulti ? MAX_INSTANCES : 1;
    this.isMissing = false;
    for (let instance = 0; instance < count; instance++) {
      const view = this.views[0];
      view.streamOffset = 0;
      view.isWhole = true;
      view.isLittleEndian = false;
      if (!one.buffer.get(p, ctx, view, instance)) {
        this.isMissing = instance === 0;
        return this.isMissing && one.matchesAbsent;
      }
      if (this.holds(one, ctx.inspection)) return true;
    }
    return false;
  }

  /** True when the chain holds on bytes [start, end) of a buffer that the caller has; `isWhole`: nothing follows them. */
  matchesBytes(
    one: BufferInspection,
    inspection: Inspection,
    data: Uint8Array,
    start: number,
    end: number,
    isWhole: boolean,
  ): boolean {
    const view = this.views[0];
    view.data = data;
    view.bufferId = -1;
    view.start = start;
    view.end = end;
    view.streamOffset = start;
    view.isWhole = isWhole;
    view.isLittleEndian = false;
    return this.holds(one, inspection);
  }

  private holds(one: BufferInspection, inspection: Inspection): boolean {
    const view = transformed(this.views, one.transforms);
    if (view === null) return false;
    aim(inspection, view.data, view.bufferId, view.start, view.end);
    inspection.streamOffset = view.streamOffset;
    inspection.isLittleEndian = this.views[0].isLittleEndian;
    if (view.streamOffset > 0) inspection.flags |= InspectionFlag.notAtStart;
    if (!view.isWhole) inspection.flags |= InspectionFlag.notAtEnd;
    return one.match(inspection);
  }

  private matchesBase64(one: BufferInspection, inspection: Inspection): boolean {
    if (inspection.base64Length === 0) return false;
    aim(inspection, inspection.base64, -1, 0, inspection.base64Length);
    return one.match(inspection);
  }
}
