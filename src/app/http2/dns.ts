// DNS over HTTPS (RFC 8484): the DNS message that a body or a target is.

import { parseDnsMessage } from '../../wire/dns.ts';
import type { DnsMessage } from '../../wire/dns.ts';
import type { HeaderField } from './hpack.ts';
import { acceptOf, contentType, methodOf, pathOf } from './parts.ts';

/** A DNS message is not longer (RFC 1035 section 4.2.2). */
const LONGEST = 65_535;
const MEDIA_TYPE = 'application/dns-message';
/** `?dns=...` in base64url (RFC 8484 section 4.1). */
const IN_TARGET = /[?&]dns=([A-Za-z0-9_-]{16,90000})(?:[&#]|$)/;

const QUESTION = 63;
const latin = (bytes: Uint8Array | null): string => (bytes === null ? '' : Buffer.from(bytes).toString('latin1'));

/** Whether a body is said to be a DNS message. */
export function isDnsBody(fields: readonly HeaderField[]): boolean {
  return latin(contentType(fields)).toLowerCase() === MEDIA_TYPE;
}

/** The message that the target of a GET holds; null when there is none. */
export function dnsOfTarget(fields: readonly HeaderField[]): DnsMessage | null {
  const path = pathOf(fields);
  if (!path.includes(QUESTION) || latin(methodOf(fields)) !== 'GET') return null;
  if (!latin(acceptOf(fields)).toLowerCase().includes(MEDIA_TYPE)) return null;
  const match = IN_TARGET.exec(latin(path));
  if (match === null) return null;
  const message = Buffer.from(match[1]!, 'base64url');
  return parseDnsMessage(message, 0, message.length);
}

/** Puts a body together. */
export class DnsBody {
  private bytes = new Uint8Array(512);
  private length = 0;
  isTooLong = false;

  push(data: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > LONGEST) this.isTooLong = true;
    if (this.isTooLong) return;
    if (length > this.bytes.length) {
      const grown = new Uint8Array(Math.min(LONGEST, Math.max(length, this.bytes.length * 2)));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(data.subarray(start, end), this.length);
    this.length = length;
  }

  /** Null when it is no DNS message. */
  get message(): DnsMessage | null {
    return this.isTooLong ? null : parseDnsMessage(this.bytes, 0, this.length);
  }
}
