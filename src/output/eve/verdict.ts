// EVE `verdict`: what happened to the packet in the end, and how it was rejected.
import { ACTION_REJECT_ANY, Action } from '../../framework/packet.ts';
import { isIcmp } from '../text/protocol-name.ts';
import type { OutputContext } from '../../framework/output.ts';
import type { Packet } from '../../framework/packet.ts';

/** A packet that inline mode does not let through. */
export function isDropped(p: Packet, context: OutputContext): boolean {
  return context.isInline && (p.dropReason !== 0 || (p.action & (Action.drop | ACTION_REJECT_ANY)) !== 0);
}

/** `,"verdict":{...}`. */
export function verdictText(p: Packet, context: OutputContext): string {
  const rejected = p.action & ACTION_REJECT_ANY;
  const action = isDropped(p, context) ? 'drop' : (p.action & Action.pass) !== 0 ? 'pass' : 'alert';
  const shadow = action === 'drop' && context.isShadow === true ? ',"shadow":true' : '';
  if (rejected === 0) return `,"verdict":{"action":"${action}"${shadow}}`;
  const target =
    (rejected & Action.rejectBoth) !== 0 ? 'both' : (rejected & Action.rejectDst) !== 0 ? 'to_server' : 'to_client';
  return `,"verdict":{"action":"${action}","reject_target":"${target}","reject":[${rejectKind(p.proto)}]${shadow}}`;
}

function rejectKind(proto: number): string {
  if (proto === 6) return '"tcp-reset"';
  return proto === 17 || isIcmp(proto) ? '"icmp-prohib"' : '';
}
