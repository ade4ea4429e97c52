// `dsize`: length of the packet payload, bytes.

import { integerTest } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { need } from '../detect/content/argument.ts';
import { largestValue } from '../detect/content/largest-value.ts';
import { noteDsize } from '../detect/content/reach.ts';
import { describeInteger } from '../framework/description.ts';
import type { Requirement } from '../framework/description.ts';
import { PacketFlag } from '../framework/packet.ts';
import { SigFlag } from '../framework/signature.ts';
import { parseInteger } from '../rules/index.ts';

/** Packets that never were on the wire. */
const NO_PACKET = PacketFlag.pseudoStreamEnd;

/** Whether a packet must, or must not, have a payload. */
function requirementOf(test: (size: number) => boolean): { requires?: Requirement } {
  if (!test(0)) return { requires: 'payload' };
  return test(1) ? {} : { requires: 'no_payload' };
}

export default defineKeyword({
  name: 'dsize',
  supportsPrefilter: true,
  argument: 'required',
  kind: 'match',
  summary: 'Length of the packet payload, bytes.',
  page: 'rules/payload-keywords.html#dsize',
  examples: [
    'alert tcp any any -> any any (msg:"x"; dsize:100; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; dsize:10<>20; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; dsize:>5; content:"a"; sid:1;)',
  ],
  compile(builder, option) {
    if ((builder.flags & SigFlag.dsize) !== 0) throw new RuleError("can't use 2 or more dsizes in the same sig");
    const match = need(parseInteger(option.value ?? '', 'u16'), 'dsize');
    const test = integerTest(match);
    builder.flags |= SigFlag.dsize;
    // a length ruled out counts as the length meant, as operators of Suricata know it
    noteDsize(builder, match.op === 'ne' ? Number(match.a) : largestValue(match));
    const isAboutPayload = match.op === 'ne' || (!match.op.startsWith('mask') && !test(0));
    const excluded = isAboutPayload ? NO_PACKET | PacketFlag.noPayloadInspection : NO_PACKET;
    const least = isAboutPayload ? 1 : 0;
    builder.addPacketMatch(
      ({ flags, payloadLength }) => (flags & excluded) === 0 && payloadLength >= least && test(payloadLength),
      {
        keyword: 'dsize',
        details: { dsize: describeInteger(match) },
        ...requirementOf(test),
      },
    );
  },
});
