// Does a flow begin with a DNS message?

import { Probed } from '../../framework/app-protocol.ts';
import { u16 } from '../../wire/read.ts';
import { HEADER_LENGTH, parseMessage } from '../../wire/dns.ts';

export function probeUdp(data: Uint8Array, start: number, end: number, direction: 0 | 1): number {
  if (end - start < HEADER_LENGTH) return Probed.no;
  if (((u16(data, start + 2) >> 11) & 15) > 7) return Probed.no;
  const message = parseMessage(data, start, end);
  if (message === null || (!message.isResponse && message.questions.length === 0)) return Probed.no;
  return message.isResponse === (direction === 1) ? Probed.yes : Probed.reversed;
}

export function probeTcp(data: Uint8Array, start: number, end: number, direction: 0 | 1): number {
  if (end - start < HEADER_LENGTH + 2) return Probed.more;
  const length = u16(data, start);
  if (length < HEADER_LENGTH) return Probed.no;
  const flags = u16(data, start + 4);
  if (((flags >> 11) & 15) > 7) return Probed.no;
  if (start + 2 + length > end) return ((flags & 0x8000) !== 0) === (direction === 1) ? Probed.yes : Probed.reversed;
  return probeUdp(data, start + 2, start + 2 + length, direction);
}
