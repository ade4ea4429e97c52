// IGMP versions 1 to 3 (RFC 1112, 2236, 3376) and RGMP (RFC 3488).
import { u16 } from './read.ts';

export const IGMP_HEADER_LENGTH = 8;
export const IGMP_V3_QUERY_LENGTH = 12;
export const IGMP_GROUP_RECORD_LENGTH = 8;

export const IgmpType = {
  query: 0x11,
  reportV1: 0x12,
  reportV2: 0x16,
  leave: 0x17,
  reportV3: 0x22,
  leaveRgmp: 0xfc,
} as const;

export const Igmp = {
  type: (data: Uint8Array, o: number): number => data[o]!,
  /** 0 for RGMP (RFC 3488), -1 for what is neither. */
  version: (data: Uint8Array, o: number, end: number): number => {
    const type = data[o]!;
    if (type === IgmpType.query) return end - o >= IGMP_V3_QUERY_LENGTH ? 3 : data[o + 1] === 0 ? 1 : 2;
    if (type === IgmpType.reportV1) return 1;
    if (type === IgmpType.reportV2 || type === IgmpType.leave) return 2;
    if (type === IgmpType.reportV3) return 3;
    return type >= IgmpType.leaveRgmp ? 0 : -1;
  },
  checksum: (data: Uint8Array, o: number): number => u16(data, o + 2),
  /** Sources of a version 3 query. */
  sourceCount: (data: Uint8Array, o: number): number => u16(data, o + 10),
  /** Group records of a version 3 report. */
  recordCount: (data: Uint8Array, o: number): number => u16(data, o + 6),
  recordAuxiliary: (data: Uint8Array, o: number): number => data[o + 1]! << 2,
  recordSourceCount: (data: Uint8Array, o: number): number => u16(data, o + 2),
} as const;
