// Records: what stands before the bytes of SSL and TLS (RFC 8446 section 5.1; SSL 2: draft-hickman-netscape-ssl-00).

import { u16 } from '../../wire/read.ts';
import { TLS_ANOMALY } from './events.ts';
import { isVersion } from './version.ts';

export const Content = { changeCipher: 20, alert: 21, handshake: 22, application: 23, heartbeat: 24 } as const;
export const HEADER = 5;
/** RFC 5246 section 6.2.2: 2^14 bytes and what compression may add. Measured beside Suricata 8.0.8. */
const MAX_RECORD = 16_384 + 1024;
/** Types of messages of SSL 2. */
export const SSL2_ERROR = 0;
const SSL2_CLIENT_HELLO = 1;
const SSL2_SERVER_HELLO = 4;

export const NO_PROBLEM = -1;

export function isKnown(type: number): boolean {
  return type >= Content.changeCipher && type <= Content.heartbeat;
}

/** TLS 1.0 and 1.1 (RFC 2246 section 6): what is of a type that they do not know is passed over. Not what is a text. */
export function mayIgnore(type: number, version: number, length: number): boolean {
  if (version !== 0x0301 && version !== 0x0302) return false;
  return !isKnown(type) && type < FIRST_LETTER && length <= MAX_RECORD;
}

const FIRST_LETTER = 0x40;

/** Id of the anomaly that a record's header is, NO_PROBLEM for none. @param version of the end that sends it */
export function recordProblem(type: number, version: number, length: number): number {
  if (!isKnown(type)) return TLS_ANOMALY.invalid_record_type;
  if (length === 0) return TLS_ANOMALY.invalid_record_length;
  if (!isVersion(version)) return TLS_ANOMALY.invalid_record_version;
  return length <= MAX_RECORD ? NO_PROBLEM : TLS_ANOMALY.invalid_record_length;
}

/** Whether a direction begins with a hello of SSL 2. @param mayBeError it answers one of version 2: with an error, maybe */
export function isSsl2(data: Uint8Array, at: number, end: number, mayBeError: boolean): boolean {
  if (end - at < HEADER || data[at] === Content.handshake || (data[at]! & 0x80) === 0) return false;
  const type = data[at + 2];
  return type === SSL2_CLIENT_HELLO || type === SSL2_SERVER_HELLO || (mayBeError && type === SSL2_ERROR);
}

/** Bytes of the header of an SSL 2 record: two, or three with padding. */
export function ssl2Header(data: Uint8Array, at: number): number {
  return (data[at]! & 0x80) !== 0 ? 2 : 3;
}

/** Bytes behind that header. */
export function ssl2Length(data: Uint8Array, at: number): number {
  const length = u16(data, at);
  return (length & 0x8000) !== 0 ? length & 0x7fff : length & 0x3fff;
}
