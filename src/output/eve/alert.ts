// EVE `alert`: one record for each signature that matched, and `packet` records of tagged flows.
import { F } from '../../framework/flows.ts';
import { ACTION_REJECT_ANY, Action, AlertFlag, PACKET_SOURCES, PacketFlag } from '../../framework/packet.ts';
import { SigFlag } from '../../framework/signature.ts';
import { packetDestination, packetSource } from '../text/addresses.ts';
import type { Ip6Text } from '../text/addresses.ts';
import type { Capture } from '../../framework/detect-context.ts';
import { base64, printable, quote } from '../../base/json-text.ts';
import { JsonText } from '../../base/json-writer.ts';
import { hasPorts, protocolName } from '../text/protocol-name.ts';
import { eveTime } from '../text/timestamp.ts';
import { fileMembers } from './fileinfo.ts';
import { captureText } from './metadata.ts';
import { packetBytes } from './packet-bytes.ts';
import { frameText } from './frame.ts';
import { sctpText } from './sctp.ts';
import { SignatureTexts } from './signature-text.ts';
import { TransactionContext } from './transaction.ts';
import { verdictText } from './verdict.ts';
import type { Packet } from '../../framework/packet.ts';
import type { Signature } from '../../framework/signature.ts';
import type { Transaction } from '../../framework/transaction.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { EveRecord } from './record.ts';

const DEFAULT_PAYLOAD = 4096;
const TCP = 6;
const STREAM = AlertFlag.streamMatch | AlertFlag.stateMatch;

interface AlertOptions {
  readonly payload: boolean;
  readonly payloadPrintable: boolean;
  readonly payloadLength: boolean;
  readonly payloadLimit: number;
  readonly packet: boolean;
  readonly taggedPackets: boolean;
  readonly verdict: boolean;
  readonly flow: boolean;
  readonly appLayer: boolean;
  readonly metadata: boolean;
  readonly references: boolean;
  readonly raw: boolean;
}

function readOptions(node: ConfigNode | undefined): AlertOptions {
  const is = (path: string, fallback: boolean): boolean => node?.bool(path, fallback) ?? fallback;
  const mapping = node?.get('metadata');
  const all = mapping === undefined || mapping.children.size > 0 || is('metadata', true);
  return {
    payload: is('payload', false),
    payloadPrintable: is('payload-printable', false),
    payloadLength: is('payload-length', false),
    payloadLimit: node?.size('payload-buffer-size', DEFAULT_PAYLOAD) ?? DEFAULT_PAYLOAD,
    packet: is('packet', false),
    taggedPackets: is('tagged-packets', true),
    verdict: is('verdict', false),
    flow: is('metadata.flow', all),
    appLayer: is('metadata.app-layer', all),
    metadata: is('metadata.rule.metadata', all),
    references: is('metadata.rule.reference', false),
    raw: is('metadata.rule.raw', false),
  };
}

export class AlertEvents {
  private readonly record: EveRecord;
  private readonly options: AlertOptions;
  private readonly texts: SignatureTexts;
  private readonly protocols = new TransactionContext();

  constructor(record: EveRecord, node: ConfigNode | undefined) {
    this.record = record;
    this.options = readOptions(node);
    this.texts = new SignatureTexts(this.options);
  }

  /** All alert records of the packet, each with its line end; '' for none. */
  packet(p: Packet): string {
    let text = '';
    let header = '';
    let tail = '';
    const { count } = p.alerts;
    for (let i = 0; i < count; i++) {
      const signature = p.alerts.signatures[i]!;
      if (isSilent(signature, p.alerts.flags[i]!)) continue;
      if (header === '') {
        header = this.record.packet(p, 'alert');
        tail = this.context(p);
      }
      text +=
        header + this.alert(p, i, signature) + this.transaction(p, i) + tail + this.payload(p, i) + this.ending(p);
    }
    if (this.options.taggedPackets && (p.flags & PacketFlag.tagged) !== 0) text += this.tagged(p);
    return text;
  }

  private alert(p: Packet, i: number, signature: Signature): string {
    const known = this.texts.of(signature);
    const flags = p.alerts.flags[i]!;
    let tx = (flags & AlertFlag.tx) !== 0 ? `,"tx_id":${String(p.alerts.txIds[i]!)}` : '';
    if ((flags & AlertFlag.txGuessed) !== 0) tx += ',"tx_guessed":true';
    return `${tx},"alert":{"action":"${this.actionOf(p, i)}"${known.base}${sourceAndTarget(p, signature, this.record.ip6)}${known.rest}${contextText(p.alerts.contexts[i]!)}}`;
  }

  private actionOf(p: Packet, i: number): string {
    const flags = p.alerts.flags[i]!;
    const asked = (flags & AlertFlag.rateFilterModified) !== 0 ? p.action : p.alerts.actions[i]!;
    const isBlocked =
      (asked & ACTION_REJECT_ANY) !== 0 || ((asked & Action.drop) !== 0 && this.record.context.isInline);
    return isBlocked ? 'blocked' : 'allowed';
  }

  // tunnel, app_proto, direction, flow: the same for all alerts of the packet
  private context(p: Packet): string {
    let text =
      p.parent !== null && (p.flags & PacketFlag.tunnelInner) !== 0 ? tunnelText(p, p.parent, this.record) : '';
    text += sctpText(p);
    if (p.flow < 0) return text;
    text += this.record.appProtocol(p.flow) + directionText(p);
    return this.options.flow ? text + this.flowText(p.flow) : text;
  }

  /** What the protocol says of the transaction that matched. */
  private transaction(p: Packet, i: number): string {
    const frame = (p.alerts.flags[i]! & AlertFlag.frame) === 0 ? null : p.alerts.frames[i]!;
    const text = frame === null ? '' : `,${frameText(frame, p.proto === TCP)}`;
    if (!this.options.appLayer || (p.alerts.flags[i]! & AlertFlag.tx) === 0) return text;
    const app = this.record.context.appOf(p.flow);
    const tx = app?.transaction(p.alerts.txIds[i]!);
    return !app || tx === undefined ? text : text + this.protocols.text(app, tx) + filesText(p, tx);
  }

  private flowText(f: number): string {
    const { flows } = this.record.context;
    const ports = hasPorts(flows.proto(f))
      ? `,"src_port":${String(flows.sourcePort(f))},"dest_port":${String(flows.destinationPort(f))}`
      : '';
    return (
      `,"flow":{"pkts_toserver":${String(flows.word(f, F.packetsToServer))},"pkts_toclient":${String(flows.word(f, F.packetsToClient))}` +
      `,"bytes_toserver":${String(flows.double(f, F.bytesToServer))},"bytes_toclient":${String(flows.double(f, F.bytesToClient))}` +
      `,"start":"${eveTime(flows.double(f, F.startTs))}","src_ip":"${this.record.flowAddress(f, F.src)}"` +
      `,"dest_ip":"${this.record.flowAddress(f, F.dst)}"${ports}}`
    );
  }

  private payload(p: Packet, i: number): string {
    const { options } = this;
    if (p.ipVersion === 0 || !(options.payload || options.payloadPrintable || options.payloadLength)) return '';
    let data = p.data;
    let offset = p.payloadOffset;
    let length = p.payloadLength;
    let isStream = 0;
    const { payloads } = this.record.context;
    if ((p.alerts.flags[i]! & STREAM) !== 0 && p.proto === TCP) {
      isStream = 1;
      const found = payloads?.open(p, options.payloadLimit) ?? 0;
      if (found > 0 && payloads !== undefined) ({ data, offset } = payloads);
      if (found > 0) length = found;
    }
    return this.payloadText(data, offset, length, isStream);
  }

  private payloadText(data: Uint8Array, offset: number, length: number, isStream: number): string {
    const { options } = this;
    const shown = Math.min(length, options.payloadLimit);
    let text = '';
    if (options.payload && shown > 0) text += `,"payload":"${base64(data, offset, shown)}"`;
    if (options.payloadLength) text += `,"payload_length":${String(length)}`;
    if (options.payloadPrintable && shown > 0) text += `,"payload_printable":"${printable(data, offset, shown)}"`;
    return `${text},"stream":${String(isStream)}`;
  }

  private ending(p: Packet): string {
    let text = this.options.packet ? packetBytes(p) : '';
    if (this.options.verdict) text += verdictText(p, this.record.context);
    return text + this.record.end();
  }

  private tagged(p: Packet): string {
    return this.record.packet(p, 'packet') + packetBytes(p) + this.record.end();
  }
}

/** An alert that has its effect but is not told: suppressed, or of a `noalert` rule. */
export function isSilent(signature: Signature, flags: number): boolean {
  return (flags & AlertFlag.suppressed) !== 0 || (signature.flags & SigFlag.noAlert) !== 0;
}

/** `,"context":{...}`: what pcre captured for the alert, and what data sets know. */
function contextText(captures: readonly Capture[] | null): string {
  if (captures === null) return '';
  return `,"context":{${captures.map(({ name, value }) => `${quote(name)}:${typeof value === 'string' ? value : captureText(value)}`).join(',')}}`;
}

/** `,"direction":"to_server"` of a packet in a flow. */
export function directionText(p: Packet): string {
  return (p.flags & PacketFlag.toClient) !== 0 ? ',"direction":"to_client"' : ',"direction":"to_server"';
}

/** `,"files":[...]`: those of the transaction in the packet's direction; '' without. */
function filesText(p: Packet, tx: Transaction): string {
  if (tx.files === null) return '';
  const direction = (p.flags & PacketFlag.toClient) !== 0 ? 1 : 0;
  const records = tx.files
    .filter((file) => file.direction === direction)
    .map((file) => {
      const json = new JsonText();
      fileMembers(json, tx, file);
      return `{${json.text}}`;
    });
  return records.length === 0 ? '' : `,"files":[${records.join(',')}]`;
}

function sourceAndTarget(p: Packet, signature: Signature, ip6: Ip6Text): string {
  if (signature.target === 'none' || p.ipVersion === 0) return '';
  const isPorted = hasPorts(p.proto) && p.l4Offset >= 0;
  const src = `{"ip":"${packetSource(p, ip6)}"${isPorted ? `,"port":${String(p.sp)}` : ''}}`;
  const dst = `{"ip":"${packetDestination(p, ip6)}"${isPorted ? `,"port":${String(p.dp)}` : ''}}`;
  return signature.target === 'src_ip' ? `,"source":${dst},"target":${src}` : `,"source":${src},"target":${dst}`;
}

function tunnelText(p: Packet, outer: Packet, record: EveRecord): string {
  const count =
    record.context.captureFile() !== undefined && outer.number > 0 ? `,"pcap_cnt":${String(outer.number)}` : '';
  return (
    `,"tunnel":{"src_ip":"${packetSource(outer, record.ip6)}","src_port":${String(outer.sp)},"dest_ip":"${packetDestination(outer, record.ip6)}"` +
    `,"dest_port":${String(outer.dp)},"proto":"${protocolName(outer.proto)}","depth":${String(p.recursion)}${count}` +
    `,"pkt_src":"${PACKET_SOURCES[outer.source]!}"}`
  );
}
