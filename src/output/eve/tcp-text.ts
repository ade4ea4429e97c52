// EVE `tcp` of flow and netflow records.
import { hexByte } from '../text/addresses.ts';

const FLAG_NAMES = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ecn', 'cwr'] as const;
const ORDER = [1, 0, 2, 3, 4, 5, 6, 7] as const;

/** `,"syn":true,"ack":true`: those set, by all 256 values. */
export const FLAG_TEXTS: readonly string[] = Array.from({ length: 256 }, (_, flags) =>
  ORDER.map((bit) => ((flags & (1 << bit)) === 0 ? '' : `,"${FLAG_NAMES[bit]}":true`)).join(''),
);

/** Of one direction. */
export function directionTcpText(flags: number): string {
  return `,"tcp":{"tcp_flags":"${hexByte(flags)}"${FLAG_TEXTS[flags & 255]!}}`;
}
