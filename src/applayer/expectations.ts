// Expectations: connections that one flow announces (FTP data channels), by the hosts and the port they will have.

import { deserialize, serialize } from 'node:v8';
import type { Journal } from '../base/journal.ts';
import type { Expectation } from '../framework/app-flow.ts';
import { F } from '../framework/flows.ts';
import type { Flows } from '../framework/flows.ts';
import { JournalKind } from '../framework/journal-kind.ts';

/** Most at a time; the oldest give way. */
const LIMIT = 10_000;
/** Of an announcement by a flow of another worker. */
const ELSEWHERE = -1;
const BYTES_PER_WORD = 4;

/** An announcement, and the flow that made it. */
export interface Announcement {
  readonly expectation: Expectation;
  /** Its record, while it lasts, and its flow_id. */
  readonly from: number;
  readonly fromId: number;
}

/** What other workers are told; without an announcement, that it was met or does not come any more. */
interface Told {
  readonly key: string;
  readonly announcement?: Omit<Announcement, 'from'>;
}

export class Expectations {
  private readonly flows: Flows;
  private readonly byKey = new Map<string, Announcement>();
  /** How many are for each port: most flows are told by it alone that nothing was announced of them. */
  private readonly ports = new Uint16Array(65_536);
  private readonly announcers = new Set<number>();
  /** Of flows of this worker. */
  private own = 0;
  private readonly onCount: (count: number) => void;
  private journal: Journal | null = null;

  /** @param onCount told how many flows of this worker have announced, whenever that changes */
  constructor(flows: Flows, onCount: (count: number) => void) {
    this.flows = flows;
    this.onCount = onCount;
  }

  /** From now on the flow that is announced may be another worker's. */
  share(journal: Journal): void {
    this.journal = journal;
    journal.on(JournalKind.expectation, (words) => {
      const bytes = new Uint8Array(words.buffer, words.byteOffset + BYTES_PER_WORD, words[0]);
      const { announcement, key } = deserialize(bytes.slice()) as Told;
      if (announcement === undefined) this.remove(key);
      else this.put(key, { ...announcement, from: ELSEWHERE });
    });
  }

  /** Whether anything is announced. */
  get isAny(): boolean {
    this.journal?.catchUp();
    return this.byKey.size > 0;
  }

  /** Flow `f` announces a connection between its hosts. */
  add(f: number, expectation: Expectation): void {
    const isServer = expectation.listener === 'server';
    const key = this.key(f, isServer ? F.src : F.dst, isServer ? F.dst : F.src, expectation.port);
    const fromId = this.flows.double(f, F.id);
    this.announcers.add(f);
    this.change({ key, announcement: { expectation, fromId } }, () => {
      this.put(key, { expectation, from: f, fromId });
    });
  }

  /** What was announced of flow `f`; it is met now. */
  take(f: number): Announcement | undefined {
    const port = this.flows.destinationPort(f);
    if (this.ports[port] === 0) return undefined;
    const key = this.key(f, F.src, F.dst, port);
    return this.byKey.has(key) ? this.change({ key }, () => this.remove(key)) : undefined;
  }

  /** The flow that announced is over: what it announced does not come any more. */
  forget(f: number): void {
    if (!this.announcers.delete(f)) return;
    // another worker may have put its own in the place of one
    this.journal?.begin();
    for (const [key, { from }] of this.byKey) if (from === f) this.change({ key }, () => this.remove(key));
    this.journal?.end();
  }

  /** Does something that the other workers are told of. */
  private change<T>(told: Told, act: () => T): T {
    const { journal } = this;
    if (journal === null) return act();
    journal.begin();
    const done = act();
    const bytes = serialize(told);
    const entry = new Int32Array(1 + Math.ceil(bytes.length / BYTES_PER_WORD));
    entry[0] = bytes.length;
    new Uint8Array(entry.buffer).set(bytes, BYTES_PER_WORD);
    journal.append(JournalKind.expectation, entry, entry.length);
    journal.end();
    return done;
  }

  private put(key: string, announcement: Announcement): void {
    this.remove(key);
    if (this.byKey.size >= LIMIT) this.remove(this.byKey.keys().next().value!);
    this.byKey.set(key, announcement);
    this.ports[announcement.expectation.port]!++;
    this.count(announcement, 1);
  }

  private remove(key: string): Announcement | undefined {
    const found = this.byKey.get(key);
    if (found === undefined) return undefined;
    this.byKey.delete(key);
    this.ports[found.expectation.port]!--;
    this.count(found, -1);
    return found;
  }

  private count({ from }: Announcement, by: 1 | -1): void {
    if (from === ELSEWHERE) return;
    this.own += by;
    this.onCount(this.own);
  }

  private key(f: number, from: number, to: number, port: number): string {
    const w = (field: number): string => {
      const { flows } = this;
      return `${flows.word(f, field)}.${flows.word(f, field + 1)}.${flows.word(f, field + 2)}.${flows.word(f, field + 3)}`;
    };
    return `${w(from)}>${w(to)}:${port}`;
  }
}
