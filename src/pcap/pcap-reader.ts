// Classic pcap files (draft-ietf-opsawg-pcap): both byte orders, micro- and nanoseconds, and the "modified" variant.
import type { PacketBatch } from './batch.ts';
import { readUint16, readUint32 } from './bytes.ts';
import { FormatReader, MAX_CAPTURED_LENGTH } from './reader.ts';
import type { Window } from './window.ts';

export const PCAP_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;
/** Alexey Kuznetzov's variant: interface index, protocol and packet type follow each record header. */
const MODIFIED_RECORD_HEADER_LENGTH = 24;
/** The upper bits of the link type field hold the length of the frame check sequence. */
const LINK_TYPE_MASK = 0x03ffffff;
/** Files of version 2.0 to 2.2 have the original length before the captured one. */
const FIRST_MINOR_WITH_CAPTURED_FIRST = 3;

const MAGICS = [
  { magic: 0xa1b2c3d4, isNano: false, recordHeader: RECORD_HEADER_LENGTH },
  { magic: 0xa1b23c4d, isNano: true, recordHeader: RECORD_HEADER_LENGTH },
  { magic: 0xa1b2cd34, isNano: false, recordHeader: MODIFIED_RECORD_HEADER_LENGTH },
] as const;

interface PcapVariant {
  readonly isBigEndian: boolean;
  readonly isNano: boolean;
  readonly recordHeader: number;
}

/** Which pcap variant begins at `offset`, if any. */
export function pcapVariant(data: Uint8Array, offset: number): PcapVariant | undefined {
  for (const isBigEndian of [false, true]) {
    const found = MAGICS.find((entry) => entry.magic === readUint32(data, offset, isBigEndian));
    if (found !== undefined) return { isBigEndian, isNano: found.isNano, recordHeader: found.recordHeader };
  }
  return undefined;
}

export class PcapReader extends FormatReader {
  readonly format = 'pcap';
  readonly linkType: number;
  readonly snapLength: number;
  private readonly isBigEndian: boolean;
  private readonly isNano: boolean;
  private readonly recordHeader: number;
  /** Where the captured and the original length stand in a record header. */
  private readonly capturedAt: number;
  private readonly wireAt: number;

  /** The window holds the file header, of the given variant. */
  constructor(path: string, window: Window, variant: PcapVariant) {
    super(path, window);
    this.isBigEndian = variant.isBigEndian;
    this.isNano = variant.isNano;
    this.recordHeader = variant.recordHeader;
    const snapLength = readUint32(window.data, window.position + 16, variant.isBigEndian);
    this.snapLength = snapLength === 0 ? MAX_CAPTURED_LENGTH : Math.min(snapLength, MAX_CAPTURED_LENGTH);
    this.linkType = readUint32(window.data, window.position + 20, variant.isBigEndian) & LINK_TYPE_MASK;
    const minor = readUint16(window.data, window.position + 6, variant.isBigEndian);
    this.capturedAt = minor < FIRST_MINOR_WITH_CAPTURED_FIRST ? 12 : 8;
    this.wireAt = 20 - this.capturedAt;
    window.position += PCAP_HEADER_LENGTH;
  }

  protected readInto(batch: PacketBatch): void {
    const { window, recordHeader, isBigEndian } = this;
    const data = window.data;
    while (batch.count < batch.capacity) {
      if (window.limit - window.position < recordHeader) {
        if (batch.count > 0) return;
        if (!window.fill(recordHeader)) return this.endOfFile('packet header');
      }
      const captured = readUint32(data, window.position + this.capturedAt, isBigEndian);
      if (captured > MAX_CAPTURED_LENGTH) {
        return this.stop(
          `captured length ${captured} of packet ${this.packets + batch.count + 1} is beyond all reason`,
        );
      }
      if (window.limit - window.position < recordHeader + captured) {
        if (batch.count > 0) return;
        if (recordHeader + captured > window.size) {
          this.skipOversized(recordHeader + captured, 'packet');
          if (this.isAtEnd) return;
          continue;
        }
        if (!window.fill(recordHeader + captured)) return this.endOfFile('packet');
      }
      this.addPacket(batch, captured);
    }
  }

  private addPacket(batch: PacketBatch, captured: number): void {
    const { window, isBigEndian } = this;
    const at = window.position;
    const fraction = readUint32(window.data, at + 4, isBigEndian);
    const index = batch.count++;
    batch.offset[index] = at + this.recordHeader;
    batch.length[index] = captured > this.snapLength ? this.snapLength : captured;
    batch.wireLength[index] = readUint32(window.data, at + this.wireAt, isBigEndian);
    batch.timestamp[index] =
      readUint32(window.data, at, isBigEndian) * 1e6 + (this.isNano ? Math.floor(fraction / 1000) : fraction);
    batch.linkType[index] = this.linkType;
    batch.interfaceId[index] = 0;
    window.position = at + this.recordHeader + captured;
  }
}
