// EVE `netflow`: a flow as two records, one for each direction that had packets.
import { F } from '../../framework/flows.ts';
import { eveTime } from '../text/timestamp.ts';
import { directionTcpText } from './tcp-text.ts';
import type { FlowSide } from './ends.ts';
import type { EveRecord } from './record.ts';

export class NetflowEvents {
  private readonly record: EveRecord;

  constructor(record: EveRecord) {
    this.record = record;
  }

  flow(f: number): string {
    const toServer = this.oneWay(f, 'toServer');
    return this.record.context.flows.word(f, F.packetsToClient) === 0
      ? toServer
      : toServer + this.oneWay(f, 'toClient');
  }

  private oneWay(f: number, side: FlowSide): string {
    const { record } = this;
    const { flows } = record.context;
    let text = record.netflow(f, side) + record.sideProtocol(f, side) + this.counts(f, side);
    if (flows.proto(f) === 6) text += directionTcpText(this.tcpFlags(f, side));
    return text + record.flowOptions(f, side) + record.end();
  }

  private counts(f: number, side: FlowSide): string {
    const { flows } = this.record.context;
    const isForward = side === 'toServer';
    const start = flows.double(f, F.startTs);
    const end = flows.double(f, F.lastTs);
    const ttl = flows.word(f, F.ttl) >>> (isForward ? 0 : 16);
    const transactions = this.record.transactionCount(f);
    return (
      `,"netflow":{"pkts":${String(flows.word(f, isForward ? F.packetsToServer : F.packetsToClient))}` +
      `,"bytes":${String(flows.double(f, isForward ? F.bytesToServer : F.bytesToClient))}` +
      `,"start":"${eveTime(start)}","end":"${eveTime(end)}","age":${String(Math.floor(end / 1e6) - Math.floor(start / 1e6))}` +
      `,"min_ttl":${String(ttl & 255)},"max_ttl":${String((ttl >>> 8) & 255)}` +
      (transactions === 0 ? '}' : `,"tx_cnt":${String(transactions)}}`)
    );
  }

  private tcpFlags(f: number, side: FlowSide): number {
    const { flows, tcp } = this.record.context;
    const t = flows.tcp(f);
    if (t < 0) return 0;
    return side === 'toServer' ? tcp.flagsToServer(t) : tcp.flagsToClient(t);
  }
}
