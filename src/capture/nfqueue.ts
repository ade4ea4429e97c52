// QueueSource: packets that the firewall queues (NFQUEUE), each with a verdict that goes back.

import { readFileSync } from 'node:fs';
import { defineCounter } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import {
  AF_INET,
  AF_NETLINK,
  EACCES,
  EAGAIN,
  EINTR,
  EPERM,
  KernelSocket,
  SOCK_DGRAM,
  SOCK_RAW,
  SOL_SOCKET,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_TIMESTAMP,
  errorName,
  kernelSocketReason,
} from '../native/kernel-socket.ts';
import { NOT_REGISTERED, registerBuffer, unregisterBuffer } from '../native/buffers.ts';
import type { PacketBatch } from '../pcap/index.ts';
import {
  QUEUED_MAX_LENGTH,
  QUEUED_OVERHEAD,
  QueueFlag,
  QueueMessage,
  QueuedPacket,
  SkbInfo,
  putCopyRange,
  putQueueCommand,
  putQueueFlags,
  putQueueLength,
} from '../wire/nfqueue.ts';
import { QueueVerdicts } from './queue-verdicts.ts';
import type { VerdictSettings } from './queue-verdicts.ts';

export interface QueueSettings extends VerdictSettings {
  /** Numbers of the queues, one at least. */
  readonly queues: readonly number[];
  /** Packets go on unseen where the queue is full. */
  readonly isFailOpen: boolean;
  /** Packets that may wait in the kernel. */
  readonly queueLength: number;
  /** Large packets come as they are, their checksums not yet set; else the kernel cuts them up first. */
  readonly takesLarge: boolean;
  /** Milliseconds that a packet may wait before it is taken up; later ones are not looked at. 0: no limit. */
  readonly budget: number;
  /** What becomes of those. */
  readonly dropsLate: boolean;
}

const NETLINK_NETFILTER = 12;
const SOL_NETLINK = 270;
const NETLINK_NO_ENOBUFS = 5;
const RECEIVE_BUFFER = 32 << 20;
/** A cache line more than is needed makes their number odd: slots then do not share the same few sets of the cache. */
const CACHE_LINE = 64;
export const SLOT_SIZE = QUEUED_OVERHEAD + 0x10000 + CACHE_LINE;
/** Messages taken at a time. */
const SLOTS = 64;
/** The same where the last time there were fewer: to ask for many costs a little for each. */
const FEW_SLOTS = 4;
/** Bytes of the worker's arena that they need. */
export const QUEUE_REGION = SLOTS * SLOT_SIZE;
const LINKTYPE_RAW = 101;
const CONFIG_ROOM = 4096;
const STATISTICS = '/proc/self/net/netfilter/nfnetlink_queue';
/** Of its lines: how many fields, and which are what. Lost before they were queued, and when they were handed over. */
const FIELDS = 8;
const QUEUE_FULL = 5;
const SOCKET_FULL = 6;

const NAMES = ['kernel_packets', 'kernel_drops', 'errors'] as const;

interface Queue {
  readonly number: number;
  readonly socket: KernelSocket;
  /** The last look left nothing: it is looked at again after a wait. */
  isEmpty: boolean;
  /** Few packets came at a time. */
  isCalm: boolean;
  /** Since the counters were last updated. */
  received: number;
  /** What the kernel counted up to the last look. */
  lost: number;
  /** Since the start. */
  packets: number;
  drops: number;
}

export class QueueSource {
  readonly names: readonly string[];
  readonly verdicts: QueueVerdicts;
  private readonly settings: QueueSettings;
  private readonly queues: Queue[] = [];
  private readonly ids = Object.fromEntries(NAMES.map((name) => [name, defineCounter(`capture.${name}`)])) as Readonly<
    Record<(typeof NAMES)[number], number>
  >;
  private readonly latePassed = defineCounter('tayra.late_passed');
  private readonly lateDropped = defineCounter('tayra.late_dropped');
  private readonly lengths = new Int32Array(SLOTS);
  private readonly fewLengths = new Int32Array(this.lengths.buffer, 0, FEW_SLOTS);
  private readonly packet = new QueuedPacket();
  private readonly onChange: (message: string) => void;
  private counters: Counters | undefined;
  private takesLarge: boolean;
  /** The kernel notes when packets come as long as somebody wants to know. */
  private clock: KernelSocket | undefined;
  private group: Int32Array = new Int32Array(0);
  private turn = 0;
  private bufferId = NOT_REGISTERED;

  private constructor(settings: QueueSettings, onChange: (message: string) => void) {
    this.settings = settings;
    this.takesLarge = settings.takesLarge;
    this.names = settings.queues.map((number) => `nfqueue ${String(number)}`);
    this.verdicts = new QueueVerdicts(settings, SLOTS, this.ids.errors);
    this.onChange = onChange;
  }

  /**
   * Opens the sockets; `start` binds the queues. It declares counters: call it before a worker is created.
   * @returns the source, or the reason why there can be none
   */
  static create(settings: QueueSettings, onChange: (message: string) => void): QueueSource | string {
    if (kernelSocketReason !== '') return kernelSocketReason;
    const source = new QueueSource(settings, onChange);
    for (const number of settings.queues) {
      const socket = KernelSocket.open(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
      if (typeof socket === 'number') {
        source.close();
        return `queue ${String(number)}: ${errorName(socket)}: this kernel has no netfilter queues`;
      }
      source.queues.push({ number, socket, isEmpty: false, isCalm: true, received: 0, lost: 0, packets: 0, drops: 0 });
    }
    const clock = KernelSocket.open(AF_INET, SOCK_DGRAM, 0);
    if (typeof clock !== 'number') {
      clock.option(SOL_SOCKET, SO_TIMESTAMP, 1);
      source.clock = clock;
    }
    return source;
  }

  /** Packets come in from now on. @returns the reason when they cannot */
  start(counters: Counters): string | undefined {
    this.counters = counters;
    this.verdicts.attach(counters);
    for (const queue of this.queues) {
      const problem = this.bind(queue);
      if (problem !== undefined) return `queue ${String(queue.number)}: ${problem}`;
    }
    this.group = KernelSocket.group(this.queues.map(({ socket }) => socket));
    return undefined;
  }

  deviceName(): undefined {
    return undefined;
  }

  /** Fills the batch with what one of the queues has; does not wait. Packets of the batch before become invalid. */
  next(batch: PacketBatch, region: { readonly offset: number; readonly size: number }): number {
    batch.count = 0;
    if (this.bufferId === NOT_REGISTERED) this.bufferId = registerBuffer(batch.data);
    for (let i = 0; i < this.queues.length && batch.count === 0; i++) {
      const queue = this.queues[this.turn]!;
      this.turn = this.turn + 1 < this.queues.length ? this.turn + 1 : 0;
      if (!queue.isEmpty) this.receive(queue, batch, region.offset);
    }
    return batch.count;
  }

  /** What was decided since the last call is the kernel's to carry out. */
  settle(): void {
    this.verdicts.flush();
  }

  /** Waits for packets, at most so many milliseconds. @returns whether there are some */
  wait(timeout: number): boolean {
    for (const queue of this.queues) queue.isEmpty = false;
    return KernelSocket.wait(this.group, timeout) > 0;
  }

  lookAfter(): void {
    // queues do not go away
  }

  /** Rules that write into packets need such as can go out as they are. */
  adapt({ writesPackets }: { readonly writesPackets: boolean }): void {
    if (this.takesLarge === !writesPackets) return;
    this.takesLarge = !writesPackets;
    for (const { number, socket } of this.queues) {
      const out = new Uint8Array(CONFIG_ROOM);
      // a refusal comes among the packets, and is counted
      socket.send(out, 0, putQueueFlags(out, 0, number, this.takesLarge ? QueueFlag.gso : 0, QueueFlag.gso));
    }
  }

  /**
   * Adds what came, and what the kernel says it lost, since the last call. What still waits in a queue is not counted, so
   * that at every moment there is a decision on each packet of the count.
   */
  updateCounters(): void {
    const known = statistics();
    for (const queue of this.queues) {
      const fields = known.find(([number]) => number === queue.number);
      this.count(queue, fields === undefined ? queue.lost : fields[QUEUE_FULL]! + fields[SOCKET_FULL]!);
    }
  }

  countsOf(name: string): { readonly packets: number; readonly drops: number } | undefined {
    return this.queues[this.names.indexOf(name)];
  }

  /** The kernel drops what still waits in a queue when its socket closes: failing open, it is let go before. */
  close(): void {
    for (const { number, socket } of this.queues) {
      if (this.settings.isFailOpen && this.counters !== undefined) this.verdicts.passAll(socket, number);
      socket.close();
    }
    this.clock?.close();
  }

  /** @param lost 32 bits that begin anew */
  private count(queue: Queue, lost: number): void {
    const drops = (lost - queue.lost) >>> 0;
    const packets = queue.received + drops;
    queue.lost = lost;
    queue.received = 0;
    queue.packets += packets;
    queue.drops += drops;
    this.counters!.addBy(this.ids.kernel_packets, packets);
    this.counters!.addBy(this.ids.kernel_drops, drops);
  }

  private bind(queue: Queue): string | undefined {
    const { number, socket } = queue;
    const { isFailOpen, queueLength, takesLarge } = this.settings;
    if (socket.option(SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER) < 0)
      socket.option(SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
    // a full buffer is the kernel's matter: it drops or, failing open, lets pass; neither stops the reading
    socket.option(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1);
    const out = new Uint8Array(CONFIG_ROOM);
    const id = registerBuffer(out);
    const ask = (end: number): number => {
      const sent = socket.send(out, 0, end);
      return sent < 0 ? -sent : this.answer(socket, out, id);
    };
    const failed = ask(putQueueCommand(out, 0, number, 'bind'));
    let problem = failed === 0 ? undefined : describe(failed, number);
    if (problem === undefined) {
      const flags = (isFailOpen ? QueueFlag.failOpen : 0) | (takesLarge ? QueueFlag.gso : 0);
      const refused = ask(putQueueFlags(out, 0, number, flags, QueueFlag.failOpen | QueueFlag.gso));
      if (refused !== 0) this.onChange(`queue ${String(number)}: fail-open and large packets: ${errorName(refused)}`);
      const short = ask(putQueueLength(out, 0, number, queueLength));
      if (short !== 0) this.onChange(`queue ${String(number)}: length ${String(queueLength)}: ${errorName(short)}`);
      // from here on packets come; the answer is among them
      const sent = socket.send(out, 0, putCopyRange(out, 0, number, QUEUED_MAX_LENGTH));
      if (sent < 0) problem = describe(-sent, number);
    }
    unregisterBuffer(out);
    return problem;
  }

  /** The number of the error that the kernel answers with, 0 for none; it has answered when `send` returns. */
  private answer(socket: KernelSocket, room: Uint8Array, id: number): number {
    const one = new Int32Array(1);
    for (;;) {
      const got = socket.receive(id, 0, room.length, one);
      if (got === -EINTR) continue;
      if (got <= 0) return got < 0 ? -got : EAGAIN;
      if (this.packet.read(room, 0, Math.min(room.length, one[0]!)) === QueueMessage.error) return this.packet.error;
    }
  }

  private receive(queue: Queue, batch: PacketBatch, offset: number): void {
    const { lengths, packet, settings } = this;
    const asked = queue.isCalm ? this.fewLengths : lengths;
    const count = queue.socket.receive(this.bufferId, offset, SLOT_SIZE, asked);
    queue.isEmpty = count < asked.length;
    queue.isCalm = count < FEW_SLOTS;
    if (count < 0) {
      if (count !== -EAGAIN && count !== -EINTR) this.counters!.add(this.ids.errors);
      return;
    }
    this.verdicts.begin(queue.socket, queue.number);
    const now = Date.now() * 1000;
    for (let i = 0; i < count; i++) {
      const start = offset + i * SLOT_SIZE;
      const kind = packet.read(batch.data, start, start + Math.min(lengths[i]!, SLOT_SIZE));
      if (kind === QueueMessage.packet) {
        queue.received++;
        if (settings.budget > 0 && this.isLate(now)) this.letGo();
        else this.add(batch, now);
      } else if (kind === QueueMessage.malformed || (kind === QueueMessage.error && packet.error !== 0))
        this.counters!.add(this.ids.errors);
    }
    // the batch may be empty: then nobody else tells the kernel of those that were late
    if (batch.count === 0) this.verdicts.flush();
  }

  private isLate(now: number): boolean {
    const { timestamp } = this.packet;
    return timestamp > 0 && now - timestamp > this.settings.budget * 1000;
  }

  private letGo(): void {
    const drops = this.settings.dropsLate && !this.settings.isShadow;
    this.counters!.add(drops ? this.lateDropped : this.latePassed);
    if (drops) this.verdicts.drop(this.packet.id);
    else this.verdicts.pass(this.packet.id, this.packet.mark);
  }

  private add(batch: PacketBatch, now: number): void {
    const { packet } = this;
    const i = batch.count++;
    batch.offset[i] = packet.payloadOffset;
    batch.length[i] = packet.payloadLength;
    batch.wireLength[i] = Math.max(packet.payloadLength, packet.wholeLength);
    batch.timestamp[i] = packet.timestamp > 0 ? packet.timestamp : now;
    batch.linkType[i] = LINKTYPE_RAW;
    batch.interfaceId[i] = 0;
    batch.hasNoChecksum[i] = (packet.info & SkbInfo.checksumNotReady) === 0 ? 0 : 1;
    this.verdicts.ids[i] = packet.id;
    this.verdicts.marks[i] = packet.mark;
  }
}

/** The kernel's own list of queues; empty where it cannot be read. */
function statistics(): number[][] {
  let text: string;
  try {
    text = readFileSync(STATISTICS, 'latin1');
  } catch {
    return []; // /proc is not mounted, or not for us: what the kernel lost stays unknown
  }
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return lines.filter((fields) => fields.length >= FIELDS);
}

function describe(code: number, number: number): string {
  // who may bind, and may not because somebody did, gets the same error
  if (statistics().some((fields) => fields[0] === number)) return 'another program has it';
  if (code !== EPERM && code !== EACCES) return errorName(code);
  return `${errorName(code)}: binding needs CAP_NET_ADMIN where the network is (run as root, or setcap cap_net_admin+ep on node)`;
}
