// X.509 certificates (RFC 5280): what rules and records want to know of them.

import { digestOf } from '../../base/digest.ts';
import { timeOf } from './certificate-time.ts';
import { ElementPlace, areElements, oidText, readAll, readElement } from '../../wire/der.ts';
import type { Element } from '../../wire/der.ts';

/** Texts of it are made when somebody asks for them. */
export class Certificate {
  readonly der: Buffer;
  private readonly places: Places;
  /** Its names as a member of a record, where one was written. */
  namesMember: Uint8Array | null = null;
  private subjectMade: string | null = null;
  private issuerMade: string | null = null;
  private serialMade: string | null = null;
  private fingerprintMade: string | null = null;
  private namesMade: readonly string[] | null = null;
  private notBeforeMade: number | null = null;
  private notAfterMade: number | null = null;
  private notBeforeTextMade: string | null = null;
  private notAfterTextMade: string | null = null;

  constructor(der: Buffer, places: Places) {
    this.der = der;
    this.places = places;
  }

  get subject(): string {
    return (this.subjectMade ??= nameText(this.der, this.places.subject));
  }

  get issuer(): string {
    return (this.issuerMade ??= nameText(this.der, this.places.issuer));
  }

  /** Bytes of the number in hexadecimal, upper case, with colons. */
  get serial(): string {
    const { start, end } = this.places.serial;
    return (this.serialMade ??= colons(this.der.toString('hex', start, end)).toUpperCase());
  }

  /** Seconds since the epoch. */
  get notBefore(): number {
    return (this.notBeforeMade ??= timeOf(this.der, this.places.notBefore));
  }

  get notAfter(): number {
    return (this.notAfterMade ??= timeOf(this.der, this.places.notAfter));
  }

  /** `2024-01-31T12:00:00`; '' for what is no time. */
  get notBeforeText(): string {
    return (this.notBeforeTextMade ??= timeText(this.notBefore));
  }

  get notAfterText(): string {
    return (this.notAfterTextMade ??= timeText(this.notAfter));
  }

  /** SHA-1 of the whole, lower case, with colons. */
  get fingerprint(): string {
    return (this.fingerprintMade ??= colons(digestOf('sha1', this.der)));
  }

  /** Alternative names of the subject, as many as are kept. */
  get names(): readonly string[] {
    return this.hasMoreNames ? this.allNames.slice(0, MAX_NAMES) : this.allNames;
  }

  /** It has more of them than are kept. */
  get hasMoreNames(): boolean {
    const { extensions } = this.places;
    const couldBe = extensions !== undefined && extensions.end - extensions.start > MAX_NAMES * SHORTEST_NAME;
    return couldBe && this.allNames.length > MAX_NAMES;
  }

  private get allNames(): readonly string[] {
    const { extensions } = this.places;
    return (this.namesMade ??= extensions === undefined ? [] : alternativeNames(this.der, extensions));
  }
}

function timeText(seconds: number): string {
  return Number.isNaN(seconds) ? '' : new Date(seconds * 1000).toISOString().slice(0, 19);
}

/** Where its parts are. */
interface Places {
  readonly serial: Element;
  readonly issuer: Element;
  readonly subject: Element;
  readonly notBefore: Element;
  readonly notAfter: Element;
  readonly extensions: Element | undefined;
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
/** As many as Suricata keeps. */
const MAX_NAMES = 4096;
/** Bytes of a name that is not empty: tag, length, one more. */
const SHORTEST_NAME = 3;
const SEQUENCE = 0x30;
const INTEGER = 2;
const OID = 6;
const SET = 0x31;

/** Null: not a certificate. @param der its own copy */
export function parseCertificate(der: Buffer): Certificate | null {
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
  const extensions = parts.find(({ tag }) => tag === 0xa3);
  return new Certificate(der, {
    serial,
    issuer,
    subject,
    notBefore: times[0]!,
    notAfter: times[1]!,
    extensions,
  });
}

/** Pairs of digits with colons between them. */
function colons(digits: string): string {
  let text = digits.slice(0, 2);
  for (let i = 2; i < digits.length; i += 2) text += `:${digits.slice(i, i + 2)}`;
  return text;
}

/** `C=US, O=Example, CN=www.example.com`; of what is damaged the parts before. */
function nameText(der: Buffer, name: Element): string {
  const parts: string[] = [];
  for (let at = name.start; at < name.end;) {
    const set = readElement(der, at, name.end);
    if (set?.tag !== SET || !addPairs(parts, der, set)) break;
    at = set.end;
  }
  return parts.join(', ');
}

/** False: there is none. */
function addPairs(parts: string[], der: Buffer, { start, end }: Element): boolean {
  const before = parts.length;
  for (let at = start; at < end;) {
    const pair = readElement(der, at, end);
    const type = pair?.tag === SEQUENCE ? readElement(der, pair.start, pair.end) : null;
    const value = type?.tag === OID ? readElement(der, type.end, pair!.end) : null;
    if (value === null) break;
    const oid = oidText(der, type!.start, type!.end);
    parts.push(`${ATTRIBUTES[oid] ?? oid}=${stringOf(der, value)}`);
    at = pair!.end;
  }
  return parts.length > before;
}

const UTF8_STRING = 0x0c;
const BMP_STRING = 0x1e;

function stringOf(der: Buffer, { tag, start, end }: Element): string {
  if (tag !== BMP_STRING) return der.toString(tag === UTF8_STRING ? 'utf8' : 'latin1', start, end);
  const whole = start + ((end - start) & ~1);
  return Buffer.from(der.subarray(start, whole)).swap16().toString('utf16le');
}

function alternativeNames(der: Buffer, extensions: Element): string[] {
  const found: string[] = [];
  const list = readElement(der, extensions.start, extensions.end);
  if (list === null) return found;
  for (const extension of readAll(der, list.start, list.end) ?? []) {
    const fields = readAll(der, extension.start, extension.end) ?? [];
    const [type] = fields;
    const value = fields.at(-1);
    if (type === undefined || value === undefined || !isAlternativeName(der, type)) continue;
    const names = readElement(der, value.start, value.end);
    if (names !== null) addNames(found, der, names);
    return found;
  }
  return found;
}

/** There may be thousands. */
function addNames(found: string[], der: Buffer, { start, end }: Element): void {
  if (!areElements(der, start, end)) return;
  const one = new ElementPlace();
  for (let at = start; at < end; at = one.end) {
    one.read(der, at, end);
    const name = generalName(der, one);
    if (name !== '') found.push(name);
  }
}

function isAlternativeName(der: Uint8Array, { start, end }: Element): boolean {
  return oidText(der, start, end) === SUBJECT_ALT_NAME;
}

/** RFC 5280 section 4.2.1.6: mail, host, URI and address; others are left out. */
function generalName(der: Buffer, { tag, start, end }: Element): string {
  const kind = tag & 0x1f;
  if (kind === 1 || kind === 2 || kind === 6) return der.toString('latin1', start, end);
  if (kind !== 7) return '';
  const bytes = der.subarray(start, end);
  if (bytes.length === 4) return bytes.join('.');
  const groups: string[] = [];
  for (let i = 0; i + 1 < bytes.length; i += 2)
    groups.push(((bytes[i]! << 8) | bytes[i + 1]!).toString(16).padStart(4, '0'));
  return groups.join(':');
}
