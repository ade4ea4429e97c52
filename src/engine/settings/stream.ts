// Stream settings: `stream:` of the configuration.

import type { ConfigNode } from '../../config/index.ts';
import { defaultStreamOptions, URGENT_LIMIT_POLICIES, URGENT_POLICIES } from '../../stream/index.ts';
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
  const inline = isInline(config, use);
  return {
    ...defaults,
    memcap: config.size('stream.memcap', defaults.memcap),
    checksumValidation: use.checksums !== 'none' && config.bool('stream.checksum-validation', true),
    inline,
    midstream: config.bool('stream.midstream', false),
    asyncOneside: config.bool('stream.async-oneside', false),
    dropInvalid: config.bool('stream.drop-invalid', true),
    maxSynQueued: config.int('stream.max-syn-queued', defaults.maxSynQueued, { min: 0, max: 255 }),
    maxSynAckQueued: config.int('stream.max-synack-queued', defaults.maxSynAckQueued, { min: 0, max: 255 }),
    bypass: config.bool('stream.bypass', false),
    liberalTimestamps: config.bool('stream.liberal-timestamps', false),
    rawInspection: use.hasRules && config.bool('stream.reassembly.raw', true),
    simulateSessionMemcapAt: use.simulate.sessionMemcap,
    simulateReassemblyMemcapAt: use.simulate.reassemblyMemcap,
    reassembly: reassemblyOptions(config, inline),
  };
}

/** `auto`: as the mode of the run asks. */
function isInline(config: ConfigNode, use: StreamUse): boolean {
  const text = config.string('stream.inline', 'auto').toLowerCase();
  return text === 'auto' ? use.isInline : config.bool('stream.inline', use.isInline);
}

function reassemblyOptions(config: ConfigNode, inline: boolean): StreamOptions['reassembly'] {
  const r = defaultStreamOptions().reassembly;
  const at = (key: string): string => `stream.reassembly.${key}`;
  const isVaried = config.bool(at('randomize-chunk-size'), true);
  return {
    memcap: config.size(at('memcap'), r.memcap),
    depth: config.size(at('depth'), r.depth),
    toserverChunkSize: config.size(at('toserver-chunk-size'), r.toserverChunkSize),
    toclientChunkSize: config.size(at('toclient-chunk-size'), r.toclientChunkSize),
    chunkVariation: isVaried ? config.int(at('randomize-chunk-range'), 10, { min: 1, max: 100 }) : 0,
    checkOverlapDifferentData: config.bool(at('check-overlap-different-data'), inline),
    urgentPolicy: config.choice(at('urgent.policy'), URGENT_POLICIES, r.urgentPolicy),
    urgentOobLimitPolicy: config.choice(at('urgent.oob-limit-policy'), URGENT_LIMIT_POLICIES, r.urgentOobLimitPolicy),
    maxRegions: config.int(at('max-regions'), r.maxRegions, { min: 0 }),
    maxSegments: r.maxSegments,
  };
}
