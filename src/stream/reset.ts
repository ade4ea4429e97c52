// Reset: a RST ends a session when the receiver would believe it (RFC 9293, 3.10.7; RFC 5961).

import type { Packet } from '../framework/packet.ts';
import { isResetValid, isTimestampValid } from './checks.ts';
import type { TcpContext } from './context.ts';
import { CLIENT, D, S, SessionFlag, StreamFlag } from './sessions.ts';

/** A reset, valid or not, in any state after the handshake. */
export function takeReset(x: TcpContext, p: Packet, b: number, d: number, peer: number): void {
  if (!isTimestampValid(x, p, b, d) || !isResetValid(x, p, b, d, peer)) {
    x.refuse(p);
    return;
  }
  const w = x.sessions.words;
  const by = d === b + CLIENT ? SessionFlag.rstByClient : SessionFlag.rstByServer;
  w[b + S.flags] = w[b + S.flags]! | by;
  w[peer + D.flags] = w[peer + D.flags]! | StreamFlag.rstReceived;
  x.close(b);
  x.updateAck(p, peer);
  x.settle(p, b, d);
}
