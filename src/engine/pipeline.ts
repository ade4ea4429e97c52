// Pipeline: the way of a packet through one worker: decode, flow, stream, detect, output.

import type { Counters } from '../base/counters.ts';
import type { ChecksumVerifier } from '../decode/checksum-verifier.ts';
import type { Decoder } from '../decode/decoder.ts';
import type { FlowTracker } from '../flow/flow-tracker.ts';
import { FlowEndReason } from '../framework/flows.ts';
import type { Output } from '../framework/output.ts';
import { ACTION_REJECT_ANY, Action, Packet, PacketFlag } from '../framework/packet.ts';
import type { PacketBatch } from '../pcap/index.ts';

/** TCP sessions: what the stream engine does for the pipeline. */
export interface StreamStage {
  packet(p: Packet, f: number): void;
  isReuse(p: Packet, f: number): boolean;
  release(f: number): void;
}

/** Signatures: what detection does for the pipeline; alerts and verdict end up on the packet. */
export interface DetectStage {
  packet(p: Packet): void;
}

export interface PipelineParts {
  readonly counters: Counters;
  readonly decoder: Decoder;
  /** Native id of the arena that batches lie in. */
  readonly bufferId: number;
  readonly checksums: ChecksumVerifier;
  readonly stream: StreamStage | null;
  readonly detect: DetectStage | null;
  readonly outputs: readonly Output[];
}

const PROTO_TCP = 6;
const NOTEWORTHY = PacketFlag.modified | PacketFlag.tagged;
/** Actions that change what becomes of the packet. */
const STOPPING = Action.drop | ACTION_REJECT_ANY;

export class Pipeline {
  /** Set right after construction: tracker and pipeline know each other. */
  tracker: FlowTracker | null = null;
  /** Packets taken in so far. */
  packets = 0;
  /** Microseconds of the latest packet. */
  now = 0;
  private readonly parts: PipelineParts;
  private readonly packet: Packet;
  private readonly packetOutputs: readonly Output[];
  private readonly flowOutputs: readonly Output[];
  private readonly wantsEveryPacket: boolean;

  constructor(parts: PipelineParts, data: Uint8Array) {
    this.parts = parts;
    this.packet = new Packet(data);
    this.packetOutputs = parts.outputs.filter((output) => output.packet !== undefined);
    this.wantsEveryPacket = this.packetOutputs.some((output) => output.wantsEveryPacket === true);
    this.flowOutputs = parts.outputs.filter((output) => output.flow !== undefined);
  }

  /** Processes a batch of captured packets in order. */
  batch(batch: PacketBatch): void {
    const p = this.packet;
    const { decoder } = this.parts;
    for (let i = 0; i < batch.count; i++) {
      const start = batch.offset[i]!;
      p.reset(batch.data, this.parts.bufferId, start, start + batch.length[i]!);
      p.wireLength = batch.wireLength[i]!;
      p.linkType = batch.linkType[i]!;
      p.ts = batch.timestamp[i]!;
      p.number = ++this.packets;
      if (p.ts > this.now) this.advance(p.ts);
      decoder.decode(p);
      for (let k = 0; k < decoder.innerCount; k++) this.process(decoder.inner[k]!);
      this.process(p);
    }
  }

  private advance(now: number): void {
    this.now = now;
    this.tracker!.expire(now);
  }

  private process(p: Packet): void {
    this.parts.checksums.verify(p);
    const f = this.tracker!.handle(p);
    const { stream, detect } = this.parts;
    if (f >= 0 && p.proto === PROTO_TCP && stream !== null) stream.packet(p, f);
    if (detect !== null) detect.packet(p);
    if (this.wantsEveryPacket || isNoteworthy(p)) this.tell(p);
  }

  private tell(p: Packet): void {
    const noteworthy = isNoteworthy(p);
    for (const output of this.packetOutputs) if (noteworthy || output.wantsEveryPacket === true) output.packet!(p);
  }

  /** The tracker's events. */
  isReuse(p: Packet, f: number): boolean {
    return this.parts.stream !== null && this.parts.stream.isReuse(p, f);
  }

  ended(f: number): void {
    for (const output of this.flowOutputs) output.flow!(f);
    if (this.parts.stream !== null && this.tracker!.flows.tcp(f) >= 0) this.parts.stream.release(f);
  }

  /** The capture is over: all flows end, all outputs are closed. */
  finish(): void {
    this.tracker!.endAll(FlowEndReason.shutdown);
    this.parts.decoder.updateGauges();
    for (const output of this.parts.outputs) output.stats?.();
    for (const output of this.parts.outputs) output.close();
  }
}

/** Something happened on the packet that outputs may want to tell. */
function isNoteworthy(p: Packet): boolean {
  if (p.anomalyCount !== 0 || p.alerts.count !== 0 || p.dropReason !== 0) return true;
  return (p.flags & NOTEWORTHY) !== 0 || (p.action & STOPPING) !== 0;
}
