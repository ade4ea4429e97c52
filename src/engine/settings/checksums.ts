// Whether checksums are verified: `checksum-checks` of what packets come from, `-k`, `capture.checksum-validation`.

import type { ConfigNode } from '../../config/index.ts';
import type { ChecksumMode } from '../../decode/checksum-verifier.ts';

/** `kernel`: all but those of which the kernel says that the card computes them later. */
export type ChecksumChecks = 'kernel' | 'yes' | 'no' | 'auto';

export const CHECKSUM_CHECKS: readonly ChecksumChecks[] = ['kernel', 'yes', 'no', 'auto'];

const MODES: Readonly<Record<ChecksumChecks, ChecksumMode>> = { kernel: 'all', yes: 'all', no: 'none', auto: 'auto' };
const OF_CAPTURES = ['yes', 'no', 'auto'] as const;

/** `-k`, else `capture.checksum-validation`: none, all, or what nobody said. */
export function askedChecksums(given: string | undefined, config: ConfigNode): string | undefined {
  const configured = config.string('capture.checksum-validation');
  return given ?? (configured === 'none' || configured === 'all' ? configured : undefined);
}

/**
 * By the number of the interface.
 * @param asked see `askedChecksums`
 * @param checks of the interfaces; those of captures without
 */
export function checksumModes(
  asked: string | undefined,
  config: ConfigNode,
  checks: readonly ChecksumChecks[] = [config.choice('pcap-file.checksum-checks', OF_CAPTURES, 'auto')],
): ChecksumMode[] {
  if (asked === 'none') return ['none'];
  return checks.map((check) => (asked === 'all' && check === 'auto' ? 'all' : MODES[check]));
}
