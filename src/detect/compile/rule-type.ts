// The type of a rule, as engine analysis names it: what kind of event makes the engine look at it.

import { SigFlag } from '../../framework/signature.ts';
import type { RuleType } from '../../framework/signature.ts';
import { isNetworkProtocol } from './protocols.ts';
import type { RuleBuilder } from './signature-builder.ts';

/** @param hasNegatedAddress an address of the header, or a variable in it, has a `!` */
export function ruleTypeOf(builder: RuleBuilder, hasNegatedAddress: boolean): RuleType {
  const { flags } = builder;
  const keywords = builder.packetDescriptions;
  if (builder.txSteps.length > 0 || builder.frameChains.length > 0) return 'app_tx';
  if (builder.payload.elements.length > 0) return payloadType(flags);
  if (builder.chains.length > 0) return 'pkt';
  if (!isNetworkProtocol(builder.ast.protocol.text.toLowerCase())) return keywords.length > 0 ? 'pkt' : 'app_layer';
  if (keywords.length > 0 && keywords.every(({ keyword }) => keyword === 'decode-event')) return 'de_only';
  if (keywords.length > 0 && keywords.every(({ keyword }) => keyword === 'app-layer-protocol')) return 'pd_only';
  if (!isAboutAddresses(builder)) return 'pkt';
  return hasNegatedAddress ? 'like_ip_only' : 'ip_only';
}

function payloadType(flags: number): RuleType {
  const isStream = (flags & SigFlag.requireStream) !== 0;
  const isPacket = (flags & SigFlag.requirePacket) !== 0;
  if (isStream === isPacket) return 'pkt_stream';
  return isStream ? 'stream' : 'pkt';
}

/** Their packets may have no IP addresses. */
const BELOW_IP = ['arp', 'ether'];

function isAboutAddresses(builder: RuleBuilder): boolean {
  if (BELOW_IP.includes(builder.ast.protocol.text.toLowerCase())) return false;
  if ((builder.flags & (SigFlag.toServer | SigFlag.toClient)) !== 0) return false;
  return (
    builder.packetDescriptions.every(({ isPerPacket }) => isPerPacket === false) &&
    builder.postDescriptions.every(({ isPerPacket }) => isPerPacket !== true)
  );
}
