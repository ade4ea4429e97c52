// flow: direction and state of the flow, and whether packets, streams or rebuilt packets count.

import { unquoted } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { PacketFlag } from '../framework/packet.ts';
import { SigFlag } from '../framework/signature.ts';
import type { PacketMatch } from '../framework/signature.ts';

/** Words that exclude one another stand in one group. */
const GROUP: Readonly<Record<string, string>> = {
  to_server: 'direction',
  from_client: 'direction',
  to_client: 'direction',
  from_server: 'direction',
  established: 'state',
  not_established: 'state',
  stateless: 'state',
  only_stream: 'stream',
  no_stream: 'stream',
  only_frag: 'fragments',
  no_frag: 'fragments',
};

function readWords(text: string): Map<string, string> {
  const chosen = new Map<string, string>();
  for (const part of text.split(',')) {
    const word = part.trim().toLowerCase();
    const group = GROUP[word];
    if (group === undefined) throw new RuleError(`invalid flow option "${word}"`, Object.keys(GROUP).join(', '));
    const other = chosen.get(group);
    if (other !== undefined) throw new RuleError(`flow: ${other} and ${word} cannot stand together`);
    chosen.set(group, word);
  }
  return chosen;
}

const established: PacketMatch = (p) => (p.flags & PacketFlag.established) !== 0;
const notEstablished: PacketMatch = (p) => p.flow >= 0 && (p.flags & PacketFlag.established) === 0;
const stateless: PacketMatch = (p) => p.flow >= 0;
const rebuilt: PacketMatch = (p) => p.flow >= 0 && (p.flags & PacketFlag.reassembled) !== 0;
const notRebuilt: PacketMatch = (p) => p.flow >= 0 && (p.flags & PacketFlag.reassembled) === 0;

export default defineKeyword({
  name: 'flow',
  argument: 'required',
  kind: 'state',
  supportsPrefilter: true,
  summary: 'Direction and state of the flow.',
  page: 'rules/flow-keywords.html#flow',
  examples: ['alert tcp any any -> any any (msg:"m"; flow:established,to_server; content:"x"; sid:1;)'],
  compile(builder, option) {
    const words = readWords(unquoted(option));
    if (words.size > 3) throw new RuleError('flow takes at most three words');
    const direction = words.get('direction');
    const state = words.get('state');
    const stream = words.get('stream');
    const fragments = words.get('fragments');
    if (direction !== undefined) {
      const isToServer = direction === 'to_server' || direction === 'from_client';
      if ((builder.flags & (isToServer ? SigFlag.toClient : SigFlag.toServer)) !== 0)
        throw new RuleError(`flow: ${direction} and the other direction cannot stand together`);
      builder.flags |= isToServer ? SigFlag.toServer : SigFlag.toClient;
    }
    if (stream === 'only_stream') builder.flags |= SigFlag.onlyStream;
    if (stream === 'no_stream') builder.flags |= SigFlag.noStream;
    const shared = { keepsStream: true };
    if (state === 'established') builder.addPacketMatch(established, shared);
    if (state === 'not_established') builder.addPacketMatch(notEstablished, shared);
    if (state === 'stateless') builder.addPacketMatch(stateless, shared);
    if (fragments === 'only_frag') builder.addPacketMatch(rebuilt, shared);
    if (fragments === 'no_frag') builder.addPacketMatch(notRebuilt, shared);
    if (state !== undefined || fragments !== undefined) builder.describe({ keyword: 'flow' }, 'flow');
    if (state !== 'stateless' && (state !== undefined || direction !== undefined)) builder.flags |= SigFlag.requireFlow;
  },
});
