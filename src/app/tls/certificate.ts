// X.509 certificates (RFC 5280): what rules and records want to know of them.

import { createHash } from 'node:crypto';
import { timeOf } from './certificate-time.ts';
import { oidText, readAll, readElement } from './der.ts';
import type { Element } from './der.ts';

export interface Certificate {
  readonly der: Uint8Array;
  readonly subject: string;
  readonly issuer: string;
  /** Bytes of the number in hexadecimal, with colons. */
  readonly serial: string;
  /** Seconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SHA-1 of the whole, lower case, with colons. */
  readonly fingerprint: string;
  readonly names: readonly string[];
}

/** Abbreviations of attributes (RFC 4514 and what is usual). */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'streetAddress',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.13': 'description',
  '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode',
  '2.5.4.41': 'name',
  '2.5.4.42': 'GN',
  '2.5.4.43': 'initials',
  '2.5.4.46': 'dnQualifier',
  '1.2.840.113549.1.9.1': 'Email',
  '1.3.6.1.4.1.311.60.2.1.1': 'msJurisdictionLocality',
  '1.3.6.1.4.1.311.60.2.1.2': 'msJurisdictionStateOrProvince',
  '1.3.6.1.4.1.311.60.2.1.3': 'msJurisdictionCountry',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
};
const SUBJECT_ALT_NAME = '2.5.29.17';
const SEQUENCE = 0x30;
const INTEGER = 2;

/** Null: not a certificate. @param der its own copy */
export function parseCertificate(der: Uint8Array): Certificate | null {
  const outer = readElement(der, 0, der.length);
  if (outer?.tag !== SEQUENCE) return null;
  const tbs = readElement(der, outer.start, outer.end);
  if (tbs?.tag !== SEQUENCE) return null;
  const parts = readAll(der, tbs.start, tbs.end);
  if (parts === null) return null;
  const from = parts[0]?.tag === 0xa0 ? 1 : 0;
  const [serial, , issuer, validity, subject] = parts.slice(from);
  if (serial?.tag !== INTEGER || issuer === undefined || validity === undefined || subject === undefined) return null;
  const times = readAll(der, validity.start, validity.end);
  if (times?.length !== 2) return null;
  return {
    der,
    subject: nameText(der, subject),
    issuer: nameText(der, issuer),
    serial: colons(der, serial.start, serial.end).toUpperCase(),
    notBefore: timeOf(der, times[0]!),
    notAfter: timeOf(der, times[1]!),
    fingerprint: colons(createHash('sha1').update(der).digest(), 0, 20),
    names: alternativeNames(der, parts.slice(from)),
  };
}

function colons(data: Uint8Array, start: number, end: number): string {
  const parts: string[] = [];
  for (let i = start; i < end; i++) parts.push(data[i]!.toString(16).padStart(2, '0'));
  return parts.join(':');
}

/** `C=US, O=Example, CN=www.example.com` */
function nameText(der: Uint8Array, name: Element): string {
  const parts: string[] = [];
  for (const set of readAll(der, name.start, name.end) ?? []) {
    for (const pair of readAll(der, set.start, set.end) ?? []) {
      const [type, value] = readAll(der, pair.start, pair.end) ?? [];
      if (type === undefined || value === undefined) continue;
      const oid = oidText(der, type.start, type.end);
      parts.push(`${ATTRIBUTES[oid] ?? oid}=${stringOf(der, value)}`);
    }
  }
  return parts.join(', ');
}

const BMP_STRING = 0x1e;

function stringOf(der: Uint8Array, { tag, start, end }: Element): string {
  const bytes = Buffer.from(der.buffer, der.byteOffset + start, end - start);
  if (tag === BMP_STRING)
    return Buffer.from(bytes.subarray(0, bytes.length & ~1))
      .swap16()
      .toString('utf16le');
  return bytes.toString(tag === 12 ? 'utf8' : 'latin1');
}

function alternativeNames(der: Uint8Array, parts: readonly Element[]): string[] {
  const extensions = parts.find(({ tag }) => tag === 0xa3);
  const list = extensions === undefined ? null : readElement(der, extensions.start, extensions.end);
  if (list === null) return [];
  for (const extension of readAll(der, list.start, list.end) ?? []) {
    const fields = readAll(der, extension.start, extension.end) ?? [];
    const [type] = fields;
    const value = fields.at(-1);
    if (type === undefined || value === undefined || oidText(der, type.start, type.end) !== SUBJECT_ALT_NAME) continue;
    const names = readElement(der, value.start, value.end);
    return names === null
      ? []
      : (readAll(der, names.start, names.end) ?? [])
          .map((name) => generalName(der, name))
          .filter((name) => name !== '');
  }
  return [];
}

/** RFC 5280 section 4.2.1.6: mail, host, URI and address; others are left out. */
function generalName(der: Uint8Array, { tag, start, end }: Element): string {
  const kind = tag & 0x1f;
  const bytes = der.subarray(start, end);
  if (kind === 1 || kind === 2 || kind === 6) return Buffer.from(bytes).toString('latin1');
  if (kind !== 7) return '';
  if (bytes.length === 4) return bytes.join('.');
  const groups: string[] = [];
  for (let i = 0; i + 1 < bytes.length; i += 2)
    groups.push(((bytes[i]! << 8) | bytes[i + 1]!).toString(16).padStart(4, '0'));
  return groups.join(':');
}
