// EVE `flow`: one record for both directions when a flow ends.
import { F, FLOW_END_REASONS, FLOW_STATES, FlowFlag } from '../../framework/flows.ts';
import { quote } from '../text/json-text.ts';
import { eveTime } from '../text/timestamp.ts';
import { flowTcpText } from './tcp-text.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { Flows } from '../../framework/flows.ts';
import type { EveRecord } from './record.ts';

const BYPASSED = FLOW_STATES.indexOf('bypassed');
const CAPTURE_BYPASSED = FLOW_STATES.indexOf('capture_bypassed');

export class FlowEvents {
  private readonly record: EveRecord;
  private readonly withOwnFields: boolean;

  /**
   * `tayra-fields: yes` adds a top-level object `tayra` with Zeek's connection state and history, missed bytes,
   * retransmissions and handshake time. Off unless asked for: Suricata's schema allows no foreign top-level key.
   */
  constructor(record: EveRecord, node: ConfigNode | undefined) {
    this.record = record;
    this.withOwnFields = node?.bool('tayra-fields', false) ?? false;
  }

  flow(f: number): string {
    const { record } = this;
    const { flows, tcp } = record.context;
    let text =
      record.flow(f, 'flow', 'toServer') +
      record.appProtocol(f) +
      flowText(flows, f) +
      record.flowOptions(f, 'toServer');
    const t = flows.tcp(f);
    if (flows.proto(f) === 6) text += flowTcpText(tcp, t);
    if (this.withOwnFields && t >= 0) text += this.ownFields(t);
    return text + record.end();
  }

  private ownFields(t: number): string {
    const { tcp } = this.record.context;
    const rtt = tcp.handshakeRtt(t);
    const pair = (name: string, a: number, b: number): string =>
      `,"${name}":{"toserver":${String(a)},"toclient":${String(b)}}`;
    return (
      `,"tayra":{"conn_state":"${tcp.connState(t)}","history":"${tcp.history(t)}"` +
      pair('missed_bytes', tcp.missedBytes(t, 'toServer'), tcp.missedBytes(t, 'toClient')) +
      pair('retransmits', tcp.retransmits(t, 'toServer'), tcp.retransmits(t, 'toClient')) +
      `${rtt < 0 ? '' : `,"rtt":${String(rtt / 1e6)}`}}`
    );
  }
}

function flowText(flows: Flows, f: number): string {
  const start = flows.double(f, F.startTs);
  const end = flows.double(f, F.lastTs);
  const state = flows.word(f, F.state);
  const reason = flows.hasFlag(f, FlowFlag.tcpReused) ? 'tcp_reuse' : FLOW_END_REASONS[flows.word(f, F.endReason)]!;
  let text =
    `,"flow":{"pkts_toserver":${String(flows.word(f, F.packetsToServer))},"pkts_toclient":${String(flows.word(f, F.packetsToClient))}` +
    `,"bytes_toserver":${String(flows.double(f, F.bytesToServer))},"bytes_toclient":${String(flows.double(f, F.bytesToClient))}` +
    `,"start":"${eveTime(start)}","end":"${eveTime(end)}","age":${String(Math.floor(end / 1e6) - Math.floor(start / 1e6))}`;
  if (flows.hasFlag(f, FlowFlag.emergency)) text += ',"emergency":true';
  if (state === BYPASSED) text += ',"bypass":"local"';
  else if (state === CAPTURE_BYPASSED) text += ',"bypass":"capture"';
  text += `,"state":"${state === CAPTURE_BYPASSED ? 'bypassed' : FLOW_STATES[state]!}","reason":"${reason}"`;
  text += `,"alerted":${String(flows.hasFlag(f, FlowFlag.alerted))}`;
  if (flows.hasFlag(f, FlowFlag.actionDrop)) text += ',"action":"drop"';
  else if (flows.hasFlag(f, FlowFlag.actionPass)) text += ',"action":"pass"';
  return `${text}${exceptionText(flows, f)}${elephantText(flows, f)}}`;
}

function exceptionText(flows: Flows, f: number): string {
  const policies = flows.peekExtra(f)?.exceptionPolicies;
  if (!policies || policies.length === 0) return '';
  return `,"exception_policy":[${policies.map((e) => `{"target":${quote(e.target)},"policy":${quote(e.policy)}}`).join(',')}]`;
}

function elephantText(flows: Flows, f: number): string {
  const isToServer = flows.hasFlag(f, FlowFlag.elephantToServer);
  const isToClient = flows.hasFlag(f, FlowFlag.elephantToClient);
  if (!isToServer && !isToClient) return '';
  const directions = [...(isToServer ? ['"to_server"'] : []), ...(isToClient ? ['"to_client"'] : [])];
  return `,"elephant":true,"elephant_direction":[${directions.join(',')}]`;
}
