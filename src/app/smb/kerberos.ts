// Kerberos in security blobs (RFC 4120 section 5.5.1, inside RFC 4178): for which service, of which realm, a ticket is.

import { readAll, readElement } from '../../wire/der.ts';
import type { Element } from '../../wire/der.ts';

export interface KerberosTicket {
  readonly realm: Uint8Array;
  readonly names: readonly Uint8Array[];
}

const SEQUENCE = 0x30;
const OCTETS = 0x04;
const OID = 0x06;
/** [APPLICATION 0], that of GSS-API tokens. */
const TOKEN = 0x60;
const TICKET = 0x61;
const AP_REQ = 0x6e;
const TOKEN_ID_LENGTH = 2;

const context = (number: number): number => 0xa0 + number;

/** Undefined without a ticket. */
export function readTicket(data: Uint8Array, start: number, end: number): KerberosTicket | undefined {
  const token = mechanismToken(data, start, end);
  if (token === undefined) return undefined;
  const inner = within(data, token, TOKEN);
  const oid = inner === undefined ? null : readElement(data, inner.start, inner.end);
  if (inner === undefined || oid?.tag !== OID) return undefined;
  const request = within(data, { start: oid.end + TOKEN_ID_LENGTH, end: inner.end }, AP_REQ, SEQUENCE);
  const ticket = request && within(data, member(data, request, 3), TICKET, SEQUENCE);
  if (ticket === undefined) return undefined;
  const realm = member(data, ticket, 1);
  const name = within(data, member(data, ticket, 2), SEQUENCE);
  const parts = name && within(data, member(data, name, 1), SEQUENCE);
  const text = realm && readElement(data, realm.start, realm.end);
  if (!text || parts === undefined) return undefined;
  const names = readAll(data, parts.start, parts.end) ?? [];
  return { realm: bytes(data, text), names: names.map((one) => bytes(data, one)) };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** The token of the mechanism that the client prefers, in a NegTokenInit. */
function mechanismToken(data: Uint8Array, start: number, end: number): Range | undefined {
  const whole = within(data, { start, end }, TOKEN);
  const oid = whole && readElement(data, whole.start, whole.end);
  if (whole === undefined || oid?.tag !== OID) return undefined;
  const list = within(data, { start: oid.end, end: whole.end }, context(0), SEQUENCE);
  return list && within(data, member(data, list, 2), OCTETS);
}

/** The contents of elements of these tags, one inside the other. */
function within(data: Uint8Array, range: Range | undefined, ...tags: readonly number[]): Range | undefined {
  let at = range;
  for (const tag of tags) {
    const element = at && readElement(data, at.start, at.end);
    if (element?.tag !== tag) return undefined;
    at = element;
  }
  return at;
}

/** The contents of the member of a sequence that has a number. */
function member(data: Uint8Array, { start, end }: Range, number: number): Range | undefined {
  for (let at = start; at < end;) {
    const element = readElement(data, at, end);
    if (element === null) return undefined;
    if (element.tag === context(number)) return element;
    at = element.end;
  }
  return undefined;
}

function bytes(data: Uint8Array, { start, end }: Element): Uint8Array {
  return data.slice(start, end);
}
