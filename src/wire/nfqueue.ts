// Messages of nfnetlink_queue (linux/netfilter/nfnetlink_queue.h): packets that the firewall hands over, and verdicts.

import { i32, putU16, putU32, u16 } from './read.ts';
import {
  NETLINK_ATTRIBUTE_LENGTH,
  NETLINK_ERROR,
  NETLINK_HEADER_LENGTH,
  Netlink,
  NetlinkAttribute,
  NetlinkFlag,
  aligned,
  beginAttribute,
  beginMessage,
  endMessage,
} from './netlink.ts';

const SUBSYSTEM = 3;
const PACKET = SUBSYSTEM << 8;
const VERDICT = PACKET | 1;
const CONFIG = PACKET | 2;
const BATCH_VERDICT = PACKET | 3;
/** `struct nfgenmsg`: family, version, and the queue where others have a resource. */
const FAMILY_HEADER_LENGTH = 4;
const BODY = NETLINK_HEADER_LENGTH + FAMILY_HEADER_LENGTH;

/** Attributes of packets and verdicts (NFQA_*). */
const Attribute = {
  packetHeader: 1,
  verdictHeader: 2,
  mark: 3,
  timestamp: 4,
  inDevice: 5,
  outDevice: 6,
  physicalInDevice: 7,
  physicalOutDevice: 8,
  hardwareAddress: 9,
  payload: 10,
  capturedLength: 13,
  skbInfo: 14,
} as const;

/** Attributes of the configuration (NFQA_CFG_*). */
const ConfigAttribute = { command: 1, parameters: 2, queueLength: 3, mask: 4, flags: 5 } as const;
const COMMANDS = { bind: 1, unbind: 2 } as const;
const COPY_PACKET = 2;

/** Bits of the configuration's flags (NFQA_CFG_F_*). */
export const QueueFlag = { failOpen: 1, conntrack: 2, gso: 4, uidGid: 8, secctx: 16 } as const;

/** Bits that tell about a packet's data (NFQA_SKB_*). */
export const SkbInfo = { checksumNotReady: 1, gso: 2, checksumNotVerified: 4 } as const;

/** What becomes of a packet (NF_* of linux/netfilter.h). */
export const NetfilterVerdict = { drop: 0, accept: 1, queue: 3, repeat: 4 } as const;

/** The verdict that hands a packet to another queue. */
export function toQueue(queue: number): number {
  return NetfilterVerdict.queue | (queue << 16);
}

/** Longest header and attributes before a packet's bytes, those that are not read included. */
export const QUEUED_OVERHEAD = 512;
/** Longest packet that the kernel hands over: it counts its attribute with 16 bits. */
export const QUEUED_MAX_LENGTH = 0xffff - NETLINK_ATTRIBUTE_LENGTH;
/** Room that a message needs, the bytes of a packet apart. */
export const QUEUE_MESSAGE_ROOM = 64;

/** What a message turned out to be. */
export const QueueMessage = { packet: 1, error: 2, other: 3, malformed: 4 } as const;
export type QueueMessageKind = (typeof QueueMessage)[keyof typeof QueueMessage];

/** One queued packet, as `read` leaves it; used again for the next. Absent numbers are 0. */
export class QueuedPacket {
  queue = 0;
  /** Number of the packet in its queue, signed. */
  id = 0;
  /** EtherType of what is in the packet. */
  protocol = 0;
  /** Number of the netfilter hook. */
  hook = 0;
  mark = 0;
  /** Numbers of the interfaces. */
  inDevice = 0;
  outDevice = 0;
  physicalInDevice = 0;
  physicalOutDevice = 0;
  /** Microseconds since the epoch, 0 when the kernel does not know. */
  timestamp = 0;
  /** Where the sender's hardware address lies; its length is 0 without one. */
  addressOffset = 0;
  addressLength = 0;
  payloadOffset = 0;
  payloadLength = 0;
  /** Length of the packet when it was cut, else 0. */
  wholeLength = 0;
  /** Bits of `SkbInfo`. */
  info = 0;
  /** Number of the error (errno), of messages that tell one. */
  error = 0;

  /** Reads the message in [o, end); of a packet everything is set anew. */
  read(data: Uint8Array, o: number, end: number): QueueMessageKind {
    if (end - o < NETLINK_HEADER_LENGTH + 4) return QueueMessage.malformed;
    const length = Netlink.length(data, o);
    if (length < NETLINK_HEADER_LENGTH + 4 || length > end - o) return QueueMessage.malformed;
    const type = Netlink.type(data, o);
    if (type === NETLINK_ERROR) {
      this.error = -Netlink.error(data, o);
      return QueueMessage.error;
    }
    if (type !== PACKET) return QueueMessage.other;
    this.clear();
    this.queue = u16(data, o + NETLINK_HEADER_LENGTH + 2);
    return this.attributes(data, o + BODY, o + length);
  }

  private clear(): void {
    this.id = this.protocol = this.hook = this.mark = this.timestamp = 0;
    this.inDevice = this.outDevice = this.physicalInDevice = this.physicalOutDevice = 0;
    this.addressOffset = this.addressLength = 0;
    this.payloadOffset = this.payloadLength = this.wholeLength = this.info = 0;
  }

  private attributes(data: Uint8Array, from: number, end: number): QueueMessageKind {
    let hasHeader = false;
    for (let o = from; end - o >= NETLINK_ATTRIBUTE_LENGTH;) {
      const length = NetlinkAttribute.length(data, o);
      if (length < NETLINK_ATTRIBUTE_LENGTH || length > end - o) return QueueMessage.malformed;
      const type = NetlinkAttribute.type(data, o);
      if (type === Attribute.packetHeader && length >= NETLINK_ATTRIBUTE_LENGTH + 7) hasHeader = true;
      this.attribute(data, o + NETLINK_ATTRIBUTE_LENGTH, length - NETLINK_ATTRIBUTE_LENGTH, type);
      o += aligned(length);
    }
    return hasHeader ? QueueMessage.packet : QueueMessage.malformed;
  }

  private attribute(data: Uint8Array, o: number, length: number, type: number): void {
    if (type === Attribute.payload) {
      this.payloadOffset = o;
      this.payloadLength = length;
    } else if (type === Attribute.packetHeader) {
      if (length >= 7) this.header(data, o);
    } else if (type === Attribute.timestamp) {
      if (length >= 16) this.timestamp = u64(data, o) * 1_000_000 + u64(data, o + 8);
    } else if (type === Attribute.hardwareAddress) {
      if (length >= 12) this.address(data, o);
    } else if (length >= 4) this.number(type, i32(data, o));
  }

  private header(data: Uint8Array, o: number): void {
    this.id = i32(data, o);
    this.protocol = u16(data, o + 4);
    this.hook = data[o + 6]!;
  }

  private address(data: Uint8Array, o: number): void {
    this.addressOffset = o + 4;
    this.addressLength = Math.min(8, u16(data, o));
  }

  private number(type: number, value: number): void {
    switch (type) {
      case Attribute.mark:
        this.mark = value;
        return;
      case Attribute.skbInfo:
        this.info = value;
        return;
      case Attribute.inDevice:
        this.inDevice = value;
        return;
      case Attribute.outDevice:
        this.outDevice = value;
        return;
      case Attribute.physicalInDevice:
        this.physicalInDevice = value;
        return;
      case Attribute.physicalOutDevice:
        this.physicalOutDevice = value;
        return;
      case Attribute.capturedLength:
        this.wholeLength = value;
        return;
      default: // what newer kernels add
    }
  }
}

/** 64 bits as a number: seconds and microseconds stay far below 2^53. */
function u64(data: Uint8Array, o: number): number {
  return (i32(data, o) >>> 0) * 0x1_0000_0000 + (i32(data, o + 4) >>> 0);
}

// Writers: each puts one message at `o` and returns where the next may begin.

function begin(data: Uint8Array, o: number, type: number, queue: number, isAcknowledged: boolean): number {
  const flags = NetlinkFlag.request | (isAcknowledged ? NetlinkFlag.acknowledge : 0);
  const body = beginMessage(data, o, type, flags);
  data[body] = 0; // any family
  data[body + 1] = 0; // version
  putU16(data, body + 2, queue);
  return body + FAMILY_HEADER_LENGTH;
}

/** Binds a queue to the socket that sends this, or lets go of it; the kernel answers. */
export function putQueueCommand(data: Uint8Array, o: number, queue: number, command: keyof typeof COMMANDS): number {
  const at = beginAttribute(data, begin(data, o, CONFIG, queue, true), ConfigAttribute.command, 4);
  data[at] = COMMANDS[command];
  data[at + 1] = 0;
  putU16(data, at + 2, 0); // the protocol family, of which newer kernels take no notice
  return endMessage(data, o, at + 4);
}

/** Asks for whole packets, up to `range` bytes; the kernel answers. */
export function putCopyRange(data: Uint8Array, o: number, queue: number, range: number): number {
  const at = beginAttribute(data, begin(data, o, CONFIG, queue, true), ConfigAttribute.parameters, 5);
  putU32(data, at, range);
  data[at + 4] = COPY_PACKET;
  return endMessage(data, o, at + 5);
}

/** Sets how many packets may wait; the kernel answers. */
export function putQueueLength(data: Uint8Array, o: number, queue: number, packets: number): number {
  const at = beginAttribute(data, begin(data, o, CONFIG, queue, true), ConfigAttribute.queueLength, 4);
  putU32(data, at, packets);
  return endMessage(data, o, at + 4);
}

/** Sets bits of `QueueFlag`, those of `mask`; the kernel answers. */
export function putQueueFlags(data: Uint8Array, o: number, queue: number, flags: number, mask: number): number {
  const at = beginAttribute(data, begin(data, o, CONFIG, queue, true), ConfigAttribute.flags, 4);
  putU32(data, at, flags);
  const next = beginAttribute(data, at + 4, ConfigAttribute.mask, 4);
  putU32(data, next, mask);
  return endMessage(data, o, next + 4);
}

function putVerdictHeader(data: Uint8Array, o: number, verdict: number, id: number): number {
  const at = beginAttribute(data, o, Attribute.verdictHeader, 8);
  putU32(data, at, verdict);
  putU32(data, at + 4, id);
  return at + 8;
}

/** The verdict on one packet. */
export function putVerdict(data: Uint8Array, o: number, queue: number, id: number, verdict: number): number {
  return endMessage(data, o, putVerdictHeader(data, begin(data, o, VERDICT, queue, false), verdict, id));
}

/** The verdict on all packets of the queue up to this one that wait for theirs. */
export function putBatchVerdict(data: Uint8Array, o: number, queue: number, id: number, verdict: number): number {
  return endMessage(data, o, putVerdictHeader(data, begin(data, o, BATCH_VERDICT, queue, false), verdict, id));
}

/** What a verdict may change of the packet. */
export interface VerdictChange {
  /** Whether it gets the mark, of 32 bits. */
  hasMark: boolean;
  mark: number;
  /** Bytes in place of the packet's: [start, start + length) of `bytes`; null leaves them. */
  bytes: Uint8Array | null;
  start: number;
  length: number;
}

/** The verdict on one packet, which gets a mark, other bytes, or both. */
export function putChangingVerdict(
  data: Uint8Array,
  o: number,
  queue: number,
  id: number,
  verdict: number,
  { hasMark, mark, bytes, start, length }: VerdictChange,
): number {
  let at = putVerdictHeader(data, begin(data, o, VERDICT, queue, false), verdict, id);
  if (hasMark) {
    at = beginAttribute(data, at, Attribute.mark, 4);
    putU32(data, at, mark);
    at += 4;
  }
  if (bytes !== null) {
    at = beginAttribute(data, at, Attribute.payload, length);
    data.set(bytes.subarray(start, start + length), at);
    at += length;
  }
  return endMessage(data, o, at);
}
