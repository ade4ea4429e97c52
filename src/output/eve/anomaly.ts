// EVE `anomaly`: one record for each irregularity of a packet.
import { anomalyKind, anomalyName } from '../../framework/anomaly.ts';
import { F } from '../../framework/flows.ts';
import type { ByteText } from '../../base/byte-text.ts';
import { FAILED_PROTOCOL } from '../../applayer/protocol-table.ts';
import { packetBytes } from './packet-bytes.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { Packet } from '../../framework/packet.ts';
import type { EveRecord } from './record.ts';

const HEADER_BYTES = 32;

export class AnomalyEvents {
  private readonly record: EveRecord;
  private readonly wants: { readonly decode: boolean; readonly stream: boolean; readonly applayer: boolean };
  private readonly withHeader: boolean;

  constructor(record: EveRecord, node: ConfigNode | undefined) {
    this.record = record;
    this.wants = {
      decode: node?.bool('types.decode', false) ?? false,
      stream: node?.bool('types.stream', false) ?? false,
      applayer: node?.bool('types.applayer', true) ?? true,
    };
    this.withHeader = node?.bool('packethdr', false) ?? false;
  }

  /** Appends the records, each with its line end. */
  append(text: ByteText, p: Packet): void {
    for (let i = 0; i < p.anomalyCount; i++) {
      const id = p.anomalies[i]!;
      const kind = anomalyKind(id);
      if (!this.wants[kind]) continue;
      const prefix = kind === 'decode' ? 'decoder.' : kind === 'stream' ? 'stream.' : '';
      const name = kind === 'applayer' ? anomalyName(id).toUpperCase() : prefix + anomalyName(id);
      this.record.appendPacket(text, p, 'anomaly');
      if (kind === 'applayer')
        text.string(
          `,"anomaly":{${this.flowProtocol(p.flow)}"type":"applayer","event":"${name}","layer":"proto_detect"}`,
        );
      else text.string(`,"anomaly":{"type":"${kind}","event":"${name}"}`);
      if (this.withHeader) text.string(packetBytes(p, HEADER_BYTES));
      this.record.appendClose(text);
    }
  }

  private flowProtocol(f: number): string {
    const { context } = this.record;
    const id = context.flows.word(f, F.appProtocol);
    return id <= FAILED_PROTOCOL ? '' : `"app_proto":"${context.appProtocolName(id)}",`;
  }
}
