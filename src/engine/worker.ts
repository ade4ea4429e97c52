// Worker: the parts of one packet-processing thread, put together.

import { PROTOCOLS } from '../app/registry.ts';
import { AppLayer } from '../applayer/app-layer.ts';
import { Files } from '../applayer/files.ts';
import { declareProtocolCounters } from '../applayer/protocol-counters.ts';
import { ProtocolTable } from '../applayer/protocol-table.ts';
import type { ConfigNode } from '../config/index.ts';
import type { AppFlow } from '../framework/app-flow.ts';
import type { ProtocolDefinition } from '../framework/app-protocol.ts';
import type { FileWishes } from '../framework/file.ts';
import { Arena } from '../base/arena.ts';
import { Counters } from '../base/counters.ts';
import type { Journal } from '../base/journal.ts';
import { Slab } from '../base/slab.ts';
import { finish } from '../base/steps.ts';
import type { Steps } from '../base/steps.ts';
import { Duplicates } from '../capture/duplicates.ts';
import { ChecksumVerifier } from '../decode/checksum-verifier.ts';
import type { ChecksumMode } from '../decode/checksum-verifier.ts';
import type { DecoderOptions } from '../decode/options.ts';
import { Decoder } from '../decode/decoder.ts';
import { Defragmenter } from '../defrag/defragmenter.ts';
import { compileMatcher, trimAfterCompiling } from '../detect/mpm/index.ts';
import { Detector } from '../detect/run/detector.ts';
import type { DetectorOptions } from '../detect/run/detector.ts';
import { DetectorTables } from '../detect/run/detector-tables.ts';
import type { MakeMatcher } from '../detect/run/pattern-table.ts';
import type { Renumbering } from '../detect/run/renumbering.ts';
import { limitRegexes } from './settings/pcre.ts';
import { FlowTracker } from '../flow/flow-tracker.ts';
import type { FlowOptions } from '../flow/options.ts';
import { Inspection } from '../framework/chain.ts';
import type { DetectContext } from '../framework/detect-context.ts';
import { ByteRoom } from '../framework/byte-room.ts';
import { Flows } from '../framework/flows.ts';
import type { Output, PayloadSource } from '../framework/output.ts';
import type { TcpView } from '../framework/stream.ts';
import { tagsOf } from '../keywords/tag.ts';
import { LAYERS } from '../layers/registry.ts';
import { preferLargePages } from '../native/large-memory.ts';
import { registerBuffer, unregisterBuffer } from '../native/buffers.ts';
import { PacketBatch } from '../pcap/index.ts';
import { TcpEngine } from '../stream/index.ts';
import type { HostPolicy, StreamOptions } from '../stream/index.ts';
import { ExceptionPolicies } from '../respond/exception-policy.ts';
import type { ExceptionChoices } from '../respond/exception-policy.ts';
import type { Rejects } from '../respond/rejects.ts';
import { Verdicts } from '../respond/verdicts.ts';
import type { LoadedRules } from './load-rules.ts';
import { MemoryPressure } from './memory-pressure.ts';
import { memcapsOf } from './memcaps.ts';
import type { Memcap } from './memcaps.ts';
import { Pipeline } from './pipeline.ts';
import { protocolTransports } from './protocol-names.ts';
import { PSEUDO_PACKET_BYTES, PseudoPacket } from './pseudo-packet.ts';
import type { DefragSettings, MpmSettings } from './settings/index.ts';
import { isTold, tellBytes } from './output-needs.ts';
import { StreamPayloads } from './stream-payloads.ts';

/** Small enough to stay in the second-level cache: what the kernel copies there, decoders find there. */
const CAPTURE_REGION = 512 << 10;
/** What transactions keep of what was said, at most; untouched bytes take no memory. */
const APP_REGION = 256 << 20;
/** Flow records there are from the start: untouched ones take no memory, and growing copies all of them. */
const FIRST_RECORDS = 1 << 16;

export interface WorkerOptions {
  /** Where the worker counts, if other threads read it. */
  readonly counterMemory?: SharedArrayBuffer | undefined;
  /** False where another worker tells the statistics of all. */
  readonly tellsStatistics: boolean;
  readonly config: ConfigNode;
  /** Batches come from interfaces, which are told apart. */
  readonly isLive: boolean;
  /** Bytes that a capture source may fill at a time. */
  readonly captureRegion?: number | undefined;
  readonly decoder: DecoderOptions;
  readonly flow: FlowOptions;
  readonly stream: StreamOptions;
  readonly defrag: DefragSettings;
  readonly exceptions: ExceptionChoices;
  /** Errors of application layers are none in flows whose beginning was not seen. */
  readonly forgivesPickedUp: boolean;
  /** Policies that errors of parsers are met with are counted for each protocol. */
  readonly countsErrorPolicies: boolean;
  /** Number of a host's overlap policy (`host-os-policy`). */
  readonly hostPolicy: HostPolicy;
  /** Null: no detection. */
  readonly rules: LoadedRules | null;
  /** See RunOptions. */
  readonly tables: DetectorTables | undefined;
  readonly isInline: boolean;
  /** Microseconds between a packet and its copy; 0: copies are packets of their own. */
  readonly duplicateWindow: number;
  /** Who tells the ends of rejected packets; nobody without. */
  readonly rejects?: Rejects | undefined;
  readonly maxAlerts: number;
  /** Alerts of payload rules on an application protocol over TCP name the transaction they probably met. */
  readonly guessesTx: boolean;
  readonly maxTxAlerts: number;
  /** To try what happens when there is no memory for more matches than alerts. */
  readonly isAlertQueueFixed: boolean;
  readonly mpm: MpmSettings;
  /** Makes matchers of patterns; compiles them as `mpm` says without. */
  readonly makeMatcher?: MakeMatcher | undefined;
  /** Offsets of the directions at which parsers are made to fail, -1 for none. */
  readonly appErrorsAt: readonly [number, number];
  /** `app-layer.protocols` of the configuration. */
  readonly appProtocols: ConfigNode | undefined;
  /** Which packets have their checksums verified, by interface. */
  readonly checksums: readonly ChecksumMode[];
}

/** What the outputs of a worker are made from. */
export interface WorkerState {
  readonly flows: Flows;
  readonly counters: Counters;
  readonly tcp: TcpView;
  readonly packetVars: DetectContext['packetVars'];
  readonly payloads: PayloadSource;
  readonly appOf: (f: number) => AppFlow | null;
  readonly appProtocolName: (id: number) => string;
  readonly protocols: readonly ProtocolDefinition[];
  readonly files: FileWishes;
  /** `stream.reassembly.depth`: bytes, 0 without limit. */
  readonly streamDepth: number;
}

export interface Worker {
  readonly pipeline: Pipeline;
  readonly counters: Counters;
  readonly flows: Flows;
  /** Bytes that its parts may use. */
  readonly memcaps: readonly Memcap[];
  readonly batch: PacketBatch;
  /** Where a capture source may put bytes. */
  readonly region: { readonly data: Uint8Array; readonly offset: number; readonly size: number };
  /**
   * Readies other rules while packets go on; what is returned puts them in force, between two batches.
   * Only where there was detection from the start.
   */
  readyRules(rules: LoadedRules, makeMatcher: MakeMatcher): Steps<() => void>;
  /** Connections are picked up in their midst from now on, as `stream.midstream` has it. */
  pickUp(): void;
  /** What flows announce of others, several workers know. */
  share(journal: Journal): void;
  /** Gives back what the garbage collector does not: call it when the pipeline is finished. */
  release(): void;
}

/** @param createOutputs called once, when the state they read exists */
export function createWorker(options: WorkerOptions, createOutputs: (state: WorkerState) => readonly Output[]): Worker {
  const { captureRegion = CAPTURE_REGION, isInline } = options;
  // These declare counters: they come before the counters themselves.
  const policies = new ExceptionPolicies(options.exceptions);
  const table = new ProtocolTable(PROTOCOLS, options.appProtocols);
  const errorPolicies = options.countsErrorPolicies ? policies.names('appLayerError') : null;
  declareProtocolCounters(table, errorPolicies);
  const verdicts = isInline ? new Verdicts() : null;
  const counters = new Counters(options.counterMemory);
  const flows = new Flows(FIRST_RECORDS);
  policies.attach(counters, flows, { isInline });
  verdicts?.attach(counters);
  options.rejects?.attach(counters);
  const streamSize = options.stream.reassembly.memcap;
  const arena = new Arena(captureRegion + PSEUDO_PACKET_BYTES + options.defrag.memcap + streamSize + APP_REGION + 4096);
  preferLargePages(arena.data);
  const bufferId = registerBuffer(arena.data);
  const region = { data: arena.data, offset: arena.carve(captureRegion), size: captureRegion };
  const pseudo = new PseudoPacket(flows, arena.data, bufferId, arena.carve(PSEUDO_PACKET_BYTES));
  const fragments = new Defragmenter({
    ...options.defrag,
    arena: arena.data,
    bufferId,
    counters,
    start: arena.carve(options.defrag.memcap),
    size: options.defrag.memcap,
    seed: 0,
    onMemcap: (p) => {
      policies.apply('defragMemcap', p, -1);
    },
  });
  const decoder = new Decoder({ counters, layers: LAYERS, options: options.decoder, fragments });
  const onSwap = (f: number): void => {
    tracker.swap(f);
  };
  limitRegexes(options.config);
  const { midstream } = options.stream;
  const demands = new Set(options.rules?.setup.demands);
  const hasRules = mayDetect(options);
  const files = new Files(demands, counters);
  const room = new ByteRoom(arena.data, bufferId, arena.carve(APP_REGION), APP_REGION);
  const app = new AppLayer({
    flows,
    counters,
    table,
    files,
    room,
    hasRules,
    isInline,
    onSwap,
    midstream,
    demands,
    errorsAt: options.appErrorsAt,
    errorPolicies,
    onError: (p, f) => {
      const t = flows.tcp(f);
      if (options.forgivesPickedUp && t >= 0 && stream.view.isMidstream(t)) return;
      policies.apply('appLayerError', p, f);
    },
  });
  const reassemblySlab = new Slab(arena.carve(streamSize), streamSize);
  const stream = new TcpEngine({
    sink: app,
    flows,
    counters,
    data: arena.data,
    bufferId,
    slab: reassemblySlab,
    options: options.stream,
    hostPolicy: options.hostPolicy,
    policy: (kind, p, f) => {
      policies.apply(kind, p, f);
    },
    onSwap,
  });
  app.requests.stream = stream;
  const context = detectContext(flows, stream, app, isInline);
  let detect = createDetector(options, context);
  const payloads = new StreamPayloads(stream.held, () => {
    app.requests.showsBytes = true;
  });
  const outputs = createOutputs({
    flows,
    counters,
    tcp: stream.view,
    packetVars: context.packetVars,
    payloads,
    appOf: (f) => app.of(f),
    appProtocolName: (id) => table.name(id),
    protocols: PROTOCOLS,
    files,
    streamDepth: options.stream.reassembly.depth,
  });
  app.recognition.isWatched =
    hasRules || isErrorDue(options) ? () => true : ({ definition }) => isTold(outputs, definition);
  tellBytes(outputs, stream, app);
  app.frames.bytes = Math.max(0, ...outputs.map((output) => output.frameBytes ?? 0));
  files.checkStorage();
  const checksums = new ChecksumVerifier(options.checksums);
  const parts = {
    counters,
    flows,
    decoder,
    fragments,
    bufferId,
    checksums,
    stream,
    app,
    detect,
    policies,
    verdicts,
    duplicates: options.duplicateWindow > 0 ? new Duplicates(counters, options.duplicateWindow) : null,
    rejects: options.rejects ?? null,
    pseudo,
    isLive: options.isLive,
    tellsStatistics: options.tellsStatistics,
    pressure: new MemoryPressure(counters, [
      { counter: 'flow.memuse', cap: () => memcaps.find(({ name }) => name === 'flow')!.bytes },
      { counter: 'tcp.memuse', cap: () => options.stream.memcap },
      { counter: 'tcp.reassembly_memuse', cap: () => options.stream.reassembly.memcap },
    ]),
  };
  const pipeline = new Pipeline({ ...parts, outputs }, arena.data);
  const tracker = new FlowTracker(flows, counters, pipeline, options.flow);
  pipeline.tracker = tracker;
  const memcaps = memcapsOf({
    config: options.config,
    stream: options.stream,
    reassembly: reassemblySlab,
    defrag: fragments.slab,
    flow: options.flow.memcap,
    tracker,
    used: (counter) => counters.byName(counter),
  });
  const release = (): void => {
    if (detect?.tables !== options.tables) detect?.tables.free();
    unregisterBuffer(arena.data);
  };
  function* readyRules(rules: LoadedRules, makeMatcher: MakeMatcher): Steps<() => void> {
    const tables = yield* workerTableSteps(rules, makeMatcher);
    const former = detect;
    const renumbering =
      former === null
        ? undefined
        : yield* former.renumbering.next(former.tables.source.outlines, rules.ruleset.outlines);
    const ready = new Detector(tables, rules.thresholds, context, detectorOptions(options, rules, renumbering));
    return () => {
      demands.clear();
      for (const demand of rules.setup.demands) demands.add(demand);
      files.demand(demands);
      app.frames.forget();
      pipeline.detect = detect = ready;
      former?.tables.free();
    };
  }
  const pickUp = (): void => {
    options.stream.midstream = app.recognition.midstream = true;
  };
  const share = (journal: Journal): void => {
    app.share(journal);
  };
  const batch = new PacketBatch(arena.data);
  return { pipeline, counters, flows, memcaps, batch, region, readyRules, pickUp, release, share };
}

/** Whether rules are there, or may come by a reload. */
export function mayDetect({ isLive, rules }: Pick<WorkerOptions, 'isLive' | 'rules'>): boolean {
  return rules !== null && (isLive || rules.ruleset.outlines.length > 0);
}

/** Whether it matters where exactly parsers fail. */
function isErrorDue({ exceptions, appErrorsAt }: WorkerOptions): boolean {
  return exceptions.appLayerError !== 'ignore' || appErrorsAt.some((at) => at >= 0);
}

function detectContext(flows: Flows, stream: TcpEngine, app: AppLayer, isInline: boolean): DetectContext {
  return {
    flows,
    tcp: stream.view,
    rawStream: stream.raw,
    counters: app.requests.counters,
    tx: null,
    txDirection: 0,
    txProgress: 0,
    txProgressBefore: -1,
    app: null,
    appOf: (f) => app.of(f),
    inspection: new Inspection(),
    now: 0,
    isInline,
    isStreamInspection: false,
    packetVars: [],
    captures: [],
  };
}

/** Null when there is nothing to detect. */
function createDetector(options: WorkerOptions, context: DetectContext): Detector | null {
  const { rules } = options;
  if (rules === null || !mayDetect(options)) return null;
  const tables = options.tables ?? workerTables(rules, options.mpm, options.makeMatcher);
  const detector = new Detector(tables, rules.thresholds, context, detectorOptions(options, rules));
  trimAfterCompiling();
  return detector;
}

/** What is looked up of rules, for one worker at a time. */
export function workerTables(rules: LoadedRules, mpm: MpmSettings, makeMatcher?: MakeMatcher): DetectorTables {
  return finish(workerTableSteps(rules, makeMatcher ?? matcherMaker(mpm)));
}

/** The same in steps. */
export function workerTableSteps({ ruleset, setup }: LoadedRules, makeMatcher: MakeMatcher): Steps<DetectorTables> {
  return DetectorTables.of(ruleset, { protocolIds: setup.appProtocols, protocolTransports, makeMatcher });
}

function matcherMaker(mpm: MpmSettings): MakeMatcher {
  return (patterns) => compileMatcher(mpm.algorithm, patterns, mpm.cache);
}

function detectorOptions(options: WorkerOptions, { setup }: LoadedRules, renumbering?: Renumbering): DetectorOptions {
  return {
    isInline: options.isInline,
    maxAlerts: options.maxAlerts,
    guessesTx: options.guessesTx,
    maxTxAlerts: options.maxTxAlerts,
    maxMatches: options.isAlertQueueFixed ? options.maxAlerts : Infinity,
    tags: tagsOf(setup),
    ...(renumbering !== undefined && { renumbering }),
  };
}
