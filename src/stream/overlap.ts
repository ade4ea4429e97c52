// Overlap: whether the new or the first data wins where two segments overlap, by the receiver's operating system.

import { osPolicyId } from './options.ts';

const OLD_LINUX = osPolicyId('old-linux');
const LINUX = osPolicyId('linux');
const SOLARIS = osPolicyId('solaris');
const OLD_SOLARIS = osPolicyId('old-solaris');
const HPUX11 = osPolicyId('hpux11');
const VISTA = osPolicyId('vista');
const FIRST = osPolicyId('first');
const LAST = osPolicyId('last');

/** True when segment [start, end) that arrives overwrites what it shares with [oldStart, oldEnd). */
export function newDataWins(policy: number, start: number, end: number, oldStart: number, oldEnd: number): boolean {
  switch (policy) {
    case FIRST:
    case VISTA:
      return false;
    case LAST:
      return true;
    case SOLARIS:
    case OLD_SOLARIS:
    case HPUX11:
      return start <= oldStart ? end >= oldEnd : end > oldEnd;
    case OLD_LINUX:
      return start < oldStart || (start === oldStart && end >= oldEnd);
    case LINUX:
      return start < oldStart || (start === oldStart && end > oldEnd);
    default: // bsd, windows, macos, irix ...
      return start < oldStart;
  }
}
