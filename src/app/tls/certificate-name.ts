// Names in certificates as text: of subjects and issuers (RFC 5280 section 4.1.2.4), and alternative ones (4.2.1.6).

import { DerTag, oidText, readElement } from '../../wire/der.ts';
import type { Element } from '../../wire/der.ts';
import { OID_NAMES } from './oid-names.ts';

/** Numeric, printable, teletex, IA5, visible, general. */
const BYTE_STRINGS: readonly number[] = [0x12, 0x13, 0x14, 0x16, 0x1a, 0x1b];

/** `C=US, O=Example, CN=www.example.com`, with ` + ` within a set; of what is damaged the parts before. */
export function nameText(der: Buffer, name: Element): string {
  const parts: string[] = [];
  for (let at = name.start; at < name.end;) {
    const set = readElement(der, at, name.end);
    const part = set?.tag === DerTag.set ? setText(der, set) : '';
    if (part === '') break;
    parts.push(part);
    at = set!.end;
  }
  return parts.join(', ');
}

function setText(der: Buffer, { start, end }: Element): string {
  const pairs: string[] = [];
  for (let at = start; at < end;) {
    const pair = readElement(der, at, end);
    const type = pair?.tag === DerTag.sequence ? readElement(der, pair.start, pair.end) : null;
    const value = type?.tag === DerTag.oid ? readElement(der, type.end, pair!.end) : null;
    if (value === null) break;
    const oid = oidText(der, type!.start, type!.end);
    pairs.push(`${OID_NAMES[oid] ?? `OID(${oid})`}=${valueText(der, value)}`);
    at = pair!.end;
  }
  return pairs.join(' + ');
}

function valueText(der: Buffer, { tag, start, end }: Element): string {
  if (tag === DerTag.utf8String) return der.toString('utf8', start, end);
  if (BYTE_STRINGS.includes(tag)) return der.toString('latin1', start, end);
  return tag === DerTag.bmpString ? bmpText(der, start, end) : der.toString('hex', start, end).toUpperCase();
}

/** UTF-16; halves of a character that stand alone are replaced. */
function bmpText(der: Buffer, start: number, end: number): string {
  const whole = start + ((end - start) & ~1);
  const text = Buffer.from(der.subarray(start, whole)).swap16().toString('utf16le');
  return Buffer.from(text).toString();
}

/** Kinds of alternative names, by tag. */
const Kind = { other: 0, mail: 1, host: 2, x400: 3, directory: 4, party: 5, uri: 6, address: 7, id: 8 } as const;

/** '' for what has none, or is of no known kind. */
export function generalNameText(der: Buffer, { tag, start, end }: Element): string {
  switch (tag & 0x1f) {
    case Kind.mail:
    case Kind.host:
    case Kind.uri:
      return plainText(der, start, end);
    case Kind.address:
      return addressText(der.subarray(start, end));
    case Kind.directory:
      return directoryText(der, readElement(der, start, end));
    case Kind.other:
      return otherText(der, readElement(der, start, end));
    case Kind.id:
      return `RegisteredID(${oidText(der, start, end)})`;
    case Kind.x400:
      return 'X400Address(<unparsed>)';
    case Kind.party:
      return 'EDIPartyName(<unparsed>)';
    default:
      return '';
  }
}

/** They are ASCII, and what is not is mostly UTF-8. */
function plainText(der: Buffer, start: number, end: number): string {
  const text = der.toString('utf8', start, end);
  return text.includes('\ufffd') ? der.toString('latin1', start, end) : text;
}

function directoryText(der: Buffer, name: Element | null): string {
  return name?.tag === DerTag.sequence ? `DirectoryName(${nameText(der, name)})` : '';
}

/** What it is, without the value, which may be anything. */
function otherText(der: Buffer, type: Element | null): string {
  return type?.tag === DerTag.oid ? `OtherName(${oidText(der, type.start, type.end)}, [...])` : '';
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups: string[] = [];
  for (let i = 0; i + 1 < bytes.length; i += 2)
    groups.push(((bytes[i]! << 8) | bytes[i + 1]!).toString(16).padStart(4, '0'));
  return groups.join(':');
}
