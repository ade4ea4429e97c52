// Whether checksums are verified: `-k` of the command line, else `pcap-file.checksum-checks`.

import type { ConfigNode } from '../../config/index.ts';
import type { ChecksumMode } from '../../decode/checksum-verifier.ts';

const MODES: Readonly<Record<string, ChecksumMode>> = { yes: 'all', no: 'none', auto: 'auto' };

/** @param asked on the command line */
export function checksumMode(asked: string | undefined, config: ConfigNode): ChecksumMode {
  if (asked === 'none' || asked === 'all') return asked;
  return MODES[config.choice('pcap-file.checksum-checks', Object.keys(MODES), 'auto')]!;
}
