// Interface description block of pcapng: link type, snap length, clock.
import { readUint16, readUint32 } from './bytes.ts';
import { PcapngClock } from './pcapng-clock.ts';

export interface PcapngInterface {
  readonly linkType: number;
  readonly snapLength: number;
  readonly clock: PcapngClock;
}

const OPTIONS_AT = 16;
const Option = { end: 0, timeResolution: 9, timeOffset: 14 } as const;
const MICROSECONDS = 6;

/** Reads the block at `at`; what its options do not say has the format's default. */
export function readInterface(data: Uint8Array, at: number, length: number, isBigEndian: boolean): PcapngInterface {
  const end = at + length - 4;
  let resolution: number = MICROSECONDS;
  let offset = 0;
  for (let option = at + OPTIONS_AT; option + 4 <= end;) {
    const code = readUint16(data, option, isBigEndian);
    const size = readUint16(data, option + 2, isBigEndian);
    if (code === Option.end || option + 4 + size > end) break;
    if (code === Option.timeResolution && size >= 1) resolution = data[option + 4]!;
    if (code === Option.timeOffset && size >= 8) offset = readInt64(data, option + 4, isBigEndian);
    option += 4 + ((size + 3) & ~3);
  }
  const isWhole = length >= OPTIONS_AT + 4;
  const snapLength = isWhole ? readUint32(data, at + 12, isBigEndian) : 0;
  return {
    linkType: isWhole ? readUint16(data, at + 8, isBigEndian) : 0,
    snapLength: snapLength === 0 ? 0x7fffffff : snapLength,
    clock: new PcapngClock(resolution, offset),
  };
}

function readInt64(data: Uint8Array, at: number, isBigEndian: boolean): number {
  const high = readUint32(data, isBigEndian ? at : at + 4, isBigEndian) | 0;
  const low = readUint32(data, isBigEndian ? at + 4 : at, isBigEndian);
  return high * 2 ** 32 + low;
}
