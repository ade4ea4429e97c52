// The type of a rule, as engine analysis names it: what kind of event makes the engine look at it.

import { SigFlag } from '../../framework/signature.ts';
import type { RuleType } from '../../framework/signature.ts';
import type { RuleBuilder } from './signature-builder.ts';

export function ruleTypeOf(builder: RuleBuilder): RuleType {
  const { flags } = builder;
  if ((flags & SigFlag.appLayer) !== 0) return 'app_tx';
  if (builder.packetKeywords.length > 0 && builder.packetKeywords.every((name) => name === 'decode-event'))
    return 'de_only';
  if (builder.payload.elements.length === 0 && builder.chains.length === 0 && builder.packetMatches.length === 0) {
    return builder.ast.sourcePort.text === 'any' && builder.ast.destinationPort.text === 'any' ? 'ip_only' : 'pkt';
  }
  const isStream = (flags & SigFlag.requireStream) !== 0;
  const isPacket = (flags & SigFlag.requirePacket) !== 0;
  if (isStream) return isPacket ? 'pkt_stream' : 'stream';
  return 'pkt';
}
