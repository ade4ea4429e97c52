// States of a TCP session by name; the numbers are indexes into TCP_STATES.

export const TcpStateId = {
  none: 0,
  listen: 1,
  synSent: 2,
  synRecv: 3,
  established: 4,
  finWait1: 5,
  finWait2: 6,
  timeWait: 7,
  lastAck: 8,
  closeWait: 9,
  closing: 10,
  closed: 11,
} as const;

/** Bits of `Packet.tcpFlags`. */
export const TcpFlag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 } as const;
