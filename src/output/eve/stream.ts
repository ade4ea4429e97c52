// EVE `stream_tcp`: what a packet did to its TCP session, to find out why it is followed as it is.
import { anomalyKind, anomalyName } from '../../framework/anomaly.ts';
import { TCP_STATES } from '../../framework/stream.ts';
import { quote } from '../../base/json-text.ts';
import { directionText } from './alert.ts';
import { lengthOf, networkText, tcpText } from './packet-header.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { Packet } from '../../framework/packet.ts';
import type { TcpEndSnapshot } from '../../framework/stream.ts';
import type { EveRecord } from './record.ts';

const TCP = 6;

interface Wants {
  readonly all: boolean;
  readonly events: boolean;
  readonly updates: boolean;
  readonly spurious: boolean;
}

export class StreamEvents {
  private readonly record: EveRecord;
  private readonly wants: Wants;
  /** State of the session of a flow with its last packet. */
  private readonly states = new Map<number, number>();

  constructor(record: EveRecord, node: ConfigNode | undefined) {
    this.record = record;
    const is = (name: string): boolean => node?.bool(name, false) ?? false;
    this.wants = {
      all: is('all'),
      events: is('event-set'),
      updates: is('state-update'),
      spurious: is('spurious-retransmission'),
    };
  }

  packet(p: Packet): string {
    const { flows, tcp } = this.record.context;
    if (p.proto !== TCP || p.flow < 0 || p.l4Offset < 0) return '';
    const t = flows.tcp(p.flow);
    if (t < 0) return '';
    const before = this.states.get(p.flow) ?? 0;
    const state = tcp.state(t);
    if (state !== before) this.states.set(p.flow, state);
    const events = eventsOf(p);
    const flags = flagsOf(events, state !== before);
    return this.isWanted(flags) ? this.recordOf(p, t, { state, before, events, flags }) : '';
  }

  /** The flow is over: its place is another's. */
  flow(f: number): void {
    this.states.delete(f);
  }

  private isWanted(flags: readonly string[]): boolean {
    const { all, events, spurious, updates } = this.wants;
    if (all) return true;
    return (
      (events && flags.includes('event_set')) ||
      (updates && flags.includes('state_update')) ||
      (spurious && flags.includes('spurious_retransmission'))
    );
  }

  private recordOf(p: Packet, t: number, { state, before, events, flags }: Seen): string {
    const session = this.record.context.tcp.snapshot(t);
    const previous = state === before ? '' : `,"pstate":"${TCP_STATES[before]!}"`;
    return (
      `${this.record.packet(p, 'stream_tcp')}${directionText(p)},"stream_tcp":{` +
      `"packet":{"len":${String(lengthOf(p))}${networkText(p)}${tcpText(p)},"flags":${list(flags)}}` +
      `,"session":{"state":"${TCP_STATES[state]!}"${previous},"flags":{"flags":${list(session.flags)}}` +
      `,"client":${endText(session.client)},"server":${endText(session.server)}}` +
      `${events.length === 0 ? '' : `,"events":${list(events)}`}}${this.record.end()}`
    );
  }
}

interface Seen {
  readonly state: number;
  readonly before: number;
  readonly events: readonly string[];
  readonly flags: readonly string[];
}

function eventsOf(p: Packet): string[] {
  const events: string[] = [];
  for (let i = 0; i < p.anomalyCount; i++) {
    const id = p.anomalies[i]!;
    const kind = anomalyKind(id);
    if (kind !== 'applayer') events.push(`${kind === 'decode' ? 'decoder' : 'stream'}.${anomalyName(id)}`);
  }
  return events;
}

function flagsOf(events: readonly string[], isUpdate: boolean): string[] {
  const flags: string[] = [];
  if (events.includes('stream.pkt_retransmission')) flags.push('retransmission');
  if (events.includes('stream.pkt_spurious_retransmission')) flags.push('spurious_retransmission');
  if (events.length > 0) flags.push('event_set');
  if (isUpdate) flags.push('state_update');
  return flags;
}

function endText(end: TcpEndSnapshot): string {
  return (
    `{"isn":${String(end.isn)},"next_seq":${String(end.nextSeq)},"last_ack":${String(end.lastAck)}` +
    `,"next_win":${String(end.nextWin)},"base_seq":${String(end.baseSeq)},"segs_right_edge":${String(end.rightEdge)}` +
    `,"window":${String(end.window)},"wscale":${String(end.windowScale)},"flags":${list(end.flags)}` +
    `,"seg_cnt":${String(end.segments)},"sb_region_size":${String(end.capacity)}}`
  );
}

function list(names: readonly string[]): string {
  return `[${names.map(quote).join()}]`;
}
