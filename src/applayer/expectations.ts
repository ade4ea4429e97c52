// Expectations: connections that one flow announces (FTP data channels), by the hosts and the port they will have.

import type { Expectation } from '../framework/app-flow.ts';
import { F } from '../framework/flows.ts';
import type { Flows } from '../framework/flows.ts';

/** Most at a time; the oldest give way. */
const LIMIT = 10_000;

/** An announcement, and the flow that made it. */
export interface Announcement {
  readonly expectation: Expectation;
  /** Its record, while it lasts, and its flow_id. */
  readonly from: number;
  readonly fromId: number;
}

export class Expectations {
  private readonly flows: Flows;
  private readonly byKey = new Map<string, Announcement>();
  /** How many are for each port: most flows are told by it alone that nothing was announced of them. */
  private readonly ports = new Uint16Array(65_536);
  private readonly announcers = new Set<number>();
  private readonly onCount: (count: number) => void;

  /** @param onCount told how many there are, whenever that changes */
  constructor(flows: Flows, onCount: (count: number) => void) {
    this.flows = flows;
    this.onCount = onCount;
  }

  get count(): number {
    return this.byKey.size;
  }

  /** Flow `f` announces a connection between its hosts. */
  add(f: number, expectation: Expectation): void {
    const isServer = expectation.listener === 'server';
    const key = this.key(f, isServer ? F.src : F.dst, isServer ? F.dst : F.src, expectation.port);
    this.remove(key);
    if (this.byKey.size >= LIMIT) this.remove(this.byKey.keys().next().value!);
    this.byKey.set(key, { expectation, from: f, fromId: this.flows.double(f, F.id) });
    this.ports[expectation.port]!++;
    this.announcers.add(f);
    this.onCount(this.byKey.size);
  }

  /** What was announced of flow `f`; it is met now. */
  take(f: number): Announcement | undefined {
    const port = this.flows.destinationPort(f);
    return this.ports[port] === 0 ? undefined : this.remove(this.key(f, F.src, F.dst, port));
  }

  /** The flow that announced is over: what it announced does not come any more. */
  forget(f: number): void {
    if (!this.announcers.delete(f)) return;
    for (const [key, { from }] of this.byKey) if (from === f) this.remove(key);
  }

  private remove(key: string): Announcement | undefined {
    const found = this.byKey.get(key);
    if (found === undefined) return undefined;
    this.byKey.delete(key);
    this.ports[found.expectation.port]!--;
    this.onCount(this.byKey.size);
    return found;
  }

  private key(f: number, from: number, to: number, port: number): string {
    const w = (field: number): string => {
      const { flows } = this;
      return `${flows.word(f, field)}.${flows.word(f, field + 1)}.${flows.word(f, field + 2)}.${flows.word(f, field + 3)}`;
    };
    return `${w(from)}>${w(to)}:${port}`;
  }
}
