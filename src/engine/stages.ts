// Stages: what the mechanisms of a worker do for its pipeline.

import type { AppFlow } from '../framework/app-flow.ts';
import type { Packet } from '../framework/packet.ts';

/** TCP sessions: what the stream engine does for the pipeline. */
export interface StreamStage {
  packet(p: Packet, f: number): void;
  /** A packet of a flow that is dropped: only that it was there counts. */
  dropped(p: Packet, f: number): void;
  isReuse(p: Packet, f: number): boolean;
  /** Whether bytes of a direction (0: to server, 1: to client) were never inspected. */
  pendingRaw(f: number, direction: 0 | 1): boolean;
  /** Whether the application layer was not offered all there is of a direction. */
  pendingApp(f: number, direction: 0 | 1): boolean;
  /** Both sides are done, or one gave up. */
  isClosed(f: number): boolean;
  release(f: number): void;
  /** Offers the application layer what is left of a direction at the end of its flow. */
  flushApp(p: Packet, f: number, direction: 0 | 1): void;
  updateGauges(): void;
}

/** Application layers: what they do for the pipeline. */
export interface AppStage {
  /** The flow whose bytes are put together no longer, from this packet on; -1 for none. Set back by the pipeline. */
  flushDue: number;
  /** The flow that goes on as another protocol from this packet on; -1 for none. Set back by the pipeline. */
  changeDue: number;
  udp(p: Packet, f: number): void;
  of(f: number): AppFlow | null;
  /** No more bytes of a direction. */
  end(p: Packet, f: number, direction: 0 | 1): void;
  retire(app: AppFlow, needsInspection: boolean): void;
  release(f: number): void;
  updateGauges(): void;
}

/** Signatures: what detection does for the pipeline; alerts and verdict end up on the packet. */
export interface DetectStage {
  packet(p: Packet, app: AppFlow | null): void;
  /** Outputs have read the packet: what was kept for them may go. */
  done(p: Packet): void;
}

/** Resets and ICMP errors: what they do for the pipeline. */
export interface Rejecting {
  reject(p: Packet): void;
}
