// EVE `drop`: packets that inline mode did not let through, with the header values that tell why and which.
import { ACTION_REJECT_ANY, Action, DROP_REASONS, PacketFlag } from '../../framework/packet.ts';
import { isIcmp } from '../text/protocol-name.ts';
import { directionText } from './alert.ts';
import { SignatureTexts } from './signature-text.ts';
import { isDropped, verdictText } from './verdict.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { Packet } from '../../framework/packet.ts';
import type { EveRecord } from './record.ts';

const LOGGED = 'eve-drop-logged';

export class DropEvents {
  private readonly record: EveRecord;
  private readonly withAlerts: boolean;
  private readonly withVerdict: boolean;
  private readonly startOnly: boolean;
  private readonly texts = new SignatureTexts({ metadata: false, references: false, raw: false });

  constructor(record: EveRecord, node: ConfigNode | undefined) {
    this.record = record;
    this.withAlerts = node?.bool('alerts', true) ?? true;
    this.withVerdict = node?.bool('verdict', false) ?? false;
    this.startOnly = (node?.choice('flows', ['start', 'all'], 'start') ?? 'start') === 'start';
  }

  packet(p: Packet): string {
    const { context } = this.record;
    if (!isDropped(p, context) || (p.flags & PacketFlag.pseudoStreamEnd) !== 0) return '';
    if (this.startOnly && this.wasLogged(p)) return '';
    let text = this.record.packet(p, 'drop');
    if (p.flow >= 0) text += directionText(p);
    text += `,"drop":{"len":${String(lengthOf(p))}${networkText(p)}${transportText(p)}${reasonText(p)}}`;
    if (this.withVerdict) text += verdictText(p, context);
    if (this.withAlerts) text += this.alertText(p);
    return text + this.record.end();
  }

  // one record for each direction of a flow
  private wasLogged(p: Packet): boolean {
    if (p.flow < 0) return false;
    const { slots } = this.record.context.flows.extraOf(p.flow);
    const bit = (p.flags & PacketFlag.toClient) !== 0 ? 2 : 1;
    const seen = (slots.get(LOGGED) as number | undefined) ?? 0;
    slots.set(LOGGED, seen | bit);
    return (seen & bit) !== 0;
  }

  private alertText(p: Packet): string {
    const { alerts } = p;
    for (let i = 0; i < alerts.count; i++) {
      const isCause =
        p.dropAlert >= 0 ? p.dropAlert === i : (alerts.actions[i]! & (Action.drop | ACTION_REJECT_ANY)) !== 0;
      const signature = alerts.signatures[i];
      if (isCause && signature) return `,"alert":{"action":"blocked"${this.texts.of(signature).baseText}}`;
    }
    return '';
  }
}

// the length that the IP header gives; IPv6's counts the payload only
function lengthOf(p: Packet): number {
  if (p.ipVersion === 0) return p.end - p.start;
  const at = p.l3Offset;
  const field = p.ipVersion === 6 ? at + 4 : at + 2;
  return (p.data[field]! << 8) | p.data[field + 1]!;
}

function networkText(p: Packet): string {
  if (p.ipVersion === 4) return `,"tos":${String(p.tos)},"ttl":${String(p.ttl)},"ipid":${String(p.ipId)}`;
  if (p.ipVersion !== 6) return '';
  return `,"tc":${String(p.tos)},"hoplimit":${String(p.ttl)},"flowlbl":${String(p.ip6FlowLabel)}`;
}

function transportText(p: Packet): string {
  if (p.l4Offset < 0) return '';
  if (p.proto === 17) return `,"udplen":${String(p.udpLength)}`;
  if (isIcmp(p.proto)) return p.icmpHasId === 0 ? '' : `,"icmp_id":${String(p.icmpId)},"icmp_seq":${String(p.icmpSeq)}`;
  return p.proto === 6 ? tcpText(p) : '';
}

function tcpText(p: Packet): string {
  const has = (bit: number): string => String((p.tcpFlags & bit) !== 0);
  return (
    `,"tcpseq":${String(p.tcpSeq >>> 0)},"tcpack":${String(p.tcpAck >>> 0)},"tcpwin":${String(p.tcpWindow)}` +
    `,"syn":${has(2)},"ack":${has(16)},"psh":${has(8)},"rst":${has(4)},"urg":${has(32)},"fin":${has(1)}` +
    `,"tcpres":${String(p.tcpReserved)},"tcpurgp":${String(p.tcpUrgentPointer)}`
  );
}

function reasonText(p: Packet): string {
  const reason = p.dropReason === 0 ? 'rules' : DROP_REASONS[p.dropReason]!;
  return `,"reason":"${reason}"`;
}
