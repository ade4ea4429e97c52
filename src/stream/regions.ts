// Regions: how many pieces far from each other a stream has held (EVE `ts_max_regions`).

import type { Reassembly } from './reassembly.ts';
import { D } from './sessions.ts';

/** Bytes between two regions of a stream, at least (Suricata's). */
const REGION_GAP = 256 << 10;

/**
 * Data a long way beyond the rest is a region of its own.
 * @param isListed false: of data in order there are no segments
 */
export function countRegions(
  { segments, sessions: { words: w } }: Reassembly,
  d: number,
  { isListed }: { readonly isListed: boolean },
): void {
  if (w[d + D.end]! < REGION_GAP) return;
  const hasUnlisted = !isListed && w[d + D.contiguous]! > 0;
  let count = hasUnlisted ? 1 : 0;
  let reach = hasUnlisted ? w[d + D.contiguous]! : -REGION_GAP - 1;
  for (let n = w[d + D.segmentHead]!; n >= 0; n = segments.next(n)) {
    if (segments.start(n) - reach >= REGION_GAP) count++;
    if (segments.end(n) > reach) reach = segments.end(n);
  }
  if (count > w[d + D.maxRegions]!) w[d + D.maxRegions] = count;
}
