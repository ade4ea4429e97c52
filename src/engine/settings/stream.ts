// Stream settings: `stream:` of the configuration.

import type { ConfigNode } from '../../config/index.ts';
import { defaultStreamOptions } from '../../stream/index.ts';
import type { StreamOptions } from '../../stream/index.ts';
import type { Simulations } from './simulate.ts';

export interface StreamUse {
  readonly isInline: boolean;
  readonly hasRules: boolean;
  /** What `-k` says, undefined without it. */
  readonly checksums: string | undefined;
  readonly simulate: Simulations;
}

export function streamOptions(config: ConfigNode, use: StreamUse): StreamOptions {
  const defaults = defaultStreamOptions();
  const r = defaults.reassembly;
  return {
    ...defaults,
    memcap: config.size('stream.memcap', defaults.memcap),
    checksumValidation: use.checksums !== 'none' && config.bool('stream.checksum-validation', true),
    inline: use.isInline,
    midstream: config.bool('stream.midstream', false),
    asyncOneside: config.bool('stream.async-oneside', false),
    dropInvalid: config.bool('stream.drop-invalid', true),
    bypass: config.bool('stream.bypass', false),
    rawInspection: use.hasRules,
    simulateSessionMemcapAt: use.simulate.sessionMemcap,
    simulateReassemblyMemcapAt: use.simulate.reassemblyMemcap,
    reassembly: {
      ...r,
      memcap: config.size('stream.reassembly.memcap', r.memcap),
      depth: config.size('stream.reassembly.depth', r.depth),
      toserverChunkSize: config.size('stream.reassembly.toserver-chunk-size', r.toserverChunkSize),
      toclientChunkSize: config.size('stream.reassembly.toclient-chunk-size', r.toclientChunkSize),
      checkOverlapDifferentData: config.bool('stream.reassembly.check-overlap-different-data', use.isInline),
    },
  };
}
