// DetectContext: what closures of signatures may use at run time; one per worker.

import type { Counters } from '../base/counters.ts';
import type { AppFlow } from './app-flow.ts';
import type { Flows } from './flows.ts';
import type { RawStream, TcpView } from './stream.ts';
import type { Inspection } from './chain.ts';
import type { Direction, Transaction } from './transaction.ts';

export interface DetectContext {
  readonly flows: Flows;
  readonly tcp: TcpView;
  readonly rawStream: RawStream;
  readonly counters: Counters;
  /** Inspection state shared by the chains of the signature under evaluation. */
  readonly inspection: Inspection;
  /** Microseconds, of the packet under inspection. */
  now: number;
  readonly isInline: boolean;
  /** True while the chain runs over stream data, false over a packet's payload. */
  isStreamInspection: boolean;
  /** The transaction under inspection and the direction looked at; null outside of one. */
  tx: Transaction | null;
  txDirection: Direction;
  /** How far that direction is, and was when rules looked last (-1: never). */
  txProgress: number;
  txProgressBefore: number;
  /** The flow of that transaction. */
  app: AppFlow | null;
  /** Of every packet with an application layer, null for others. */
  appOf(f: number): AppFlow | null;
  /** What pcre captured for the packet under inspection, in rules that matched. */
  readonly packetVars: { name: string; value: Uint8Array | string }[];
  /** What was found in the rule under evaluation: kept once all of it matches. */
  readonly captures: Capture[];
}

/** Something found in matching: kept with the flow, with the packet, or with the alert alone. */
export interface Capture {
  readonly scope: 'flow' | 'pkt' | 'alert';
  readonly name: string;
  /** Bytes captured by pcre; what a data set knows of an entry, as JSON. */
  readonly value: Uint8Array | string;
}
