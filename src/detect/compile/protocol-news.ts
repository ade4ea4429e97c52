// Rules about the protocol of a flow and nothing else are looked at when it is news: with the packet that showed it, and
// with the next of its direction; where another packet showed it, with that one alone. That it is none that is known is
// news with the packets behind the one that showed it.

import { F } from '../../framework/flows.ts';
import { PacketFlag } from '../../framework/packet.ts';
import type { PacketMatch } from '../../framework/signature.ts';

const PROTOCOLS = [F.appProtocolToServer, F.appProtocolToClient] as const;

/** Whether the packet is one of those; all rules are told the same. */
export const isProtocolNews: PacketMatch = (p, ctx) => {
  if (p.flow < 0) return false;
  const direction = (p.flags & PacketFlag.toServer) !== 0 ? 0 : 1;
  if (ctx.flows.word(p.flow, PROTOCOLS[direction]) === 0) return false;
  const app = ctx.appOf(p.flow);
  if (app === null || app.failedBy === p.number) return false;
  app.news ??= [
    { left: -1, toldWith: -1 },
    { left: -1, toldWith: -1 },
  ];
  const news = app.news[direction];
  if (news.toldWith === p.number) return true;
  if (news.left < 0) news.left = app.shownBy === p.number ? 2 : 1;
  if (news.left === 0) return false;
  news.left--;
  news.toldWith = p.number;
  return true;
};
