// NTLMSSP: who logs on, from the AUTHENTICATE message (MS-NLMP section 2.2.1.3).

import { le16, le32, utf16 } from './read.ts';

export interface NtlmUser {
  readonly domain: Uint8Array;
  readonly user: Uint8Array;
  readonly host: Uint8Array;
  /** `10.0 build 19041 rev 15`, '' without. */
  readonly version: string;
  /** Domain, user and host do not lie one behind the other in that order. */
  readonly isUnusual: boolean;
}

const SIGNATURE = Buffer.from('NTLMSSP\0');
const AUTHENTICATE = 3;
const FIXED = 64;
/** Offsets of what says where things lie: the answers to the challenge, who and where from, the key of the session. */
const Field = { lanManager: 12, nt: 20, domain: 28, user: 36, host: 44, key: 52 } as const;
const FIELDS = Object.values(Field);
const VERSION = 8;
const NEGOTIATE_UNICODE = 0x01;
const NEGOTIATE_VERSION = 0x02000000;

/** Where a message begins in a security blob, -1 without one. */
export function findNtlmssp(data: Uint8Array, start: number, end: number): number {
  const at = Buffer.from(data.buffer, data.byteOffset + start, end - start).indexOf(SIGNATURE);
  return at < 0 || start + at + SIGNATURE.length + 4 > end ? -1 : start + at;
}

/** @param at of the signature. Undefined: it is another message; null: it is broken */
export function readAuthenticate(data: Uint8Array, at: number, end: number): NtlmUser | null | undefined {
  if (le32(data, at + 8) !== AUTHENTICATE) return undefined;
  if (at + FIXED > end) return null;
  const flags = le32(data, at + 60);
  if (FIELDS.some((field) => !isInside(data, at, end, field))) return null;
  const text = ({ at: from, end: to }: Place): Uint8Array =>
    (flags & NEGOTIATE_UNICODE) !== 0 ? utf16(data, from, to) : data.slice(from, to);
  const [domain, user, host] = [
    placeOf(data, at, Field.domain),
    placeOf(data, at, Field.user),
    placeOf(data, at, Field.host),
  ];
  if (Math.min(domain.at, user.at, host.at) < at + FIXED) return null;
  const isBehind = FIELDS.every((field) => placeOf(data, at, field).at >= at + FIXED + VERSION);
  const hasVersion = (flags & NEGOTIATE_VERSION) !== 0 && at + FIXED + VERSION <= end && isBehind;
  return {
    domain: text(domain),
    user: text(user),
    host: text(host),
    version: hasVersion ? versionText(data, at + FIXED) : '',
    isUnusual: domain.end > user.at || user.end > host.at,
  };
}

interface Place {
  readonly at: number;
  readonly end: number;
}

/** What the field at an offset of the message at `at` stands for: length, room, and offset. */
function placeOf(data: Uint8Array, at: number, field: number): Place {
  const from = at + le32(data, at + field + 4);
  return { at: from, end: from + le16(data, at + field) };
}

function isInside(data: Uint8Array, at: number, end: number, field: number): boolean {
  return placeOf(data, at, field).end <= end;
}

function versionText(data: Uint8Array, at: number): string {
  return `${String(data[at])}.${String(data[at + 1])} build ${String(le16(data, at + 2))} rev ${String(data[at + 7])}`;
}
