// When a log file gives way to the next: by the clock (`rotate-interval`) or by size.
import { OutputError } from './output-error.ts';

const NAMED: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86400 };
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400, w: 604_800 };

/** An interval as the configuration writes it. `aligned`: minute, hour, day start on the clock's own. */
export interface RotateInterval {
  readonly seconds: number;
  readonly isAligned: boolean;
}

/** `minute`, `hour`, `day`, or a number with s, m, h, d, w. */
export function parseRotateInterval(text: string): RotateInterval {
  const named = NAMED[text];
  if (named !== undefined) return { seconds: named, isAligned: true };
  const found = /^(\d+)\s*([smhdw]?)$/.exec(text);
  const seconds = found === null ? 0 : Number(found[1]) * UNITS[found[2] === '' ? 's' : found[2]!]!;
  if (seconds <= 0)
    throw new OutputError(
      'bad_setting',
      `invalid rotate-interval "${text}": minute, hour, day, or a number with s, m, h, d, w`,
    );
  return { seconds, isAligned: false };
}

/** The moment (seconds) of the next rotation after `now`. */
export function nextRotation(interval: RotateInterval, now: number): number {
  if (!interval.isAligned) return now + interval.seconds;
  // days start at local midnight
  const offset = interval.seconds === 86400 ? -new Date(now * 1000).getTimezoneOffset() * 60 : 0;
  return Math.floor((now + offset) / interval.seconds) * interval.seconds + interval.seconds - offset;
}
