// Prefilter: of some signatures, those that a packet's bytes and anomalies leave to be evaluated.

import { SigFlag } from '../../framework/signature.ts';
import type { RawStream } from '../../framework/stream.ts';
import { PacketFlag } from '../../framework/packet.ts';
import type { Packet } from '../../framework/packet.ts';
import type { SignatureOutline } from '../compile/outline.ts';
import type { Candidates } from './candidates.ts';
import type { ProtocolIds } from '../compile/tx-plan.ts';
import type { PatternTable, PatternTables } from './pattern-table.ts';
import { Unfiltered } from './unfiltered.ts';

export class Prefilter {
  /** Candidates on every packet: nothing about them can be looked up. */
  private readonly always: Unfiltered;
  /** Of those, what is looked at when a flow ends as well: there is no packet to speak of then. */
  private readonly atEnd: Unfiltered;
  /** Candidates on packets with an anomaly. */
  private readonly onAnomaly: Int32Array;
  private readonly packet: PatternTable | null;
  private readonly stream: PatternTable | null;

  constructor(signatures: readonly SignatureOutline[], tables: PatternTables, ids: ProtocolIds) {
    const rest = signatures.filter((signature) => !signature.needsAnomaly);
    const filtered = rest.filter((signature) => signature.pattern !== null);
    this.onAnomaly = iidsOf(signatures.filter((signature) => signature.needsAnomaly));
    const always = rest.filter((signature) => signature.pattern === null);
    this.always = new Unfiltered(always, ids);
    this.atEnd = new Unfiltered(
      always.filter((signature) => signature.isDueAtEnd),
      ids,
    );
    this.packet = tables.of(filtered.filter(isOnPackets));
    this.stream = tables.of(filtered.filter(isOnStreams));
  }

  /** Adds what the payload of p and the first `blocks` of the stream leave. */
  scan(p: Packet, stream: RawStream, blocks: number, appProtocol: number, candidates: Candidates): void {
    const unfiltered = (p.flags & PacketFlag.pseudoStreamEnd) === 0 ? this.always : this.atEnd;
    unfiltered.collect(appProtocol, candidates);
    if (p.anomalyCount > 0) candidates.addAll(this.onAnomaly);
    if (p.payloadLength > 0 && (p.flags & PacketFlag.noPayloadInspection) === 0) this.scanPayload(p, candidates);
    if (this.stream === null) return;
    for (let i = 0; i < blocks; i++) {
      this.stream.scan(
        stream.data,
        stream.bufferId,
        stream.blockStart[i]!,
        stream.blockLength[i]!,
        stream.blockStreamOffset[i]!,
        candidates,
      );
    }
  }

  /** What is in the stream is looked for there; rules on streams see the payload of other packets only. */
  private scanPayload(p: Packet, candidates: Candidates): void {
    const { packet, stream } = this;
    if (packet !== null) packet.scan(p.data, p.bufferId, p.payloadOffset, p.payloadLength, 0, candidates);
    if (stream === null || (p.flags & (PacketFlag.streamAdded | PacketFlag.hasStreamData)) !== 0) return;
    stream.scan(p.data, p.bufferId, p.payloadOffset, p.payloadLength, 0, candidates);
  }
}

function isOnStreams(signature: SignatureOutline): boolean {
  return (signature.flags & SigFlag.requireStream) !== 0;
}

function isOnPackets(signature: SignatureOutline): boolean {
  return !isOnStreams(signature) || (signature.flags & SigFlag.requirePacket) !== 0;
}

function iidsOf(signatures: readonly SignatureOutline[]): Int32Array {
  return Int32Array.from(signatures, (signature) => signature.iid);
}
