// EveRecord: the parts that records of all types share, in Suricata's order: header, common options, tail.
import { FAILED_PROTOCOL } from '../../applayer/protocol-table.ts';
import { F } from '../../framework/flows.ts';
import { PACKET_SOURCES, PacketFlag } from '../../framework/packet.ts';
import { ByteText, part } from '../../base/byte-text.ts';
import { formatIpv6, formatIpv6Short } from '../../base/ip.ts';
import { addressText, packetDestination, packetSource } from '../text/addresses.ts';
import type { Ip6Text } from '../text/addresses.ts';
import { appendEveTime } from '../text/byte-time.ts';
import { quote } from '../../base/json-text.ts';
import { hasPorts, isIcmp, protocolName } from '../text/protocol-name.ts';
import { eveTime } from '../text/timestamp.ts';
import { DESTINATION, NO_PORT, SOURCE, appendEnd, appendNamedEnd } from './ends.ts';
import type { FlowSide } from './ends.ts';
import { communityId } from './community-id.ts';
import { flowEther, packetEther } from './ether.ts';
import { Metadata } from './metadata.ts';
import type { OutputContext } from '../../framework/output.ts';
import type { Packet } from '../../framework/packet.ts';
import type { EveSettings } from './settings.ts';

const TIMESTAMP = part('{"timestamp":"');
const QUOTE = part('"');
const FLOW_ID = part(',"flow_id":');
const PCAP_CNT = part(',"pcap_cnt":');
const EVENT_TYPE = part(',"event_type":"');
const END_OF_LINE = part('}\n');
const ESP = 50;
const PROTO = part(',"proto":"');
const IP_V = part('","ip_v":');
const PKT_SRC = PACKET_SOURCES.map((source) => part(`,"pkt_src":"${source}"`));

/** What `metadata` of a record is about. */
const OF_FLOW = { withPacketVars: false } as const;
const OF_PACKET = { withPacketVars: true } as const;

const UNKNOWN_PROTOCOL = ',"app_proto":"unknown"';

export class EveRecord {
  readonly context: OutputContext;
  readonly settings: EveSettings;
  private capturePath: string | undefined;
  private captureText = '';
  /** Texts by the number of a device, and of an application protocol. */
  private readonly deviceParts: Uint8Array[] = [];
  private readonly appParts: Uint8Array[] = [];
  private readonly scratch: ByteText;
  private readonly metadata: Metadata;
  /** How IPv6 addresses are printed. */
  readonly ip6: Ip6Text;
  /** What the next records show in place of the client's address; null: that itself. */
  client: string | null = null;

  constructor(context: OutputContext, settings: EveSettings) {
    this.context = context;
    this.settings = settings;
    this.scratch = new ByteText(settings);
    this.metadata = new Metadata(context);
    this.ip6 = settings.isIp6Short ? formatIpv6Short : formatIpv6;
  }

  /** From `{"timestamp"` to `pkt_src` and the common options, without a closing brace. */
  packet(p: Packet, type: string): string {
    const { scratch } = this;
    scratch.length = 0;
    this.appendPacket(scratch, p, type);
    return scratch.toString();
  }

  /** The same, behind what is in `text`. */
  appendPacket(text: ByteText, p: Packet, type: string): void {
    this.appendStart(text, p, type);
    if (p.ipVersion !== 0) {
      this.appendTuple(text, p, false);
      appendTypeOrSpi(text, p);
    }
    this.appendEnd(text, p, false);
  }

  /** The same for something in the packet's flow, seen from the flow's client, its server, or the packet's sender. */
  appendTransaction(text: ByteText, p: Packet, type: string, addresses: 'flow' | 'server' | 'packet'): void {
    const isToServer = (p.flags & PacketFlag.toServer) !== 0;
    if (addresses === 'packet' || isToServer === (addresses === 'flow')) {
      this.appendPacket(text, p, type);
      return;
    }
    this.appendStart(text, p, type);
    this.appendTuple(text, p, true);
    this.appendEnd(text, p, true);
  }

  /** Up to and with the VLANs. */
  private appendStart(text: ByteText, p: Packet, type: string): void {
    text.part(TIMESTAMP);
    appendEveTime(text, p.ts);
    text.part(QUOTE);
    if (p.flow >= 0) {
      const { flows } = this.context;
      text.part(FLOW_ID);
      text.number(flows.double(p.flow, F.id));
      const parent = flows.double(p.flow, F.parentId);
      if (parent !== 0) text.string(`,"parent_id":${String(parent)}`);
    }
    this.appendDevice(text, p.device);
    if (p.parent === null && p.number > 0 && this.context.captureFile() !== undefined) {
      text.part(PCAP_CNT);
      text.number(p.number);
    }
    text.part(EVENT_TYPE);
    text.string(type);
    text.part(QUOTE);
    if (p.vlanCount > 0) text.string(vlanText(p.vlanCount, p.vlan0, p.vlan1, p.vlan2));
    if (p.vni >= 0 && this.settings.hasVni) text.string(vniText(p.vni));
  }

  /** @param isSwapped the packet's ends exchanged: those of its flow, seen from the other side */
  private appendTuple(text: ByteText, p: Packet, isSwapped: boolean): void {
    const isPorted = hasPorts(p.proto); // 0 where the transport header is broken
    const sp = isPorted ? p.sp : NO_PORT;
    const dp = isPorted ? p.dp : NO_PORT;
    if (this.client !== null) this.appendNamedEnds(text, p, this.client, isSwapped);
    else {
      if (isSwapped) appendEnd(text, SOURCE, p.ipVersion, p.dst0, p.dst1, p.dst2, p.dst3, dp);
      appendEnd(text, isSwapped ? DESTINATION : SOURCE, p.ipVersion, p.src0, p.src1, p.src2, p.src3, sp);
      if (!isSwapped) appendEnd(text, DESTINATION, p.ipVersion, p.dst0, p.dst1, p.dst2, p.dst3, dp);
    }
    text.part(PROTO);
    text.string(protocolName(p.proto));
    text.part(IP_V);
    text.number(p.ipVersion);
  }

  private appendNamedEnds(text: ByteText, p: Packet, client: string, isSwapped: boolean): void {
    const isClientFirst = ((p.flags & PacketFlag.toServer) !== 0) !== isSwapped;
    const first = isSwapped ? packetDestination(p, this.ip6) : packetSource(p, this.ip6);
    const second = isSwapped ? packetSource(p, this.ip6) : packetDestination(p, this.ip6);
    appendNamedEnd(text, SOURCE, isClientFirst ? client : first, isSwapped ? p.dp : p.sp);
    appendNamedEnd(text, DESTINATION, isClientFirst ? second : client, isSwapped ? p.sp : p.dp);
  }

  private appendEnd(text: ByteText, p: Packet, isSwapped: boolean): void {
    text.part(PKT_SRC[p.source]!);
    const { settings } = this;
    if (settings.version !== '') text.string(settings.version);
    if (settings.hasMetadata) this.metadata.append(text, p.flow, OF_PACKET);
    if (settings.hasEther) text.string(packetEther(p, this.context.flows, isSwapped));
    if (settings.hasCommunityId && p.flow >= 0) text.string(this.community(p.flow));
  }

  /** The same for a netflow record. */
  netflow(f: number, side: FlowSide): string {
    const { flows } = this.context;
    let text = `{"timestamp":"${eveTime(this.context.now())}"${flowIds(flows.double(f, F.id), flows.double(f, F.parentId))}`;
    text += `${this.flowDevice(f)},"event_type":"netflow"${this.flowVlans(f)}${this.flowVni(f)}${this.flowTuple(f, side)}`;
    return text + this.flowProtocol(f, 'netflow', side);
  }

  /** `,"in_iface":"eth0"` where the flow was seen, nothing for files. */
  flowDevice(f: number): string {
    return this.device(this.context.flows.word(f, F.device));
  }

  /** The same, behind what is in `text`. */
  appendFlowDevice(text: ByteText, f: number): void {
    this.appendDevice(text, this.context.flows.word(f, F.device));
  }

  /** `,"vlan":[5]`, nothing without. */
  flowVlans(f: number): string {
    const { flows } = this.context;
    const vlan01 = flows.word(f, F.seenVlan01);
    const vlan2 = flows.word(f, F.seenVlan2);
    return vlanText(vlan2 >>> 16, vlan01 & 0xffff, vlan01 >>> 16, vlan2 & 0xffff);
  }

  /** `,"vni":5` where networks of tunnels are told and the flow is in one. */
  flowVni(f: number): string {
    const vni = this.settings.hasVni ? this.context.flows.word(f, F.vni) : -1;
    return vni < 0 ? '' : vniText(vni);
  }

  /** suricata_version, metadata, ether, community_id of a flow record. */
  flowOptions(f: number, side: FlowSide): string {
    const { settings } = this;
    let text = settings.version;
    if (settings.hasMetadata) text += this.metadataText(f);
    if (settings.hasEther) text += flowEther(this.context.flows, f, side);
    if (settings.hasCommunityId) text += this.community(f);
    return text;
  }

  private metadataText(f: number): string {
    const { scratch } = this;
    scratch.length = 0;
    this.metadata.append(scratch, f, OF_FLOW);
    return scratch.toString();
  }

  /** The same, behind what is in `text`, from the client's side. */
  appendFlowOptions(text: ByteText, f: number): void {
    const { settings } = this;
    if (settings.version !== '') text.string(settings.version);
    if (settings.hasMetadata) this.metadata.append(text, f, OF_FLOW);
    if (settings.hasEther) text.string(flowEther(this.context.flows, f, 'toServer'));
    if (settings.hasCommunityId) text.string(this.community(f));
  }

  /** The same as `end`, behind what is in `text`. */
  appendClose(text: ByteText): void {
    if (this.settings.host === '' && !this.settings.hasPcapFile) text.part(END_OF_LINE);
    else text.string(this.end());
  }

  /** host, pcap_filename, the closing brace and the line end. */
  end(): string {
    return `${this.settings.host}${this.settings.hasPcapFile ? this.captureName() : ''}}\n`;
  }

  /** `,"src_ip":...,"dest_port":...` of a flow, from one side. */
  flowTuple(f: number, side: FlowSide): string {
    const { flows } = this.context;
    const source = side === 'toServer' ? F.src : F.dst;
    const a = this.flowAddress(f, source);
    const b = this.flowAddress(f, source === F.src ? F.dst : F.src);
    if (!hasPorts(flows.proto(f))) return `,"src_ip":"${a}","dest_ip":"${b}"`;
    const sp = side === 'toServer' ? flows.sourcePort(f) : flows.destinationPort(f);
    const dp = side === 'toServer' ? flows.destinationPort(f) : flows.sourcePort(f);
    return `,"src_ip":"${a}","src_port":${String(sp)},"dest_ip":"${b}","dest_port":${String(dp)}`;
  }

  /** An address of a flow; `field` is F.src or F.dst. */
  flowAddress(f: number, field: number): string {
    const { flows } = this.context;
    return addressText(
      this.ip6,
      flows.ipVersion(f),
      flows.word(f, field),
      flows.word(f, field + 1),
      flows.word(f, field + 2),
      flows.word(f, field + 3),
    );
  }

  /** `,"app_proto":"http"` and those of the directions and of before where they differ; nothing for unknown. */
  appProtocol(f: number): string {
    return this.protocolText(f, this.context.flows.word(f, F.appProtocol));
  }

  /** The same, behind what is in `text`. */
  appendAppProtocol(text: ByteText, f: number): void {
    const { flows } = this.context;
    const final = flows.word(f, F.appProtocol);
    const isPlain = flows.word(f, F.appProtocolToServer) === final && flows.word(f, F.appProtocolToClient) === final;
    if (isPlain && flows.word(f, F.appProtocolOriginal) === 0)
      text.part((this.appParts[final] ??= part(this.appName('app_proto', final))));
    else text.string(this.appProtocol(f));
  }

  /** The same at the end of a flow: what was left for a protocol that never showed has failed, and which was to come. */
  private lastAppProtocol(f: number): string {
    const final = this.finalProtocol(f);
    const requested = this.context.appOf(f)?.requested ?? null;
    const isAnother = requested !== null && requested !== this.context.appProtocolName(final);
    const text = this.protocolText(f, final);
    return isAnother ? `${text},"app_proto_expected":"${requested}"` : text;
  }

  private finalProtocol(f: number): number {
    const { flows } = this.context;
    const isAnew = flows.word(f, F.appProtocolOriginal) !== 0 && flows.word(f, F.appProtocolToServer) === 0;
    const hasShown = !isAnew || flows.word(f, F.appProtocolToClient) !== 0;
    return hasShown ? flows.word(f, F.appProtocol) : FAILED_PROTOCOL;
  }

  /** `,"app_proto":"http"`: what one side of a flow speaks, the flow's where that is not known; `unknown` at the worst. */
  sideProtocol(f: number, side: FlowSide): string {
    const { flows } = this.context;
    const own = flows.word(f, side === 'toServer' ? F.appProtocolToServer : F.appProtocolToClient);
    const text = this.appName('app_proto', own !== 0 ? own : this.finalProtocol(f));
    return text === '' ? UNKNOWN_PROTOCOL : text;
  }

  private protocolText(f: number, final: number): string {
    const { flows } = this.context;
    let text = this.appName('app_proto', final);
    const toServer = flows.word(f, F.appProtocolToServer);
    const toClient = flows.word(f, F.appProtocolToClient);
    const original = flows.word(f, F.appProtocolOriginal);
    if (toServer !== final) text += this.appName('app_proto_ts', toServer);
    if (toClient !== final) text += this.appName('app_proto_tc', toClient);
    return original === final ? text : text + this.appName('app_proto_orig', original);
  }

  /** Transactions of the protocol that a flow speaks, or spoke last; what it spoke before does not count. */
  transactionCount(f: number): number {
    return this.context.appOf(f)?.parser?.transactionCount ?? 0;
  }

  /** The same, behind what is in `text`. */
  appendLastAppProtocol(text: ByteText, f: number): void {
    const { flows } = this.context;
    const final = flows.word(f, F.appProtocol);
    const original = flows.word(f, F.appProtocolOriginal);
    const isPlain = flows.word(f, F.appProtocolToServer) === final && flows.word(f, F.appProtocolToClient) === final;
    if (isPlain && original === 0) text.part((this.appParts[final] ??= part(this.appName('app_proto', final))));
    else text.string(this.lastAppProtocol(f));
  }

  private appName(key: string, id: number): string {
    const name = id === 0 ? '' : this.context.appProtocolName(id);
    return name === '' ? '' : `,"${key}":"${name}"`;
  }

  private appendDevice(text: ByteText, index: number): void {
    text.part((this.deviceParts[index] ??= new Uint8Array(Buffer.from(this.device(index)))));
  }

  private device(index: number): string {
    const name = this.context.deviceName(index);
    return name === undefined ? '' : `,"in_iface":${quote(name)}`;
  }

  /** `,"proto":"ICMP"` and what ICMP and ESP flows have in place of ports. */
  flowProtocol(f: number, type: 'flow' | 'netflow', side: FlowSide): string {
    const { flows } = this.context;
    const proto = flows.proto(f);
    const text = `,"proto":"${protocolName(proto)}"`;
    if (proto === 50) return `${text},"spi":${String(flows.word(f, F.spi) >>> 0)}`;
    if (!isIcmp(proto)) return text;
    const codes = flows.word(f, F.icmpCodes);
    const own = `,"icmp_type":${String(flows.sourcePort(f))},"icmp_code":${String(codes & 255)}`;
    const peerType = String(flows.destinationPort(f));
    const peerCode = String((codes >>> 8) & 255);
    if (type === 'netflow')
      return text + (side === 'toServer' ? own : `,"icmp_type":${peerType},"icmp_code":${peerCode}`);
    if (flows.word(f, F.packetsToClient) === 0) return text + own;
    return `${text}${own},"response_icmp_type":${peerType},"response_icmp_code":${peerCode}`;
  }

  private community(f: number): string {
    const { flows } = this.context;
    const id = communityId(
      {
        version: flows.ipVersion(f),
        proto: flows.proto(f),
        src: [flows.word(f, F.src), flows.word(f, F.src + 1), flows.word(f, F.src + 2), flows.word(f, F.src + 3)],
        dst: [flows.word(f, F.dst), flows.word(f, F.dst + 1), flows.word(f, F.dst + 2), flows.word(f, F.dst + 3)],
        sourcePort: flows.sourcePort(f),
        destinationPort: isIcmp(flows.proto(f)) ? flows.word(f, F.icmpCodes) & 255 : flows.destinationPort(f),
      },
      this.settings.communityIdSeed,
    );
    return `,"community_id":"${id}"`;
  }

  private captureName(): string {
    const path = this.context.captureFile();
    if (path !== this.capturePath) {
      this.capturePath = path;
      this.captureText = path === undefined ? '' : `,"pcap_filename":${quote(path)}`;
    }
    return this.captureText;
  }
}

function flowIds(id: number, parent: number): string {
  return parent === 0 ? `,"flow_id":${String(id)}` : `,"flow_id":${String(id)},"parent_id":${String(parent)}`;
}

function vlanText(count: number, vlan0: number, vlan1: number, vlan2: number): string {
  if (count === 0) return '';
  if (count === 1) return `,"vlan":[${String(vlan0)}]`;
  if (count === 2) return `,"vlan":[${String(vlan0)},${String(vlan1)}]`;
  return `,"vlan":[${String(vlan0)},${String(vlan1)},${String(vlan2)}]`;
}

function vniText(vni: number): string {
  return `,"vni":${String(vni)}`;
}

function appendTypeOrSpi(text: ByteText, p: Packet): void {
  if (p.l4Offset < 0) return;
  if (isIcmp(p.proto)) text.string(`,"icmp_type":${String(p.icmpType)},"icmp_code":${String(p.icmpCode)}`);
  else if (p.proto === ESP) text.string(`,"spi":${String(p.espSpi >>> 0)}`);
}
