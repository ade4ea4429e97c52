// pcapng files (draft-ietf-opsawg-pcapng): several sections and interfaces, both byte orders, packets of three kinds.
import type { PacketBatch } from './batch.ts';
import { readUint16, readUint32 } from './bytes.ts';
import { readInterface } from './pcapng-interface.ts';
import type { PcapngInterface } from './pcapng-interface.ts';
import { FormatReader, MAX_CAPTURED_LENGTH } from './reader.ts';

/** Block types we read; all others are skipped. */
export const PcapngBlock = { section: 0x0a0d0d0a, interface: 1, packet: 2, simple: 3, enhanced: 6 } as const;
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Block type and length before the body, the length again after it. */
const BLOCK_OVERHEAD = 12;
const SECTION_MIN_LENGTH = 28;
/** Metadata blocks may be large; beyond this a length is taken for corruption. */
const MAX_BLOCK_LENGTH = 1 << 28;
const HEADER_LENGTH = { enhanced: 28, packet: 28, simple: 12 } as const;

export class PcapngReader extends FormatReader {
  readonly format = 'pcapng';
  private isBigEndian = false;
  private interfaces: PcapngInterface[] = [];
  private lastTimestamp = 0;
  private hasUnknownInterface = false;

  protected readInto(batch: PacketBatch): void {
    const { window } = this;
    while (batch.count < batch.capacity && !this.isAtEnd) {
      if (window.limit - window.position < BLOCK_OVERHEAD) {
        if (batch.count > 0) return;
        if (!window.fill(BLOCK_OVERHEAD)) return this.endOfFile('block header');
      }
      if (!this.detectSection()) return;
      const length = this.blockLength();
      if (length < 0) return;
      if (window.limit - window.position < length) {
        if (batch.count > 0) return;
        if (length > window.size) {
          this.skipLargeBlock(length);
          continue;
        }
        if (!window.fill(length)) return this.endOfFile('block');
      }
      if (!this.readBlock(batch, length)) return;
      window.position += length;
    }
  }

  /** A section header sets the byte order of all that follows, its own length included. */
  private detectSection(): boolean {
    const { data, position } = this.window;
    if (readUint32(data, position, false) !== PcapngBlock.section) return true; // reads the same both ways
    if (readUint32(data, position + 8, false) === BYTE_ORDER_MAGIC) this.isBigEndian = false;
    else if (readUint32(data, position + 8, true) === BYTE_ORDER_MAGIC) this.isBigEndian = true;
    else {
      this.stop('section header has no byte-order magic');
      return false;
    }
    return true;
  }

  /** Length of the block at the window's position, or -1 after stopping. */
  private blockLength(): number {
    const { data, position } = this.window;
    const length = readUint32(data, position + 4, this.isBigEndian);
    if (length >= BLOCK_OVERHEAD && length <= MAX_BLOCK_LENGTH && (length & 3) === 0) return length;
    this.stop(`block length ${length} is impossible`);
    return -1;
  }

  private skipLargeBlock(length: number): void {
    const type = readUint32(this.window.data, this.window.position, this.isBigEndian);
    if (type === PcapngBlock.enhanced || type === PcapngBlock.packet || type === PcapngBlock.simple) {
      this.skipOversized(length, 'packet block');
    } else if (!this.window.skip(length)) this.endOfFile('block');
  }

  /** The whole block is in the window. False after stopping. */
  private readBlock(batch: PacketBatch, length: number): boolean {
    const { data, position: at } = this.window;
    if (readUint32(data, at + length - 4, this.isBigEndian) !== length) {
      this.stop('block lengths before and after the block differ');
      return false;
    }
    const type = readUint32(data, at, this.isBigEndian);
    if (type === PcapngBlock.enhanced) this.addTimed(batch, at, length, readUint32(data, at + 8, this.isBigEndian));
    else if (type === PcapngBlock.packet) this.addTimed(batch, at, length, readUint16(data, at + 8, this.isBigEndian));
    else if (type === PcapngBlock.simple) this.addSimple(batch, at, length);
    else if (type === PcapngBlock.interface) this.interfaces.push(readInterface(data, at, length, this.isBigEndian));
    else if (type === PcapngBlock.section) this.beginSection(length);
    return !this.isAtEnd;
  }

  private beginSection(length: number): void {
    if (length < SECTION_MIN_LENGTH) this.stop('section header is too short');
    else this.interfaces = [];
  }

  /** Enhanced packet blocks and obsolete packet blocks have time and lengths in the same places. */
  private addTimed(batch: PacketBatch, at: number, length: number, interfaceId: number): void {
    const { data } = this.window;
    const source = this.interfaceOf(interfaceId);
    if (source === undefined) return;
    if (length < HEADER_LENGTH.enhanced + 4) return this.stop('packet block is too short');
    const captured = readUint32(data, at + 20, this.isBigEndian);
    if (captured > length - HEADER_LENGTH.enhanced - 4 || captured > MAX_CAPTURED_LENGTH) {
      return this.stop(`captured length ${captured} does not fit its block of ${length} bytes`);
    }
    const high = readUint32(data, at + 12, this.isBigEndian);
    const low = readUint32(data, at + 16, this.isBigEndian);
    this.lastTimestamp = source.clock.microseconds(high, low);
    const wireLength = readUint32(data, at + 24, this.isBigEndian);
    this.add(batch, at + HEADER_LENGTH.enhanced, captured, wireLength, interfaceId, source);
  }

  /** Simple packet blocks have no time: they get that of the packet before. */
  private addSimple(batch: PacketBatch, at: number, length: number): void {
    const source = this.interfaceOf(0);
    if (source === undefined) return;
    if (length < HEADER_LENGTH.simple + 4) return this.stop('simple packet block is too short');
    const wireLength = readUint32(this.window.data, at + 8, this.isBigEndian);
    const captured = Math.min(wireLength, source.snapLength, length - HEADER_LENGTH.simple - 4, MAX_CAPTURED_LENGTH);
    this.add(batch, at + HEADER_LENGTH.simple, captured, wireLength, 0, source);
  }

  private interfaceOf(interfaceId: number): PcapngInterface | undefined {
    const found = this.interfaces[interfaceId];
    if (found === undefined && !this.hasUnknownInterface) {
      this.hasUnknownInterface = true;
      this.report('corrupt', `packet of interface ${interfaceId}, which is not described: skipped`);
    }
    return found;
  }

  private add(
    batch: PacketBatch,
    offset: number,
    captured: number,
    wireLength: number,
    interfaceId: number,
    source: PcapngInterface,
  ): void {
    const index = batch.count++;
    batch.offset[index] = offset;
    batch.length[index] = captured;
    batch.wireLength[index] = wireLength;
    batch.timestamp[index] = this.lastTimestamp;
    batch.linkType[index] = source.linkType;
    batch.interfaceId[index] = interfaceId;
  }
}
