// Worker: the parts of one packet-processing thread, put together.

import { Arena } from '../base/arena.ts';
import { Counters } from '../base/counters.ts';
import { DEFAULT_DECODER_OPTIONS } from '../decode/options.ts';
import type { DecoderOptions } from '../decode/options.ts';
import { Decoder } from '../decode/decoder.ts';
import { Defragmenter } from '../defrag/defragmenter.ts';
import { FlowTracker } from '../flow/flow-tracker.ts';
import { DEFAULT_FLOW_OPTIONS } from '../flow/options.ts';
import type { FlowOptions } from '../flow/options.ts';
import { Flows } from '../framework/flows.ts';
import type { Output } from '../framework/output.ts';
import { LAYERS } from '../layers/registry.ts';
import { registerBuffer } from '../native/buffers.ts';
import { PacketBatch } from '../pcap/index.ts';
import { Pipeline } from './pipeline.ts';

/** Cache-resident: see the capture chapter of the design. */
const CAPTURE_REGION = 2 << 20;

export interface WorkerOptions {
  readonly decoder?: DecoderOptions;
  readonly flow?: FlowOptions;
  /** Bytes for fragments (`defrag.memcap`). */
  readonly defragMemcap?: number;
}

/** What the outputs of a worker are made from. */
export interface WorkerState {
  readonly flows: Flows;
  readonly counters: Counters;
}

export interface Worker {
  readonly pipeline: Pipeline;
  readonly counters: Counters;
  readonly flows: Flows;
  readonly batch: PacketBatch;
  /** Where a capture source may put bytes. */
  readonly region: { readonly data: Uint8Array; readonly offset: number; readonly size: number };
}

/** @param createOutputs called once, when flows and counters exist */
export function createWorker(options: WorkerOptions, createOutputs: (state: WorkerState) => readonly Output[]): Worker {
  const counters = new Counters();
  const flows = new Flows();
  const defragSize = options.defragMemcap ?? 32 << 20;
  const arena = new Arena(CAPTURE_REGION + defragSize + 4096);
  const bufferId = registerBuffer(arena.data);
  const region = { data: arena.data, offset: arena.carve(CAPTURE_REGION), size: CAPTURE_REGION };
  const fragments = new Defragmenter({
    arena: arena.data,
    bufferId,
    start: arena.carve(defragSize),
    size: defragSize,
    counters,
    seed: 0,
  });
  const decoder = new Decoder({
    counters,
    layers: LAYERS,
    options: options.decoder ?? DEFAULT_DECODER_OPTIONS,
    fragments,
  });
  const outputs = createOutputs({ flows, counters });
  const pipeline = new Pipeline({ counters, decoder, bufferId, stream: null, detect: null, outputs }, arena.data);
  pipeline.tracker = new FlowTracker(flows, counters, pipeline, options.flow ?? DEFAULT_FLOW_OPTIONS);
  return { pipeline, counters, flows, batch: new PacketBatch(arena.data), region };
}
