// SessionView: what rules and outputs read of the sessions of a worker.

import type { TcpSnapshot, TcpView } from '../framework/stream.ts';
import { connStateText, historyText } from './history.ts';
import type { RawWindow } from './raw.ts';
import type { Reassembly } from './reassembly.ts';
import { CLIENT, D, S, SERVER, SessionFlag, StreamFlag, STRIDE } from './sessions.ts';
import type { Sessions } from './sessions.ts';
import { snapshotOf } from './snapshot.ts';

export type Direction = 'toServer' | 'toClient';

/** What it reads from. */
export interface SessionViewParts {
  readonly sessions: Sessions;
  readonly reassembly: Reassembly;
  readonly raw: RawWindow;
  /** Content rules do not look at streams. */
  readonly isRawOff: boolean;
}

export class SessionView implements TcpView {
  private readonly s: Sessions;
  private readonly reassembly: Reassembly;
  private readonly raw: RawWindow;
  private readonly isRawOff: boolean;

  constructor({ isRawOff, raw, reassembly, sessions }: SessionViewParts) {
    this.s = sessions;
    this.reassembly = reassembly;
    this.raw = raw;
    this.isRawOff = isRawOff;
  }

  private word(t: number, direction: Direction, field: number): number {
    return this.s.words[t * STRIDE + (direction === 'toServer' ? CLIENT : SERVER) + field]!;
  }

  state(t: number): number {
    return this.s.words[t * STRIDE + S.state]!;
  }

  flagsToServer(t: number): number {
    return this.word(t, 'toServer', D.tcpFlags);
  }

  flagsToClient(t: number): number {
    return this.word(t, 'toClient', D.tcpFlags);
  }

  streamSize(t: number, direction: Direction): number {
    if ((this.word(t, direction, D.flags) & StreamFlag.based) === 0) return 0;
    return (this.word(t, direction, D.nextSeq) - this.word(t, direction, D.isn)) >>> 0;
  }

  ordered(t: number, direction: Direction): number {
    const d = t * STRIDE + (direction === 'toServer' ? CLIENT : SERVER);
    return this.s.doubles[(d + D.baseOffset) >> 1]! + this.s.words[d + D.contiguous]!;
  }

  /** Behind the data in order, in front of what came; 0 when nothing did. */
  holeSize(t: number, direction: Direction): number {
    const { segments } = this.reassembly;
    const contiguous = this.word(t, direction, D.contiguous);
    let n = this.word(t, direction, D.segmentHead);
    while (n >= 0 && segments.end(n) <= contiguous) n = segments.next(n);
    return n < 0 ? 0 : segments.start(n) - contiguous;
  }

  hasGap(t: number, direction: Direction): boolean {
    return (this.word(t, direction, D.flags) & StreamFlag.gap) !== 0;
  }

  isDepthReached(t: number, direction: Direction): boolean {
    return (this.word(t, direction, D.flags) & StreamFlag.depthReached) !== 0;
  }

  maxRegions(t: number, direction: Direction): number {
    return this.word(t, direction, D.maxRegions);
  }

  missedBytes(t: number, direction: Direction): number {
    const d = t * STRIDE + (direction === 'toServer' ? CLIENT : SERVER);
    const isBased = (this.s.words[d + D.flags]! & StreamFlag.based) !== 0;
    const last = isBased ? this.reassembly.ackedTo(d) - this.s.words[d + D.contiguous]! : 0;
    return this.s.doubles[(d + D.missed) >> 1]! + (last > 0 ? last : 0);
  }

  retransmits(t: number, direction: Direction): number {
    return this.word(t, direction, D.retransmits);
  }

  handshakeRtt(t: number): number {
    return this.s.words[t * STRIDE + S.handshakeRtt]!;
  }

  isMidstream(t: number): boolean {
    return (this.s.words[t * STRIDE + S.flags]! & SessionFlag.midstream) !== 0;
  }

  snapshot(t: number): TcpSnapshot {
    return snapshotOf(this.s, t, { looked: this.raw.looked, isRawOff: this.isRawOff });
  }

  history(t: number): string {
    return historyText(this.s, t);
  }

  connState(t: number): string {
    return connStateText(this.s, t);
  }
}
