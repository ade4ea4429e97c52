// EVE `drop`: packets that inline mode did not let through, with the header values that tell why and which.
import { ACTION_REJECT_ANY, Action, DROP_REASONS, PacketFlag } from '../../framework/packet.ts';
import { directionText } from './alert.ts';
import { lengthOf, networkText, transportText } from './packet-header.ts';
import { SignatureTexts } from './signature-text.ts';
import { isDropped, verdictText } from './verdict.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { OutputContext } from '../../framework/output.ts';
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
    text += `,"drop":{"len":${String(lengthOf(p))}${networkText(p)}${transportText(p)}${reasonText(p)}${shadowText(context)}}`;
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

/** It went on all the same. */
function shadowText({ isShadow }: OutputContext): string {
  return isShadow === true ? ',"shadow":true' : '';
}

function reasonText(p: Packet): string {
  const reason = p.dropReason === 0 ? 'rules' : DROP_REASONS[p.dropReason]!;
  return `,"reason":"${reason}"`;
}
