// EVE `flow`: one record for both directions when a flow ends.
import { F, FLOW_END_REASONS, FLOW_STATES, FlowFlag } from '../../framework/flows.ts';
import { part } from '../../base/byte-text.ts';
import type { ByteText } from '../../base/byte-text.ts';
import { appendEveTime } from '../text/byte-time.ts';
import { appliedPolicies } from '../../respond/exception-policy.ts';
import { hasPorts, protocolName } from '../text/protocol-name.ts';
import { DESTINATION, NO_PORT, SOURCE, appendEnd } from './ends.ts';
import { appendFlowTcp } from './tcp-bytes.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { Flows } from '../../framework/flows.ts';
import type { EveRecord } from './record.ts';

const BYPASSED = FLOW_STATES.indexOf('bypassed');
const CAPTURE_BYPASSED = FLOW_STATES.indexOf('capture_bypassed');
const PROTO_TCP = 6;
/** Flags of flows that have something more to tell. */
const RARE = FlowFlag.actionDrop | FlowFlag.actionPass | FlowFlag.elephantToServer | FlowFlag.elephantToClient;

const TIMESTAMP = part('{"timestamp":"');
const FLOW_ID = part('","flow_id":');
const EVENT_TYPE = part(',"event_type":"flow"');
const IP_V4 = part(',"ip_v":4');
const IP_V6 = part(',"ip_v":6');
const PROTOCOLS = Array.from({ length: 256 }, (_, proto) => part(`,"proto":"${protocolName(proto)}"`));
const PACKETS_TO_SERVER = part(',"flow":{"pkts_toserver":');
const PACKETS_TO_CLIENT = part(',"pkts_toclient":');
const BYTES_TO_SERVER = part(',"bytes_toserver":');
const BYTES_TO_CLIENT = part(',"bytes_toclient":');
const START = part(',"start":"');
const END = part('","end":"');
const AGE = part('","age":');
const EMERGENCY = part(',"emergency":true');
const BYPASS_LOCAL = part(',"bypass":"local"');
const BYPASS_CAPTURE = part(',"bypass":"capture"');
const STATES = FLOW_STATES.map((state) => part(`,"state":"${state === 'capture_bypassed' ? 'bypassed' : state}"`));
const REASONS = FLOW_END_REASONS.map((reason) => part(`,"reason":"${reason}"`));
const TCP_REUSED = part(',"reason":"tcp_reuse"');
const ALERTED = part(',"alerted":true');
const NOT_ALERTED = part(',"alerted":false');
const TX_COUNT = part(',"tx_cnt":');
const CLOSE = part('}');

export class FlowEvents {
  private readonly record: EveRecord;
  private readonly withOwnFields: boolean;
  /** Text of the exception policies by what flows keep of them: there are few. */
  private readonly policies = new Map<number, Uint8Array>();

  /**
   * `tayra-fields: yes` adds a top-level object `tayra` with Zeek's connection state and history, missed bytes,
   * retransmissions and handshake time. Off unless asked for: Suricata's schema allows no foreign top-level key.
   */
  constructor(record: EveRecord, node: ConfigNode | undefined) {
    this.record = record;
    this.withOwnFields = node?.bool('tayra-fields', false) ?? false;
  }

  /** Appends the record of flow f with its line end. */
  append(text: ByteText, f: number): void {
    const { record } = this;
    const { flows, tcp } = record.context;
    this.head(text, f);
    record.appendLastAppProtocol(text, f);
    appendFlow(text, flows, f);
    const exceptions = flows.word(f, F.exceptions);
    if (exceptions !== 0) text.part(this.exceptionPolicies(exceptions));
    const transactions = record.transactionCount(f);
    if (transactions !== 0) {
      text.part(TX_COUNT);
      text.number(transactions);
    }
    text.part(CLOSE);
    record.appendFlowOptions(text, f);
    const t = flows.tcp(f);
    if (flows.proto(f) === PROTO_TCP) appendFlowTcp(text, tcp, t);
    if (this.withOwnFields && t >= 0) text.string(this.ownFields(t));
    record.appendClose(text);
  }

  /** Timestamp, ids, type, tuple and protocol. */
  private head(text: ByteText, f: number): void {
    const { record } = this;
    const { flows } = record.context;
    text.part(TIMESTAMP);
    appendEveTime(text, record.context.now());
    text.part(FLOW_ID);
    text.number(flows.double(f, F.id));
    const parent = flows.double(f, F.parentId);
    if (parent !== 0) text.string(`,"parent_id":${String(parent)}`);
    record.appendFlowDevice(text, f);
    text.part(EVENT_TYPE);
    if (flows.word(f, F.seenVlan2) !== 0) text.string(record.flowVlans(f));
    if (record.settings.hasVni) text.string(record.flowVni(f));
    appendTuple(text, flows, f);
    const proto = flows.proto(f);
    if (hasPorts(proto)) text.part(PROTOCOLS[proto]!);
    else text.string(record.flowProtocol(f, 'flow', 'toServer'));
  }

  private exceptionPolicies(marks: number): Uint8Array {
    const known = this.policies.get(marks);
    if (known !== undefined) return known;
    const made = part(`,"exception_policy":${JSON.stringify(appliedPolicies(marks))}`);
    this.policies.set(marks, made);
    return made;
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

function appendTuple(text: ByteText, flows: Flows, f: number): void {
  const isPorted = hasPorts(flows.proto(f));
  appendAddress(text, SOURCE, flows, f, F.src, isPorted ? flows.sourcePort(f) : NO_PORT);
  appendAddress(text, DESTINATION, flows, f, F.dst, isPorted ? flows.destinationPort(f) : NO_PORT);
  text.part(flows.ipVersion(f) === 6 ? IP_V6 : IP_V4);
}

function appendAddress(
  text: ByteText,
  keys: typeof SOURCE,
  flows: Flows,
  f: number,
  field: number,
  port: number,
): void {
  const version = flows.ipVersion(f);
  const w0 = flows.word(f, field);
  if (version !== 6) appendEnd(text, keys, version, w0, 0, 0, 0, port);
  else
    appendEnd(
      text,
      keys,
      version,
      w0,
      flows.word(f, field + 1),
      flows.word(f, field + 2),
      flows.word(f, field + 3),
      port,
    );
}

/** The object `flow`, left open. */
function appendFlow(text: ByteText, flows: Flows, f: number): void {
  const start = flows.double(f, F.startTs);
  const end = flows.double(f, F.lastTs);
  text.part(PACKETS_TO_SERVER);
  text.number(flows.word(f, F.packetsToServer));
  text.part(PACKETS_TO_CLIENT);
  text.number(flows.word(f, F.packetsToClient));
  text.part(BYTES_TO_SERVER);
  text.number(flows.double(f, F.bytesToServer));
  text.part(BYTES_TO_CLIENT);
  text.number(flows.double(f, F.bytesToClient));
  text.part(START);
  appendEveTime(text, start);
  text.part(END);
  appendEveTime(text, end);
  text.part(AGE);
  text.number(Math.floor(end / 1e6) - Math.floor(start / 1e6));
  appendOutcome(text, flows, f);
  if ((flows.flags(f) & RARE) !== 0) text.string(actionText(flows, f) + elephantText(flows, f));
}

/** How it ended. */
function appendOutcome(text: ByteText, flows: Flows, f: number): void {
  const state = flows.word(f, F.state);
  const flags = flows.flags(f);
  if ((flags & FlowFlag.emergency) !== 0) text.part(EMERGENCY);
  if (state === BYPASSED) text.part(BYPASS_LOCAL);
  else if (state === CAPTURE_BYPASSED) text.part(BYPASS_CAPTURE);
  text.part(STATES[state]!);
  text.part((flags & FlowFlag.tcpReused) !== 0 ? TCP_REUSED : REASONS[flows.word(f, F.endReason)]!);
  text.part((flags & FlowFlag.alerted) !== 0 ? ALERTED : NOT_ALERTED);
}

function actionText(flows: Flows, f: number): string {
  if (flows.hasFlag(f, FlowFlag.actionDrop)) return ',"action":"drop"';
  return flows.hasFlag(f, FlowFlag.actionPass) ? ',"action":"pass"' : '';
}

function elephantText(flows: Flows, f: number): string {
  const isToServer = flows.hasFlag(f, FlowFlag.elephantToServer);
  const isToClient = flows.hasFlag(f, FlowFlag.elephantToClient);
  if (!isToServer && !isToClient) return '';
  const directions = [...(isToServer ? ['"toserver"'] : []), ...(isToClient ? ['"toclient"'] : [])];
  return `,"elephant":true,"elephant_direction":[${directions.join(',')}]`;
}
