// Frames of small TCP sessions between two hosts.
import type { Bytes } from '../support/packets.ts';
import { CLIENT, SERVER, ascii, tcp4 } from '../support/packets.ts';

const there = { src: CLIENT, dst: SERVER };
const back = { src: SERVER, dst: CLIENT };
const ports = { sp: 1000, dp: 80, window: 8192 };
const portsBack = { sp: 80, dp: 1000, window: 8192 };

export const SYN = tcp4({ ...ports, seq: 1, flags: 0x02 }, undefined, there);
export const SYN_ACK = tcp4({ ...portsBack, seq: 100, ack: 2, flags: 0x12 }, undefined, back);
export const ACK = tcp4({ ...ports, seq: 2, ack: 101, flags: 0x10 }, undefined, there);
export const HANDSHAKE = [SYN, SYN_ACK, ACK];

/** Data of the client, the stream's bytes from `at` on. */
export const request = (text: string, at = 0, acked = 0): Bytes =>
  tcp4({ ...ports, seq: 2 + at, ack: 101 + acked, flags: 0x18 }, ascii(text), there);
export const response = (text: string, at = 0, acked = 0): Bytes =>
  tcp4({ ...portsBack, seq: 101 + at, ack: 2 + acked, flags: 0x18 }, ascii(text), back);
/** The server acknowledges the first bytes of the client. */
export const acknowledged = (bytes: number): Bytes =>
  tcp4({ ...portsBack, seq: 101, ack: 2 + bytes, flags: 0x10 }, undefined, back);

export interface Said {
  readonly client?: string;
  readonly server?: string;
}

/** A session in which each side acknowledges what the other said before. */
export function session(...turns: readonly Said[]): Bytes[] {
  const frames = [...HANDSHAKE];
  const sent = { client: 0, server: 0 };
  for (const { client = '', server = '' } of turns) {
    if (client !== '') frames.push(request(client, sent.client, sent.server));
    sent.client += client.length;
    if (server !== '') frames.push(response(server, sent.server, sent.client));
    sent.server += server.length;
  }
  // both sides acknowledge the rest
  frames.push(request('', sent.client, sent.server), response('', sent.server, sent.client));
  return frames;
}
