// EVE `alert`: one record for each signature that matched, and `packet` records of tagged flows.
import { DEFAULT_STATES } from '../../framework/app-protocol.ts';
import { FileState } from '../../framework/file.ts';
import { F } from '../../framework/flows.ts';
import { ACTION_REJECT_ANY, Action, AlertFlag, PACKET_SOURCES, PacketFlag } from '../../framework/packet.ts';
import { packetDestination, packetSource } from '../text/addresses.ts';
import type { Ip6Text } from '../text/addresses.ts';
import type { Capture } from '../../framework/detect-context.ts';
import { part } from '../../base/byte-text.ts';
import type { ByteText } from '../../base/byte-text.ts';
import { base64, printable, quote } from '../../base/json-text.ts';
import { JsonText } from '../../base/json-writer.ts';
import { isSilentAlert } from '../silent-alert.ts';
import { hasPorts, protocolName } from '../text/protocol-name.ts';
import { appendEveTime } from '../text/byte-time.ts';
import { fileMembers } from './fileinfo.ts';
import { captureText } from './metadata.ts';
import { packetBytes } from './packet-bytes.ts';
import { frameText } from './frame.ts';
import { igmpText } from './igmp.ts';
import { sctpText } from './sctp.ts';
import { SignatureTexts } from './signature-text.ts';
import { TransactionContext } from './transaction.ts';
import { verdictText } from './verdict.ts';
import type { Packet } from '../../framework/packet.ts';
import type { Signature } from '../../framework/signature.ts';
import { TO_SERVER as TO_SERVER_DIRECTION } from '../../framework/transaction.ts';
import type { Transaction } from '../../framework/transaction.ts';
import type { Frame } from '../../framework/frame.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { EveRecord } from './record.ts';
import { appendXff, readXff } from './xff.ts';
import type { Xff } from './xff.ts';

const DEFAULT_PAYLOAD = 4096;
const TCP = 6;
const SCTP = 132;
const IGMP = 2;
const TX_ID = part(',"tx_id":');
const BLOCKED = part(',"alert":{"action":"blocked"');
const ALLOWED = part(',"alert":{"action":"allowed"');
const TO_CLIENT = part(',"direction":"to_client"');
const TO_SERVER = part(',"direction":"to_server"');
const PACKETS_TO_SERVER = part(',"flow":{"pkts_toserver":');
const PACKETS_TO_CLIENT = part(',"pkts_toclient":');
const BYTES_TO_SERVER = part(',"bytes_toserver":');
const BYTES_TO_CLIENT = part(',"bytes_toclient":');
const START = part(',"start":"');
const SOURCE_ADDRESS = part('","src_ip":"');
const DESTINATION_ADDRESS = part('","dest_ip":"');
const SOURCE_PORT = part(',"src_port":');
const DESTINATION_PORT = part(',"dest_port":');
const FILES = part(',"files":[');
const QUOTE = part('"');
const CLOSE = part('}');
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
    taggedPackets: is('tagged-packets', false),
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
  private readonly protocols: TransactionContext;
  private readonly hasPayload: boolean;
  private readonly xff: Xff | null;
  private json = new JsonText();

  constructor(record: EveRecord, node: ConfigNode | undefined) {
    this.record = record;
    this.options = readOptions(node);
    this.texts = new SignatureTexts(this.options);
    this.protocols = new TransactionContext(node);
    this.xff = readXff(node, record.settings.xff);
    this.hasPayload = this.options.payload || this.options.payloadPrintable || this.options.payloadLength;
    if (this.hasPayload) record.context.payloads?.want();
  }

  /** Appends all alert records of the packet, each with its line end. */
  append(text: ByteText, p: Packet): void {
    const { count } = p.alerts;
    for (let i = 0; i < count; i++) {
      const signature = p.alerts.signatures[i]!;
      if (isSilentAlert(signature, p.alerts.flags[i]!)) continue;
      const client = this.xff === null || p.flow < 0 ? null : this.clientOf(this.xff, p, i);
      if (client !== null && this.xff!.overwrites) this.record.client = client;
      this.record.appendPacket(text, p, 'alert');
      this.alert(text, p, i, signature, client);
      this.transaction(text, p, i);
      this.context(text, p);
      if (this.hasPayload && p.ipVersion !== 0) text.string(this.payload(p, i));
      if (this.options.packet) text.string(packetBytes(p));
      if (this.options.verdict) text.string(verdictText(p, this.record.context));
      this.record.appendClose(text);
      this.record.client = null;
    }
    if (this.options.taggedPackets && (p.flags & PacketFlag.tagged) !== 0) text.string(this.tagged(p));
  }

  /** What the transaction that matched, or any of the flow, says of the client behind a proxy. */
  private clientOf(xff: Xff, p: Packet, i: number): string | null {
    const app = this.record.context.appOf(p.flow);
    if (app === null) return null;
    if ((p.alerts.flags[i]! & AlertFlag.tx) === 0) return xff.ofFlow(app);
    const tx = app.transaction(p.alerts.txIds[i]!);
    return tx === undefined ? null : xff.of(tx);
  }

  private alert(text: ByteText, p: Packet, i: number, signature: Signature, client: string | null): void {
    const known = this.texts.of(signature);
    const flags = p.alerts.flags[i]!;
    if ((flags & AlertFlag.tx) !== 0) {
      text.part(TX_ID);
      text.number(p.alerts.txIds[i]!);
    }
    if ((flags & AlertFlag.txGuessed) !== 0) text.string(',"tx_guessed":true');
    text.part(this.isBlocked(p, i) ? BLOCKED : ALLOWED);
    text.part(known.base);
    if (signature.target !== 'none') text.string(sourceAndTarget(p, signature, this.record.ip6));
    text.part(known.rest);
    if (p.alerts.contexts[i] !== null) text.string(contextText(p.alerts.contexts[i]!));
    if (client !== null) appendXff(text, client);
    text.part(CLOSE);
  }

  private isBlocked(p: Packet, i: number): boolean {
    if (this.record.context.isShadow === true) return false;
    const flags = p.alerts.flags[i]!;
    const asked = (flags & AlertFlag.rateFilterModified) !== 0 ? p.action : p.alerts.actions[i]!;
    return (asked & ACTION_REJECT_ANY) !== 0 || ((asked & Action.drop) !== 0 && this.record.context.isInline);
  }

  // tunnel, app_proto, direction, flow: the same for all alerts of the packet
  private context(text: ByteText, p: Packet): void {
    if (p.parent !== null && (p.flags & PacketFlag.tunnelInner) !== 0)
      text.string(tunnelText(p, p.parent, this.record));
    if (p.proto === SCTP) text.string(sctpText(p));
    else if (p.proto === IGMP) text.string(igmpText(p));
    if (p.flow < 0) return;
    this.record.appendAppProtocol(text, p.flow);
    text.part((p.flags & PacketFlag.toClient) !== 0 ? TO_CLIENT : TO_SERVER);
    if (this.options.flow) this.flow(text, p.flow);
  }

  /** What the protocol says of the transaction that matched. */
  private transaction(text: ByteText, p: Packet, i: number): void {
    const flags = p.alerts.flags[i]!;
    const frame = (flags & AlertFlag.frame) === 0 ? null : p.alerts.frames[i]!;
    if (frame !== null) text.string(`,${this.frame(p, frame)}`);
    if (!this.options.appLayer || (flags & AlertFlag.tx) === 0) return;
    const app = this.record.context.appOf(p.flow);
    const tx = app?.transaction(p.alerts.txIds[i]!);
    if (!app || tx === undefined) return;
    text.string(progressText(tx));
    if (this.json.out !== text) this.json = new JsonText(text);
    this.protocols.append(this.json, app, tx);
    if (tx.files !== null) appendFiles(this.json, p, tx);
  }

  private frame(p: Packet, frame: Frame): string {
    const { flows, tcp } = this.record.context;
    if (p.proto !== TCP) return frameText(frame, false);
    const direction = frame.direction === TO_SERVER_DIRECTION ? 'toServer' : 'toClient';
    const t = flows.tcp(p.flow);
    const isAtHole = !frame.isOver && tcp.ordered(t, direction) === frame.offset + frame.seen;
    // the SYN has a number of its own
    const reach = tcp.streamSize(t, direction) - 1;
    return frameText(frame, true, { reach, hole: isAtHole ? tcp.holeSize(t, direction) : 0 });
  }

  private flow(text: ByteText, f: number): void {
    const { flows } = this.record.context;
    text.part(PACKETS_TO_SERVER);
    text.number(flows.word(f, F.packetsToServer));
    text.part(PACKETS_TO_CLIENT);
    text.number(flows.word(f, F.packetsToClient));
    text.part(BYTES_TO_SERVER);
    text.number(flows.double(f, F.bytesToServer));
    text.part(BYTES_TO_CLIENT);
    text.number(flows.double(f, F.bytesToClient));
    text.part(START);
    appendEveTime(text, flows.double(f, F.startTs));
    text.part(SOURCE_ADDRESS);
    if (this.record.client === null) this.address(text, f, F.src);
    else text.string(this.record.client);
    text.part(DESTINATION_ADDRESS);
    this.address(text, f, F.dst);
    text.part(QUOTE);
    if (hasPorts(flows.proto(f))) {
      text.part(SOURCE_PORT);
      text.number(flows.sourcePort(f));
      text.part(DESTINATION_PORT);
      text.number(flows.destinationPort(f));
    }
    text.part(CLOSE);
  }

  private address(text: ByteText, f: number, field: number): void {
    const { flows } = this.record.context;
    if (flows.ipVersion(f) !== 6) text.ipv4(flows.word(f, field));
    else text.ipv6(flows.word(f, field), flows.word(f, field + 1), flows.word(f, field + 2), flows.word(f, field + 3));
  }

  private payload(p: Packet, i: number): string {
    const { options } = this;
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

  private tagged(p: Packet): string {
    return this.record.packet(p, 'packet') + packetBytes(p) + this.record.end();
  }
}

/** `,"context":{...}`: what pcre captured for the alert, and what data sets know. */
function contextText(captures: readonly Capture[] | null): string {
  if (captures === null) return '';
  return `,"context":{${captures.map(({ name, value }) => `${quote(name)}:${typeof value === 'string' ? value : captureText(value)}`).join(',')}}`;
}

/** `,"ts_progress":"request_complete","tc_progress":"response_started"`: how far the transaction is by now. */
function progressText({ progress, protocol, state }: Transaction): string {
  const { states = DEFAULT_STATES, subStates } = protocol!.definition;
  const { toServer, toClient } = subStates?.[state.subState ?? ''] ?? states;
  return `,"ts_progress":"${toServer[progress[0]]!}","tc_progress":"${toClient[progress[1]]!}"`;
}

/** `,"direction":"to_server"` of a packet in a flow. */
export function directionText(p: Packet): string {
  return (p.flags & PacketFlag.toClient) !== 0 ? ',"direction":"to_client"' : ',"direction":"to_server"';
}

/** Appends `,"files":[...]`: those of the transaction in the packet's direction; nothing without. */
function appendFiles(json: JsonText, p: Packet, tx: Transaction): void {
  const direction = (p.flags & PacketFlag.toClient) !== 0 ? 1 : 0;
  let isOpen = false;
  for (const file of tx.files!) {
    if (file.direction !== direction) continue;
    if (!isOpen) {
      json.out.part(FILES);
      json.begin();
    }
    isOpen = true;
    json.openElement();
    fileMembers(json, tx, file, FileState.unknown);
    json.close();
  }
  if (isOpen) json.closeArray();
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
