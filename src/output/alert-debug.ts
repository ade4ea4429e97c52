// alert-debug: all there is to know of packets with alerts, for those who write rules.
import { formatIpv6 } from '../base/ip.ts';
import { F, FlowFlag } from '../framework/flows.ts';
import { defineOutput } from '../framework/output.ts';
import { ACTION_REJECT_ANY, Action, AlertFlag, PACKET_SOURCES, PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import type { ConfigNode } from '../config/index.ts';
import type { Output, OutputContext } from '../framework/output.ts';
import type { RecordWriter } from './record-writer.ts';
import { isSilentAlert } from './silent-alert.ts';
import { packetDestination, packetSource } from './text/addresses.ts';
import { hexDump } from './text/hex-dump.ts';
import { hasPorts } from './text/protocol-name.ts';
import { fastTime } from './text/timestamp.ts';
import { openWriter } from './writer.ts';

const TCP = 6;
const SCTP = 132;
const RULER = '+================\n';
/** Where values begin. */
const VALUES = 19;
const STREAM = AlertFlag.streamMatch | AlertFlag.stateMatch;

/** A line: the name, then its value in its column. */
const line = (name: string, value: string | number): string => `${`${name}:`.padEnd(VALUES)}${String(value)}\n`;

const truth = (is: boolean): string => (is ? 'TRUE' : 'FALSE');

/** `ALERT SID [00]`: a property of the alert in that place. */
const ofAlert = (name: string, i: number): string => `ALERT ${name} [${String(i).padStart(2, '0')}]`;

class AlertDebug implements Output {
  private readonly writer: RecordWriter;
  private readonly context: OutputContext;

  constructor(writer: RecordWriter, context: OutputContext) {
    this.writer = writer;
    this.context = context;
    context.payloads?.want();
  }

  packet(p: Packet): void {
    const told: number[] = [];
    for (let i = 0; i < p.alerts.count; i++)
      if (!isSilentAlert(p.alerts.signatures[i]!, p.alerts.flags[i]!)) told.push(i);
    if (told.length > 0) this.writer.write(RULER + (p.ipVersion === 0 ? bare(p, told) : this.whole(p, told)));
  }

  flush(): void {
    this.writer.flush();
  }

  reopen(): void {
    this.writer.reopen();
  }

  close(): void {
    this.writer.close();
  }

  private whole(p: Packet, told: readonly number[]): string {
    let text = heading(p);
    text += line('SRC IP', packetSource(p, formatIpv6)) + line('DST IP', packetDestination(p, formatIpv6));
    text += line('PROTO', p.proto);
    if (hasPorts(p.proto) && p.l4Offset >= 0 && p.proto !== SCTP) text += portsText(p);
    const direction = (flag: number): string => truth(p.flow >= 0 && (p.flags & flag) !== 0);
    text += line('FLOW', `to_server: ${direction(PacketFlag.toServer)}, to_client: ${direction(PacketFlag.toClient)}`);
    if (p.flow >= 0) text += this.flowText(p) + this.variables(p.flow);
    for (const { name, value } of this.context.packetVars) text += line('PKTVAR', name) + dumpOf(value);
    text += bytesText('PACKET', p.data, p.start, p.end);
    text += `${'ALERT CNT:'.padEnd(VALUES + 2)}${String(told.length)}\n`;
    told.forEach((i, n) => {
      text += this.alert(p, i, n);
    });
    return text;
  }

  private flowText(p: Packet): string {
    const { flows } = this.context;
    const f = p.flow;
    const has = (flag: number): string => truth(flows.hasFlag(f, flag));
    const protocol = flows.word(f, F.appProtocol);
    return (
      line('FLOW Start TS', fastTime(flows.double(f, F.startTs))) +
      line('FLOW PKTS TODST', flows.word(f, F.packetsToServer)) +
      line('FLOW PKTS TOSRC', flows.word(f, F.packetsToClient)) +
      line('FLOW Total Bytes', flows.double(f, F.bytesToServer) + flows.double(f, F.bytesToClient)) +
      line('FLOW ACTION', `DROP: ${this.isDropped(p) ? 'TRUE' : has(FlowFlag.actionDrop)}`) +
      `FLOW PAYLOAD: ${has(FlowFlag.noPayloadInspection)}, APP_LAYER: FALSE\n` +
      line('FLOW APP_LAYER', `DETECTED: ${truth(protocol !== 0)}, PROTO ${this.protocol(protocol)}`)
    );
  }

  private protocol(id: number): string {
    return id === 0 ? 'unknown' : this.context.appProtocolName(id);
  }

  /** The drop of this packet that goes for its flow is on the flow when the packet is through. */
  private isDropped({ action, alerts }: Packet): boolean {
    if (!this.context.isInline || (action & (Action.drop | ACTION_REJECT_ANY)) === 0) return false;
    for (let i = 0; i < alerts.count; i++) if ((alerts.flags[i]! & AlertFlag.applyToFlow) !== 0) return true;
    return false;
  }

  private variables(f: number): string {
    const extra = this.context.flows.peekExtra(f);
    if (extra === null) return '';
    let text = '';
    for (const [name, value] of extra.flowvars ?? []) text += line('FLOWVAR', `"${name}" => "${readable(value)}"`);
    for (const [id, value] of extra.flowints ?? []) {
      const name = this.context.flowintName(id);
      if (name !== undefined) text += line('FLOWINT', `"${name}" => ${String(value)}`);
    }
    for (const id of extra.flowbits ?? []) {
      const name = this.context.flowbitName(id) ?? '';
      if (name !== '') text += line('FLOWBIT', name);
    }
    return text;
  }

  private alert(p: Packet, i: number, n: number): string {
    const { gid, sid, rev, msg, category, priority } = p.alerts.signatures[i]!;
    const flags = p.alerts.flags[i]!;
    const row = (name: string, value: string | number): string =>
      `${`${ofAlert(name, n)}:`.padEnd(VALUES + 2)}${String(value)}\n`;
    let text =
      row('MSG', msg) +
      row('GID', gid) +
      row('SID', sid) +
      row('REV', rev) +
      row('CLASS', category === '' ? '<none>' : category) +
      row('PRIO', priority) +
      row('FOUND IN', placeOf(flags)) +
      row('IN TX', (flags & AlertFlag.tx) === 0 ? 'N/A' : p.alerts.txIds[i]!);
    if (p.payloadLength > 0) text += wideBytes('PAYLOAD', p.data, p.payloadOffset, p.payloadOffset + p.payloadLength);
    if (p.proto === TCP && (flags & STREAM) !== 0) text += this.stream(p);
    return text;
  }

  /** What is there of the stream. */
  private stream(p: Packet): string {
    const { payloads } = this.context;
    if (payloads === undefined) return '';
    const { starts, lengths, data } = payloads.pieces;
    const count = payloads.pieces.open(p);
    let text = '';
    for (let i = 0; i < count; i++) text += wideBytes('STREAM DATA', data, starts[i]!, starts[i]! + lengths[i]!);
    return text;
  }
}

function placeOf(flags: number): string {
  if ((flags & AlertFlag.frame) !== 0) return 'FRAME';
  if ((flags & AlertFlag.stateMatch) !== 0) return 'STATE';
  return (flags & AlertFlag.streamMatch) !== 0 ? 'STREAM' : 'PACKET';
}

function heading(p: Packet): string {
  const number = p.number > 0 ? line('PCAP PKT NUM', p.number) : '';
  return line('TIME', fastTime(p.ts)) + number + line('PKT SRC', PACKET_SOURCES[p.source]!);
}

function portsText(p: Packet): string {
  let text = line('SRC PORT', p.sp) + line('DST PORT', p.dp);
  if (p.proto === TCP) text += line('TCP SEQ', p.tcpSeq >>> 0) + line('TCP ACK', p.tcpAck >>> 0);
  return text;
}

/** A packet without addresses. */
function bare(p: Packet, told: readonly number[]): string {
  let text = heading(p) + line('ALERT CNT', told.length);
  told.forEach((i, n) => {
    const { gid, sid, rev, msg, category, priority } = p.alerts.signatures[i]!;
    text += line(ofAlert('MSG', n), msg) + line(ofAlert('GID', n), gid) + line(ofAlert('SID', n), sid);
    text += line(ofAlert('REV', n), rev) + line(ofAlert('CLASS', n), category === '' ? '(null)' : category);
    text += line(ofAlert('PRIO', n), priority);
  });
  return text + bytesText('PACKET', p.data, p.start, p.end);
}

function bytesText(name: string, data: Uint8Array, start: number, end: number): string {
  return `${line(`${name} LEN`, end - start)}${name}:\n${hexDump(data, start, end)}`;
}

/** The same below an alert, whose values stand further right. */
function wideBytes(name: string, data: Uint8Array, start: number, end: number): string {
  return `${`${name} LEN:`.padEnd(VALUES + 2)}${String(end - start)}\n${name}:\n${hexDump(data, start, end)}`;
}

function dumpOf(value: Uint8Array | string): string {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return hexDump(bytes, 0, bytes.length);
}

function readable(value: Uint8Array | string): string {
  return Buffer.from(value)
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, (char) => `\\x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

export default defineOutput({
  name: 'alert-debug',
  summary: 'All that is known of packets with alerts, their bytes included.',
  create(node: ConfigNode, context: OutputContext): Output {
    return new AlertDebug(openWriter(node, context, 'alert-debug.log'), context);
  },
});
