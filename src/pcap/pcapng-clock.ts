// PcapngClock: a pcapng interface's 64-bit time stamps to whole microseconds (if_tsresol, if_tsoffset), exactly.

const TWO_32 = 2 ** 32;
/** Below this many units per microsecond the long division stays within exact doubles. */
const MAX_EXACT_DIVISOR = 2 ** 20;

export class PcapngClock {
  private readonly toMicroseconds: (high: number, low: number) => number;
  private readonly offset: number;

  /**
   * `resolution` is the option's byte: negative power of ten, or of two when the top bit is set.
   * `offset` is in seconds.
   */
  constructor(resolution: number, offset: number) {
    this.offset = offset * 1e6;
    this.toMicroseconds = (resolution & 0x80) === 0 ? decimal(resolution) : binary(resolution & 0x7f);
  }

  /** Microseconds since the epoch. */
  microseconds(high: number, low: number): number {
    return this.toMicroseconds(high, low) + this.offset;
  }
}

function decimal(power: number): (high: number, low: number) => number {
  if (power <= 6) {
    const factor = 10 ** (6 - power);
    return (high, low) => (high * TWO_32 + low) * factor;
  }
  const divisor = 10 ** (power - 6);
  if (divisor > MAX_EXACT_DIVISOR) return (high, low) => Math.floor((high * TWO_32 + low) / divisor);
  return (high, low) => {
    const rest = high % divisor;
    return ((high - rest) / divisor) * TWO_32 + Math.floor((rest * TWO_32 + low) / divisor);
  };
}

function binary(power: number): (high: number, low: number) => number {
  const units = 2 ** power;
  if (power > 32) return (high, low) => Math.floor(((high * TWO_32 + low) / units) * 1e6);
  return (high, low) => {
    const rest = low % units;
    return (high * (TWO_32 / units) + (low - rest) / units) * 1e6 + Math.floor((rest * 1e6) / units);
  };
}
