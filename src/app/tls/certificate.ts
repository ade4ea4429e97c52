// X.509 certificates (RFC 5280): what rules and records want to know of them.

import { digestOf } from '../../base/digest.ts';
import { generalNameText, nameText } from './certificate-name.ts';
import { timeOf } from './certificate-time.ts';
import { DerTag, ElementPlace, areElements, oidText, readAll, readElement } from '../../wire/der.ts';
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

const SUBJECT_ALT_NAME = '2.5.29.17';
/** As many as Suricata keeps. */
const MAX_NAMES = 4096;
/** Bytes of a name that is not empty: tag, length, one more. */
const SHORTEST_NAME = 3;

/** Null: not a certificate. @param der its own copy */
export function parseCertificate(der: Buffer): Certificate | null {
  const outer = readElement(der, 0, der.length);
  if (outer?.tag !== DerTag.sequence) return null;
  const tbs = readElement(der, outer.start, outer.end);
  if (tbs?.tag !== DerTag.sequence) return null;
  const parts = readAll(der, tbs.start, tbs.end);
  if (parts === null) return null;
  const from = parts[0]?.tag === 0xa0 ? 1 : 0;
  const [serial, , issuer, validity, subject] = parts.slice(from);
  if (serial?.tag !== DerTag.integer || issuer === undefined || validity === undefined || subject === undefined)
    return null;
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
    const name = generalNameText(der, one);
    if (name !== '') found.push(name);
  }
}

function isAlternativeName(der: Uint8Array, { start, end }: Element): boolean {
  return oidText(der, start, end) === SUBJECT_ALT_NAME;
}
