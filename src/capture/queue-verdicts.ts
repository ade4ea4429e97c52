// QueueVerdicts: writes what becomes of queued packets into one buffer, and hands it to the kernel now and then.

import type { Counters } from '../base/counters.ts';
import { ACTION_REJECT_ANY, Action, PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import type { VerdictSink } from '../framework/verdict-sink.ts';
import type { KernelSocket } from '../native/kernel-socket.ts';
import {
  NetfilterVerdict,
  QUEUE_MESSAGE_ROOM,
  putBatchVerdict,
  putChangingVerdict,
  putVerdict,
  toQueue,
} from '../wire/nfqueue.ts';
import type { VerdictChange } from '../wire/nfqueue.ts';

/** Bits of a packet's mark: those of `mask` are set to those of `mark`. */
export interface MaskedMark {
  readonly mark: number;
  readonly mask: number;
}

/** What becomes of packets that are not stopped. */
export interface VerdictSettings {
  /** They go on; go through the chain again, marked; or on to another queue. */
  readonly mode: 'accept' | 'repeat' | 'route';
  /** How packets are known that went through the chain again. */
  readonly repeat: MaskedMark;
  /** Mark of packets whose flow is not looked at any more; a mask of 0 marks none. */
  readonly bypass: MaskedMark;
  /** The other queue. */
  readonly routeQueue: number;
  /** Verdicts that may wait for the next ones of their batch. */
  readonly batchCount: number;
  /** Everything goes on as it came, whatever was decided. */
  readonly isShadow: boolean;
}

const STOPPING = Action.drop | ACTION_REJECT_ANY;
/** Several verdicts and the largest packet. */
const SIZE = 1 << 17;
/** Numbers of packets are compared modulo 2^32: none that waits is further ahead. */
const FAR_AHEAD = 1 << 30;

export class QueueVerdicts implements VerdictSink {
  /** Of the packets of the batch: their numbers in the queue, and the marks they came with. */
  readonly ids: Int32Array;
  readonly marks: Int32Array;
  private readonly settings: VerdictSettings;
  private readonly goOn: number;
  private readonly out = new Uint8Array(SIZE);
  private readonly change: VerdictChange = { hasMark: false, mark: 0, bytes: null, start: 0, length: 0 };
  private socket: KernelSocket | undefined;
  private queue = 0;
  private end = 0;
  /** Packets that go on as they came and wait for a common verdict, and the last of them. */
  private run = 0;
  private lastId = 0;
  private waiting = 0;
  private counters: Counters | undefined;
  private readonly errors: number;

  /** @param errors the counter of verdicts that the kernel did not take */
  constructor(settings: VerdictSettings, capacity: number, errors: number) {
    this.settings = settings;
    this.ids = new Int32Array(capacity);
    this.marks = new Int32Array(capacity);
    this.goOn = verdictOf(settings);
    this.errors = errors;
  }

  attach(counters: Counters): void {
    this.counters = counters;
  }

  /** The packets of the batch come from this queue. */
  begin(socket: KernelSocket, queue: number): void {
    this.socket = socket;
    this.queue = queue;
  }

  decide(index: number, p: Packet): void {
    const id = this.ids[index]!;
    if (this.settings.isShadow) this.accept(id);
    else if ((p.action & STOPPING) !== 0) this.drop(id);
    else if (this.isChanged(index, p)) this.changed(id);
    else this.accept(id);
  }

  /** A packet nobody looked at; others of its batch may be older, so that it has a verdict of its own. */
  pass(id: number, mark: number): void {
    const { isShadow, mode, repeat } = this.settings;
    const { change } = this;
    change.bytes = null;
    change.hasMark = false;
    change.mark = mark;
    if (mode === 'repeat' && !isShadow) this.setMark(repeat.mark, repeat.mask);
    this.changed(id);
  }

  /** Everything that waits in a queue goes on, whatever its number. */
  passAll(socket: KernelSocket, queue: number): void {
    this.begin(socket, queue);
    this.end = putBatchVerdict(this.out, 0, queue, (this.lastId + FAR_AHEAD) | 0, NetfilterVerdict.accept);
    this.send();
  }

  drop(id: number): void {
    this.endRun();
    this.reserve(QUEUE_MESSAGE_ROOM);
    this.end = putVerdict(this.out, this.end, this.queue, id, NetfilterVerdict.drop);
    this.count();
  }

  /** Hands over the verdicts that wait. */
  flush(): void {
    this.endRun();
    this.waiting = 0;
    if (this.end > 0) this.send();
  }

  private accept(id: number): void {
    this.run++;
    this.lastId = id;
    this.count();
  }

  private count(): void {
    if (++this.waiting >= this.settings.batchCount) this.flush();
  }

  /** Whether the packet goes on with another mark or other bytes; `change` tells. */
  private isChanged(index: number, p: Packet): boolean {
    const { change, settings } = this;
    const before = this.marks[index]!;
    change.hasMark = false;
    change.mark = before;
    if (p.markMask !== 0) this.setMark(p.mark, p.markMask);
    const { bypass, repeat } = settings;
    if ((p.flags & PacketFlag.bypassed) !== 0 && bypass.mask !== 0) this.setMark(bypass.mark, bypass.mask);
    if (settings.mode === 'repeat') this.setMark(repeat.mark, repeat.mask);
    const isModified = (p.flags & PacketFlag.modified) !== 0;
    change.bytes = isModified ? p.data : null;
    change.start = p.start;
    change.length = p.end - p.start;
    return isModified || change.hasMark;
  }

  private setMark(mark: number, mask: number): void {
    this.change.hasMark = true;
    this.change.mark = (this.change.mark & ~mask) | (mark & mask);
  }

  private changed(id: number): void {
    this.endRun();
    this.reserve(QUEUE_MESSAGE_ROOM + (this.change.bytes === null ? 0 : this.change.length));
    this.end = putChangingVerdict(this.out, this.end, this.queue, id, this.goOn, this.change);
    this.count();
  }

  private endRun(): void {
    if (this.run === 0) return;
    this.reserve(QUEUE_MESSAGE_ROOM);
    const put = this.run === 1 ? putVerdict : putBatchVerdict;
    this.end = put(this.out, this.end, this.queue, this.lastId, this.goOn);
    this.run = 0;
  }

  private reserve(length: number): void {
    if (this.end + length > SIZE) this.send();
  }

  private send(): void {
    if (this.socket!.send(this.out, 0, this.end) < 0) this.counters?.add(this.errors);
    this.end = 0;
  }
}

function verdictOf({ isShadow, mode, routeQueue }: VerdictSettings): number {
  if (isShadow || mode === 'accept') return NetfilterVerdict.accept;
  return mode === 'repeat' ? NetfilterVerdict.repeat : toQueue(routeQueue);
}
