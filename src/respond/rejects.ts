// Rejects: sends resets and ICMP errors for packets that rules or policies reject.

import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import type { Packet } from '../framework/packet.ts';
import { REFUSAL_MAX_LENGTH, isAsked, isRefusable, putRefusal } from './refusals.ts';
import type { Refused } from './refusals.ts';

const ENDS: readonly Refused[] = ['source', 'destination'];

/** How packets get to the ends: by routes, or back onto the wires they came from. */
export interface RefusalCarrier {
  /** Bytes that it needs before an IP packet. */
  readonly headroom: number;
  /**
   * Sends the IP packet of `length` bytes that lies behind the headroom of `out`.
   * @param isBack to the sender of p, else to its receiver
   * @returns below zero when it could not be sent
   */
  carry(out: Uint8Array, length: number, p: Packet, isBack: boolean): number;
  close(): void;
}

export interface RejectsOptions {
  /** Rejected packets do not reach their receiver. */
  readonly isInline: boolean;
  /** Sends the packets on their way that came before and go on. */
  readonly settle?: () => void;
}

/** It declares counters: make it before `Counters`. */
export class Rejects {
  private readonly sent = defineCounter('tayra.reject.sent');
  private readonly errors = defineCounter('tayra.reject.errors');
  private readonly carrier: RefusalCarrier;
  private readonly isInline: boolean;
  private readonly settle: () => void;
  private readonly out: Uint8Array;
  private readonly packet: Uint8Array;
  private counters: Counters | undefined;

  constructor(carrier: RefusalCarrier, { isInline, settle = () => undefined }: RejectsOptions) {
    this.carrier = carrier;
    this.isInline = isInline;
    this.settle = settle;
    this.out = new Uint8Array(carrier.headroom + REFUSAL_MAX_LENGTH);
    this.packet = this.out.subarray(carrier.headroom);
  }

  attach(counters: Counters): void {
    this.counters = counters;
  }

  /** The packet is decided: both ends, one or none are told. */
  reject(p: Packet): void {
    if (!isRefusable(p)) return;
    // a reset that overtakes the end of the handshake undoes a connection that the server has not heard of yet
    this.settle();
    for (const end of ENDS) if (isAsked(p, end)) this.tell(p, end);
  }

  close(): void {
    this.carrier.close();
  }

  private tell(p: Packet, end: Refused): void {
    const length = putRefusal(this.packet, p, end, this.isInline);
    if (length === 0) return;
    const result = this.carrier.carry(this.out, length, p, end === 'source');
    this.counters!.add(result < 0 ? this.errors : this.sent);
  }
}
