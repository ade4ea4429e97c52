// Headers of DCE/RPC PDUs: connection-oriented (C706 chapter 12.6.3.1) and connectionless (chapter 12.5.1).

import { i32, u16 } from '../../wire/read.ts';

/** Bytes of the common header of connection-oriented PDUs. */
export const CO_HEADER = 16;
/** Bytes of the header of connectionless PDUs. */
export const CL_HEADER = 80;

export const PduType = {
  request: 0,
  response: 2,
  fault: 3,
  /** Of connectionless calls that are not taken. */
  reject: 6,
  bind: 11,
  bindAck: 12,
  bindNak: 13,
  alterContext: 14,
  alterContextResponse: 15,
  auth3: 16,
} as const;

const SENT: readonly [toServer: ReadonlySet<number>, toClient: ReadonlySet<number>] = [
  new Set([PduType.request, PduType.bind, PduType.alterContext, PduType.auth3]),
  new Set([PduType.response, PduType.fault, PduType.bindAck, PduType.bindNak, PduType.alterContextResponse]),
];

/** Whether only the other end sends such a PDU. */
export function isOfOtherEnd(type: number, direction: 0 | 1): boolean {
  return SENT[direction === 0 ? 1 : 0].has(type);
}

/** As EVE has them. */
const TYPE_NAMES = [
  'REQUEST',
  'PING',
  'RESPONSE',
  'FAULT',
  'WORKING',
  'NOCALL',
  'REJECT',
  'ACK',
  'CL_CANCEL',
  'FACK',
  'CANCEL_ACK',
  'BIND',
  'BINDACK',
  'BINDNAK',
  'ALTER_CONTEXT',
  'ALTER_CONTEXT_RESP',
  'AUTH3',
  'SHUTDOWN',
  'CO_CANCEL',
  'ORPHANED',
  'RTS',
] as const;
const LAST_TYPE = TYPE_NAMES.length - 1;

export function pduTypeName(type: number): string {
  return TYPE_NAMES[type] ?? `UNKNOWN (${String(type)})`;
}

/** Bits of the flags of connection-oriented PDUs. */
export const PduFlag = { first: 0x01, last: 0x02 } as const;

/** A connection-oriented PDU's header; reused. */
export class CoHeader {
  type = 0;
  flags = 0;
  isLittle = false;
  /** Bytes of the fragment, this header included. */
  length = 0;
  callId = 0;
  /** Minor version. */
  minor = 0;

  /** From 16 bytes at `at`, whatever type and label they have; false when they are none. */
  read(data: Uint8Array, at: number): boolean {
    if (!isVersion5(data, at)) return false;
    this.minor = data[at + 1]!;
    this.type = data[at + 2]!;
    this.flags = data[at + 3]!;
    this.isLittle = isLittleEndian(data, at + 4);
    this.length = number16(data, at + 8, this.isLittle);
    this.callId = number32(data, at + 12, this.isLittle);
    return this.length >= CO_HEADER;
  }
}

function isVersion5(data: Uint8Array, at: number): boolean {
  return data[at] === 5 && data[at + 1]! <= 1;
}

/** What a header is known by: version 5 and a format label. */
export function isCoHeader(data: Uint8Array, at: number): boolean {
  return isVersion5(data, at) && isRepresentation(data, at + 4);
}

/** Whether there is such a type. */
export function isPduType(type: number): boolean {
  return type <= LAST_TYPE;
}

/** NDR format label (C706 chapter 14.1): integer and character order, then the floating-point format. */
export function isRepresentation(data: Uint8Array, at: number): boolean {
  return (data[at]! & 0xee) === 0 && data[at + 1]! <= 3;
}

/** Order of integers that a format label names. */
export function isLittleEndian(data: Uint8Array, at: number): boolean {
  return (data[at]! & 0x10) !== 0;
}

export function number16(data: Uint8Array, at: number, isLittle: boolean): number {
  return isLittle ? data[at]! | (data[at + 1]! << 8) : u16(data, at);
}

/** Unsigned. */
export function number32(data: Uint8Array, at: number, isLittle: boolean): number {
  if (!isLittle) return i32(data, at) >>> 0;
  return (data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24)) >>> 0;
}
