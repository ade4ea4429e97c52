// States of a TCP session by name; the numbers are indexes into TCP_STATES.

export { TcpFlag } from '../wire/tcp.ts';

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
