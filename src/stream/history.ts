// History: Zeek's letters of what a TCP connection did, and its conclusion in one word (conn_state).

import type { Packet } from '../framework/packet.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { Sessions } from './sessions.ts';
import { CLIENT, D, S, SERVER, SessionFlag, STRIDE } from './sessions.ts';
import { TcpFlag } from './states.ts';

const MAX_LETTERS = 32;
const LETTER = {
  syn: 0x53,
  synAck: 0x48,
  ack: 0x41,
  data: 0x44,
  fin: 0x46,
  rst: 0x52,
  inconsistent: 0x49,
  multi: 0x51,
  badChecksum: 0x43,
  retransmission: 0x54,
  zeroWindow: 0x57,
  gap: 0x47,
  flip: 0x5e,
} as const;
/** Bit of a letter in `S.historySeen` (client; the server's are 16 higher). */
const SEEN = {
  syn: 1,
  synAck: 2,
  ack: 4,
  data: 8,
  fin: 16,
  rst: 32,
  inconsistent: 64,
  multi: 128,
  badChecksum: 256,
  flip: 512,
} as const;
/** Place of a ten-bit count in `D.historyScaled`. */
export const Scaled = { retransmission: 0, gap: 10, zeroWindow: 20 } as const;
const SCALED_LETTER: Readonly<Record<number, number>> = {
  0: LETTER.retransmission,
  10: LETTER.gap,
  20: LETTER.zeroWindow,
};

function put(s: Sessions, b: number, letter: number, isClient: boolean): void {
  const n = s.words[b + S.historyLength]!;
  if (n === MAX_LETTERS) return;
  const i = b + S.history + (n >> 2);
  s.words[i] = s.words[i]! | ((isClient ? letter : letter | 0x20) << ((n & 3) * 8));
  s.words[b + S.historyLength] = n + 1;
}

function once(s: Sessions, b: number, bit: number, letter: number, isClient: boolean): void {
  const mask = isClient ? bit : bit << 16;
  if ((s.words[b + S.historySeen]! & mask) !== 0) return;
  s.words[b + S.historySeen] = s.words[b + S.historySeen]! | mask;
  put(s, b, letter, isClient);
}

/** Letters that Zeek repeats at the 1st, 10th and 100th time. */
export function noteScaled(s: Sessions, b: number, d: number, which: number): void {
  const count = (s.words[d + D.historyScaled]! >>> which) & 1023;
  if (count >= 1000) return;
  s.words[d + D.historyScaled] = s.words[d + D.historyScaled]! + (1 << which);
  if (count === 0 || count === 9 || count === 99) put(s, b, SCALED_LETTER[which]!, d === b + CLIENT);
}

export function noteFlip(s: Sessions, b: number): void {
  once(s, b, SEEN.flip, LETTER.flip, true);
}

/** The ends changed places: what was the client's is the server's from now on, in the letters too (Zeek's "^"). */
export function noteTurn(s: Sessions, b: number): void {
  const seen = s.words[b + S.historySeen]!;
  s.words[b + S.historySeen] = (seen << 16) | (seen >>> 16);
  for (let n = 0; n < s.words[b + S.historyLength]!; n++) {
    const i = b + S.history + (n >> 2);
    s.words[i] = s.words[i]! ^ (0x20 << ((n & 3) * 8));
  }
  noteFlip(s, b);
}

/** Notes what the flags and payload of a packet say. */
export function notePacket(s: Sessions, b: number, p: Packet): void {
  const isClient = (p.flags & PacketFlag.toServer) !== 0;
  const flags = p.tcpFlags;
  if ((flags & (TcpFlag.syn | TcpFlag.fin | TcpFlag.rst)) === 0) {
    if (p.payloadLength > 0) once(s, b, SEEN.data, LETTER.data, isClient);
    else if ((flags & TcpFlag.ack) !== 0) once(s, b, SEEN.ack, LETTER.ack, isClient);
    if (p.tcpWindow === 0) noteScaled(s, b, b + (isClient ? CLIENT : SERVER), Scaled.zeroWindow);
    return;
  }
  noteControl(s, b, flags, isClient);
  if (p.payloadLength > 0) once(s, b, SEEN.data, LETTER.data, isClient);
}

function noteControl(s: Sessions, b: number, flags: number, isClient: boolean): void {
  const isSyn = (flags & TcpFlag.syn) !== 0;
  const isFin = (flags & TcpFlag.fin) !== 0;
  const isRst = (flags & TcpFlag.rst) !== 0;
  if (isSyn && (isFin || isRst)) once(s, b, SEEN.multi, LETTER.multi, isClient);
  else if (isFin && isRst) once(s, b, SEEN.inconsistent, LETTER.inconsistent, isClient);
  if (isSyn && (flags & TcpFlag.ack) !== 0) once(s, b, SEEN.synAck, LETTER.synAck, isClient);
  else if (isSyn) once(s, b, SEEN.syn, LETTER.syn, isClient);
  if (isFin) once(s, b, SEEN.fin, LETTER.fin, isClient);
  if (isRst) once(s, b, SEEN.rst, LETTER.rst, isClient);
}

export function noteBadChecksum(s: Sessions, b: number, p: Packet): void {
  once(s, b, SEEN.badChecksum, LETTER.badChecksum, (p.flags & PacketFlag.toServer) !== 0);
}

/** The letters so far: upper case from the client, lower case from the server. */
export function historyText(s: Sessions, t: number): string {
  const b = t * STRIDE;
  let text = '';
  for (let n = 0; n < s.words[b + S.historyLength]!; n++) {
    const code = (s.words[b + S.history + (n >> 2)]! >>> ((n & 3) * 8)) & 0xff;
    text += code === (LETTER.flip | 0x20) ? '^' : String.fromCharCode(code);
  }
  return text;
}

/** Zeek's conn_state of the session as it stands. */
export function connStateText(s: Sessions, t: number): string {
  const b = t * STRIDE;
  const seen = s.words[b + S.historySeen]!;
  const flags = s.words[b + S.flags]!;
  const client = (bit: number): boolean => (seen & bit) !== 0;
  const server = (bit: number): boolean => ((seen >>> 16) & bit) !== 0;
  const isAnswered = server(SEEN.synAck) || (server(SEEN.syn) && client(SEEN.syn));
  if (client(SEEN.syn) && isAnswered) return connected(flags, client(SEEN.fin), server(SEEN.fin));
  if (client(SEEN.syn)) {
    if (server(SEEN.rst)) return 'REJ';
    if (client(SEEN.rst)) return 'RSTOS0';
    return client(SEEN.fin) ? 'SH' : 'S0';
  }
  if (server(SEEN.synAck)) {
    if (server(SEEN.rst)) return 'RSTRH';
    if (server(SEEN.fin)) return 'SHR';
  }
  return 'OTH';
}

function connected(flags: number, finByClient: boolean, finByServer: boolean): string {
  if ((flags & SessionFlag.rstByClient) !== 0 && !(finByClient && finByServer)) return 'RSTO';
  if ((flags & SessionFlag.rstByServer) !== 0 && !(finByClient && finByServer)) {
    return (flags & SessionFlag.established) !== 0 ? 'RSTR' : 'REJ';
  }
  if (finByClient && finByServer) return 'SF';
  if (finByClient) return 'S2';
  return finByServer ? 'S3' : 'S1';
}
