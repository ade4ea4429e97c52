// What a rule as a whole must not be: keywords that are fine alone and cannot hold together.

import { RuleError } from '../../framework/keyword.ts';
import { SigFlag } from '../../framework/signature.ts';
import type { RuleBuilder } from './signature-builder.ts';

/** Header buffers that only some protocols of rules can have; all can be asked for under `ip`. */
const PROTOCOLS_OF: Readonly<Record<string, RegExp>> = {
  'tcp.hdr': /^(tcp|ip|pkthdr|ether)/,
  'udp.hdr': /^(udp|ip|pkthdr|ether)/,
  'icmpv4.hdr': /^(icmp$|icmpv4|ip|pkthdr|ether)/,
  'icmpv6.hdr': /^(icmp$|icmpv6|ip|pkthdr|ether)/,
};

export function checkWhole(builder: RuleBuilder): void {
  checkBuffers(builder);
  checkStreamOnly(builder);
}

function checkBuffers({ chains, ast, flags, meta }: RuleBuilder): void {
  for (const { buffer, elements } of chains) {
    const name = buffer?.name ?? '';
    // what was decoded may be just there
    if (elements.length === 0 && buffer?.source !== 'base64')
      throw new RuleError(
        `rule ${meta.sid} setup buffer ${name} but didn't add matches to it`,
        `a content belongs after ${name}`,
      );
    if (buffer?.needsDirection === true && (flags & (SigFlag.toServer | SigFlag.toClient)) === 0)
      throw new RuleError(
        `${name} signature without a flow direction`,
        'flow:to_server for what requests have, flow:to_client for responses',
      );
    // application layers say themselves what carries them
    const allowed = Object.hasOwn(PROTOCOLS_OF, name) ? PROTOCOLS_OF[name] : undefined;
    if (allowed?.test(ast.protocol.text.toLowerCase()) === false && !isAppProtocol(ast.protocol.text))
      throw new RuleError(`${name} is not in packets of protocol ${ast.protocol.text}`);
  }
}

function isAppProtocol(protocol: string): boolean {
  return !/^(tcp|udp|icmp|ip|sctp|igmp|arp|ether|pkthdr)/i.test(protocol);
}

function checkStreamOnly({ flags, ast, chains }: RuleBuilder): void {
  const isStreamOnly = (flags & SigFlag.onlyStream) !== 0 || ast.protocol.text.toLowerCase() === 'tcp-stream';
  if (!isStreamOnly) return;
  if ((flags & SigFlag.requirePacket) === 0 && !chains.some(({ buffer }) => buffer?.source === 'packet')) return;
  throw new RuleError(
    "can't mix packet keywords with tcp-stream or flow:only_stream.  Invalidating signature.",
    'keywords about single packets have nothing to look at in a stream',
  );
}
