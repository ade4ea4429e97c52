// BlockRing: walks the blocks of a TPACKET_V3 ring (packet_mmap of the kernel's documentation) and copies packets out.

import type { PacketBatch } from '../pcap/index.ts';

// Offsets inside of a block (struct tpacket_block_desc with struct tpacket_hdr_v1), in bytes.
const BLOCK_STATUS = 8;
const PACKET_COUNT = 12;
const FIRST_PACKET = 16;
// Offsets inside of a packet's header (struct tpacket3_hdr).
const NEXT = 0;
const SECONDS = 4;
const NANOSECONDS = 8;
const CAPTURED = 12;
const ON_WIRE = 16;
const STATUS = 20;
const FRAME = 24;
const VLAN_TCI = 32;
const VLAN_TPID = 36;

/** Bit of a block's status: it is ours to read; written as 0 to give it back. */
const TO_USER = 1;
const TO_KERNEL = 0;
/** Bits of a packet's status (if_packet.h). */
const CHECKSUM_NOT_READY = 1 << 3;
const VLAN_VALID = 1 << 4;
const VLAN_TPID_VALID = 1 << 6;
const DEFAULT_TPID = 0x8100;

/** Where the addresses of a frame end and the network card took a VLAN tag out. */
const ADDRESSES = 12;
const TAG = 4;
/** Up to here a loop copies faster than a view and a call. */
const FEW = 128;

/** Where packets go: the part of the batch's arena that is not used yet. */
export interface CopySpace {
  at: number;
  readonly end: number;
}

/** What all packets of a ring have in common. */
export interface RingOrigin {
  readonly linkType: number;
  /** Number of the interface. */
  readonly device: number;
  /** Longest part of a packet that is kept. */
  readonly snapLength: number;
  /** What the kernel says of checksums that are not there yet. */
  readonly trustsKernel: boolean;
}

export class BlockRing {
  private readonly bytes: Uint8Array;
  private readonly words: Int32Array;
  private readonly blockSize: number;
  private readonly blockCount: number;
  private readonly origin: RingOrigin;
  private block = 0;
  /** Packets of the block that were not copied yet; -1 when the block is not ours. */
  private left = -1;
  /** Header of the next packet, from the start of the ring. */
  private next = 0;

  constructor(memory: ArrayBuffer, blockSize: number, origin: RingOrigin) {
    this.bytes = new Uint8Array(memory);
    this.words = new Int32Array(memory);
    this.blockSize = blockSize;
    this.blockCount = Math.floor(memory.byteLength / blockSize);
    this.origin = origin;
  }

  /** Adds packets to the batch until it is full, its space used up or the ring empty. @returns how many */
  fill(batch: PacketBatch, space: CopySpace): number {
    const before = batch.count;
    while (batch.count < batch.capacity) {
      if (this.left < 0 && !this.open()) break;
      if (this.left === 0) {
        this.giveBack();
        continue;
      }
      if (!this.copy(batch, space)) break;
      this.left--;
      this.next += this.word(this.next + NEXT);
    }
    if (this.left === 0) this.giveBack();
    return batch.count - before;
  }

  private open(): boolean {
    const start = this.block * this.blockSize;
    if ((Atomics.load(this.words, (start + BLOCK_STATUS) >> 2) & TO_USER) === 0) return false;
    this.left = this.word(start + PACKET_COUNT);
    this.next = start + this.word(start + FIRST_PACKET);
    return true;
  }

  private giveBack(): void {
    Atomics.store(this.words, (this.block * this.blockSize + BLOCK_STATUS) >> 2, TO_KERNEL);
    this.block = this.block + 1 === this.blockCount ? 0 : this.block + 1;
    this.left = -1;
  }

  /** False when there is no room for it. */
  private copy(batch: PacketBatch, space: CopySpace): boolean {
    const { bytes, next, origin } = this;
    const status = this.word(next + STATUS);
    const tag = (status & VLAN_VALID) === 0 ? 0 : TAG;
    const captured = Math.min(this.word(next + CAPTURED), origin.snapLength);
    if (captured + tag > space.end - space.at) return false;
    const from = next + this.half(next + FRAME);
    const to = space.at;
    if (tag === 0 || captured < ADDRESSES) copyBytes(bytes, from, captured, batch.data, to);
    else {
      copyBytes(bytes, from, ADDRESSES, batch.data, to);
      const tpid = (status & VLAN_TPID_VALID) === 0 ? DEFAULT_TPID : this.half(next + VLAN_TPID);
      const tci = this.half(next + VLAN_TCI);
      batch.data[to + ADDRESSES] = tpid >> 8;
      batch.data[to + ADDRESSES + 1] = tpid & 0xff;
      batch.data[to + ADDRESSES + 2] = tci >> 8;
      batch.data[to + ADDRESSES + 3] = tci & 0xff;
      copyBytes(bytes, from + ADDRESSES, captured - ADDRESSES, batch.data, to + ADDRESSES + TAG);
    }
    const length = captured < ADDRESSES ? captured : captured + tag;
    space.at += length;
    const i = batch.count++;
    batch.offset[i] = to;
    batch.length[i] = length;
    batch.wireLength[i] = Math.max(length, this.word(next + ON_WIRE) + tag);
    batch.timestamp[i] =
      (this.word(next + SECONDS) >>> 0) * 1_000_000 + Math.floor((this.word(next + NANOSECONDS) >>> 0) / 1000);
    batch.hasNoChecksum[i] = origin.trustsKernel && (status & CHECKSUM_NOT_READY) !== 0 ? 1 : 0;
    batch.linkType[i] = origin.linkType;
    batch.interfaceId[i] = origin.device;
    return true;
  }

  private word(at: number): number {
    return this.words[at >> 2]!;
  }

  private half(at: number): number {
    const { bytes } = this;
    return IS_LITTLE ? bytes[at]! | (bytes[at + 1]! << 8) : (bytes[at]! << 8) | bytes[at + 1]!;
  }
}

const IS_LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function copyBytes(from: Uint8Array, at: number, length: number, to: Uint8Array, start: number): void {
  if (length > FEW) to.set(from.subarray(at, at + length), start);
  else for (let i = 0; i < length; i++) to[start + i] = from[at + i]!;
}
