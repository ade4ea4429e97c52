// Worker: the parts of one packet-processing thread, put together.

import { Arena } from '../base/arena.ts';
import { Counters } from '../base/counters.ts';
import { Slab } from '../base/slab.ts';
import { ChecksumVerifier } from '../decode/checksum-verifier.ts';
import { DEFAULT_DECODER_OPTIONS } from '../decode/options.ts';
import type { DecoderOptions } from '../decode/options.ts';
import { Decoder } from '../decode/decoder.ts';
import { Defragmenter } from '../defrag/defragmenter.ts';
import { compileMatcher } from '../detect/mpm/index.ts';
import type { MpmAlgorithm } from '../detect/mpm/index.ts';
import { Detector } from '../detect/run/detector.ts';
import { FlowTracker } from '../flow/flow-tracker.ts';
import { DEFAULT_FLOW_OPTIONS } from '../flow/options.ts';
import type { FlowOptions } from '../flow/options.ts';
import { Inspection } from '../framework/chain.ts';
import type { DetectContext } from '../framework/detect-context.ts';
import { FlowFlag, Flows } from '../framework/flows.ts';
import type { Output } from '../framework/output.ts';
import { LAYERS } from '../layers/registry.ts';
import { registerBuffer } from '../native/buffers.ts';
import { PacketBatch } from '../pcap/index.ts';
import { TcpEngine } from '../stream/index.ts';
import type { StreamOptions } from '../stream/index.ts';
import type { LoadedRules } from './load-rules.ts';
import { Pipeline } from './pipeline.ts';

/** Small enough to stay in the cache. */
const CAPTURE_REGION = 2 << 20;

export interface WorkerOptions {
  readonly decoder?: DecoderOptions;
  readonly flow?: FlowOptions;
  readonly stream: StreamOptions;
  /** Bytes for fragments (`defrag.memcap`). */
  readonly defragMemcap: number;
  /** Null: no detection. */
  readonly rules: LoadedRules | null;
  readonly isInline: boolean;
  readonly maxAlerts: number;
  readonly mpm: MpmAlgorithm;
  /** `-k`: which packets have their checksums verified. */
  readonly checksums: 'all' | 'none' | 'auto';
}

/** What the outputs of a worker are made from. */
export interface WorkerState {
  readonly flows: Flows;
  readonly counters: Counters;
  readonly tcp: TcpEngine;
  readonly packetVars: DetectContext['packetVars'];
}

export interface Worker {
  readonly pipeline: Pipeline;
  readonly counters: Counters;
  readonly batch: PacketBatch;
  /** Where a capture source may put bytes. */
  readonly region: { readonly data: Uint8Array; readonly offset: number; readonly size: number };
}

/** @param createOutputs called once, when the state they read exists */
export function createWorker(options: WorkerOptions, createOutputs: (state: WorkerState) => readonly Output[]): Worker {
  const counters = new Counters();
  const flows = new Flows();
  const streamSize = options.stream.reassembly.memcap;
  const arena = new Arena(CAPTURE_REGION + options.defragMemcap + streamSize + 4096);
  const bufferId = registerBuffer(arena.data);
  const region = { data: arena.data, offset: arena.carve(CAPTURE_REGION), size: CAPTURE_REGION };
  const place = { arena: arena.data, bufferId, counters };
  const fragments = new Defragmenter({
    ...place,
    start: arena.carve(options.defragMemcap),
    size: options.defragMemcap,
    seed: 0,
  });
  const decoder = new Decoder({
    counters,
    layers: LAYERS,
    options: options.decoder ?? DEFAULT_DECODER_OPTIONS,
    fragments,
  });
  const stream = new TcpEngine({
    flows,
    counters,
    data: arena.data,
    bufferId,
    slab: new Slab(arena.carve(streamSize), streamSize),
    options: options.stream,
    onSwap: (f) => flows.setFlag(f, FlowFlag.directionSwapped),
  });
  const context: DetectContext = {
    flows,
    tcp: stream,
    rawStream: stream.raw,
    counters,
    inspection: new Inspection(),
    now: 0,
    isInline: options.isInline,
    isStreamInspection: false,
    packetVars: [],
  };
  const { rules } = options;
  const detect =
    rules === null || rules.ruleset.signatures.length === 0
      ? null
      : new Detector(rules.ruleset.signatures, rules.thresholds, context, {
          isInline: options.isInline,
          maxAlerts: options.maxAlerts,
          makeMatcher: (patterns) => compileMatcher(options.mpm, patterns),
        });
  const outputs = createOutputs({ flows, counters, tcp: stream, packetVars: context.packetVars });
  const pipeline = new Pipeline(
    { counters, decoder, bufferId, checksums: new ChecksumVerifier(options.checksums), stream, detect, outputs },
    arena.data,
  );
  pipeline.tracker = new FlowTracker(flows, counters, pipeline, options.flow ?? DEFAULT_FLOW_OPTIONS);
  return { pipeline, counters, batch: new PacketBatch(arena.data), region };
}
