// NTLMSSP: who logs on, from the AUTHENTICATE message (MS-NLMP section 2.2.1.3).

import { le16, le32, utf16 } from './read.ts';

export interface NtlmUser {
  readonly domain: Uint8Array;
  readonly user: Uint8Array;
  readonly host: Uint8Array;
  /** `10.0 build 19041 rev 15`, '' without. */
  readonly version: string;
  /** Domain, user and host do not lie in that order behind the header. */
  readonly isUnusual: boolean;
}

const SIGNATURE = Buffer.from('NTLMSSP\0');
const AUTHENTICATE = 3;
const FIXED = 64;
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
  const field = (o: number): Uint8Array | null => {
    const length = le16(data, at + o);
    const from = at + le32(data, at + o + 4);
    if (length === 0) return new Uint8Array(0);
    if (from < at + FIXED || from + length > end) return null;
    return (flags & NEGOTIATE_UNICODE) !== 0 ? utf16(data, from, from + length) : data.slice(from, from + length);
  };
  const [domain, user, host] = [field(28), field(36), field(44)];
  if (domain === null || user === null || host === null) return null;
  const [domainAt, userAt, hostAt] = [28, 36, 44].map((o) => le32(data, at + o + 4)) as [number, number, number];
  const isBehind = [12, 20, 28, 36, 44].every((o) => le32(data, at + o + 4) >= FIXED + VERSION);
  const hasVersion = (flags & NEGOTIATE_VERSION) !== 0 && at + FIXED + VERSION <= end && isBehind;
  return {
    domain,
    user,
    host,
    version: hasVersion ? versionText(data, at + FIXED) : '',
    isUnusual: domainAt > userAt || userAt > hostAt,
  };
}

function versionText(data: Uint8Array, at: number): string {
  return `${String(data[at])}.${String(data[at + 1])} build ${String(le16(data, at + 2))} rev ${String(data[at + 7])}`;
}
