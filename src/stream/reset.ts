// Reset: a RST ends a session when the receiver would believe it (RFC 9293, 3.10.7; RFC 5961).

import type { Packet } from '../framework/packet.ts';
import { PacketFlag } from '../framework/packet.ts';
import { isAckValid, isResetValid, isTimestampValid } from './checks.ts';
import type { TcpContext } from './context.ts';
import { STREAM_ANOMALY } from './events.ts';
import { BEFORE_RESET, CLIENT, D, S, SessionFlag, StreamFlag } from './sessions.ts';

/** A reset, valid or not, in any state after the handshake. */
export function takeReset(x: TcpContext, p: Packet, b: number, d: number, peer: number): void {
  if (!isTimestampValid(x, p, b, d) || !isResetValid(x, p, b, d, peer)) {
    // inline it goes through: its receiver knows what arrived, and asks where it is in doubt (RFC 5961, 3.2)
    p.flags |= PacketFlag.streamInvalid;
    return;
  }
  const w = x.sessions.words;
  const by = d === b + CLIENT ? SessionFlag.rstByClient : SessionFlag.rstByServer;
  w[b + S.flags] = w[b + S.flags]! | by;
  x.close(b);
  if (isAckValid(x, p, b, peer)) x.updateAck(p, peer);
  else x.event(p, STREAM_ANOMALY.pkt_invalid_ack);
  x.settle(p, b, d);
}

/** The sender of a reset that nobody here could check goes on: it was none of its, and the session is what it was. */
export function undoReset(x: TcpContext, p: Packet, b: number, d: number): void {
  const w = x.sessions.words;
  w[d + D.flags] = w[d + D.flags]! & ~StreamFlag.rstUnproven;
  x.event(p, STREAM_ANOMALY.suspected_rst_inject);
  if ((w[b + S.flags]! & SessionFlag.closedByRst) === 0) return;
  w[b + S.flags] = w[b + S.flags]! & ~SessionFlag.closedByRst;
  x.setState(b, (w[b + S.flags]! >> BEFORE_RESET) & 15);
}
