// FrameDemands: by protocol, the frames that rules look at or outputs write.

import type { AppProtocol } from '../framework/app-protocol.ts';
import { STREAM_FRAME, frameDemand } from '../framework/frame.ts';
import type { FrameWishes } from '../framework/frame.ts';

export class FrameDemands {
  /** Bytes of frames that outputs write; 0: none does. Set before the first flow. */
  bytes = 0;
  private readonly demands: ReadonlySet<string>;
  private readonly known: (FrameWishes | null | undefined)[] = [];

  /** @param demands what rules look at (RulesetSetup.demands) */
  constructor(demands: ReadonlySet<string>) {
    this.demands = demands;
  }

  /** Rules ask for other frames: flows to come are asked anew. */
  forget(): void {
    this.known.length = 0;
  }

  /** Null: nobody asks for frames of the protocol. */
  of({ id, name, definition }: AppProtocol): FrameWishes | null {
    const known = this.known[id];
    if (known !== undefined) return known;
    const types = definition.frames === undefined ? [] : [STREAM_FRAME, ...definition.frames];
    const inspected = new Set(types.filter((type) => this.demands.has(frameDemand(name, type))));
    const isWanted = inspected.size > 0 || (types.length > 0 && this.bytes > 0);
    return (this.known[id] = isWanted ? { logged: this.bytes, inspected } : null);
  }
}
