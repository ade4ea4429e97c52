// EVE `stream_tcp`: what a packet did to its TCP session, to find out why it is followed as it is.
import { anomalyKind, anomalyName } from '../../framework/anomaly.ts';
import { TCP_STATES } from '../../framework/stream.ts';
import { quote } from '../../base/json-text.ts';
import { directionText } from './alert.ts';
import { lengthOf, networkText, tcpText } from './packet-header.ts';
import type { ConfigNode } from '../../config/index.ts';
import { Detection } from '../../framework/app-flow.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import { FlowFlag } from '../../framework/flows.ts';
import { PacketFlag } from '../../framework/packet.ts';
import type { Packet } from '../../framework/packet.ts';
import type { TcpEndSnapshot } from '../../framework/stream.ts';
import type { EveRecord } from './record.ts';

const TCP = 6;
const SYN = 2;
const ACK = 16;
const TO_BOTH = [0, 1] as const;
const ESTABLISHED = TCP_STATES.indexOf('established');
const DETECTED: readonly string[] = ['appproto_detection_completed'];
const NOTHING: readonly string[] = [];

/** What of a session only the packets say that made it so. */
interface Known {
  /** With the last packet. */
  state: number;
  /** The client knows of scaled windows. */
  hasServerScale: boolean;
  /** It takes selective acknowledgements. */
  hasSack: boolean;
  /** The server said something behind the handshake. */
  isConfirmed: boolean;
}

/** @param before state of the session before p */
function note(known: Known, p: Packet, before: number): void {
  if ((p.tcpFlags & (SYN | ACK)) === SYN) {
    known.hasServerScale ||= p.tcpWindowScale >= 0;
    known.hasSack ||= (p.flags & PacketFlag.tcpSackPermitted) !== 0;
  }
  known.isConfirmed ||= before === ESTABLISHED && (p.flags & PacketFlag.toClient) !== 0;
}

function namesOf({ hasServerScale, hasSack, isConfirmed }: Known): string[] {
  const names = hasServerScale ? ['server_wscale'] : [];
  if (hasSack) names.push('client_sackok', 'sackok');
  if (isConfirmed) names.push('3whs_confirmed');
  return names;
}

/** Whether it was found out what a direction speaks. */
function detected(app: AppFlow | null, direction: 0 | 1): readonly string[] {
  return app === null || app.detection(direction) === Detection.undecided ? NOTHING : DETECTED;
}

interface Wants {
  readonly all: boolean;
  readonly events: boolean;
  readonly updates: boolean;
  readonly spurious: boolean;
}

export class StreamEvents {
  private readonly record: EveRecord;
  private readonly wants: Wants;
  /** The session before the packet under way ended because it begins one of the same ends. */
  private isReuse = false;
  /** What earlier packets of the flows said. */
  private readonly known = new Map<number, Known>();

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
    const { isReuse } = this;
    this.isReuse = false;
    if (p.proto !== TCP || p.flow < 0 || p.l4Offset < 0) return '';
    const t = flows.tcp(p.flow);
    if (t < 0) return '';
    const known = this.knownOf(p.flow);
    const before = known.state;
    const state = tcp.state(t);
    known.state = state;
    note(known, p, before);
    const events = eventsOf(p);
    const flags = flagsOf(events, { isUpdate: state !== before, isReuse });
    return this.isWanted(flags) ? this.recordOf(p, t, { state, before, events, flags, known }) : '';
  }

  /** The flow is over: its place is another's. */
  flow(f: number): void {
    this.isReuse = this.record.context.flows.hasFlag(f, FlowFlag.tcpReused);
    this.known.delete(f);
  }

  private knownOf(f: number): Known {
    const known = this.known.get(f);
    if (known !== undefined) return known;
    const created = { state: 0, hasServerScale: false, hasSack: false, isConfirmed: false };
    this.known.set(f, created);
    return created;
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

  private recordOf(p: Packet, t: number, { state, before, events, flags, known }: Seen): string {
    const session = this.record.context.tcp.snapshot(t);
    const app = this.record.context.appOf(p.flow);
    const isFailed = app !== null && TO_BOTH.every((direction) => app.detection(direction) === Detection.failed);
    const about = [...session.flags, ...namesOf(known), ...(isFailed ? ['app_layer_disabled'] : [])];
    const previous = state === before ? '' : `,"pstate":"${TCP_STATES[before]!}"`;
    return (
      `${this.record.packet(p, 'stream_tcp')}${directionText(p)},"stream_tcp":{` +
      `"packet":{"len":${String(lengthOf(p))}${networkText(p)}${tcpText(p)},"flags":${list(flags)}}` +
      `,"session":{"state":"${TCP_STATES[state]!}"${previous},"flags":{"flags":${list(about)}}` +
      `,"client":${endText(session.client, detected(app, 0))},"server":${endText(session.server, detected(app, 1))}}` +
      `${events.length === 0 ? '' : `,"events":${list(events)}`}}${this.record.end()}`
    );
  }
}

interface Seen {
  readonly state: number;
  readonly before: number;
  readonly events: readonly string[];
  readonly flags: readonly string[];
  readonly known: Known;
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

function flagsOf(
  events: readonly string[],
  { isUpdate, isReuse }: { readonly isUpdate: boolean; readonly isReuse: boolean },
): string[] {
  const flags: string[] = [];
  if (events.includes('stream.pkt_retransmission')) flags.push('retransmission');
  if (events.includes('stream.pkt_spurious_retransmission')) flags.push('spurious_retransmission');
  if (events.length > 0) flags.push('event_set');
  if (isUpdate) flags.push('state_update');
  if (isReuse) flags.push('tcp_session_reuse');
  return flags;
}

function endText(end: TcpEndSnapshot, more: readonly string[]): string {
  return (
    `{"isn":${String(end.isn)},"next_seq":${String(end.nextSeq)},"last_ack":${String(end.lastAck)}` +
    `,"next_win":${String(end.nextWin)},"base_seq":${String(end.baseSeq)},"segs_right_edge":${String(end.rightEdge)}` +
    `,"window":${String(end.window)},"wscale":${String(end.windowScale)},"flags":${list(withDetected(end.flags, more))}` +
    `,"seg_cnt":${String(end.segments)},"sb_region_size":${String(end.capacity)}}`
  );
}

/** Where it stands among the flags of an end in Suricata: before those that say that inspection is over. */
function withDetected(flags: readonly string[], more: readonly string[]): readonly string[] {
  const at = flags.findIndex((name) => name === 'new_raw_disabled' || name === 'disable_raw');
  return at < 0 ? [...flags, ...more] : [...flags.slice(0, at), ...more, ...flags.slice(at)];
}

function list(names: readonly string[]): string {
  return `[${names.map(quote).join()}]`;
}
