// Fingerprints of hellos: JA3, JA3S (BSD, Salesforce) and JA4 of clients (BSD, FoxIO).

import { ByteText } from '../../base/byte-text.ts';
import { digestOf } from '../../base/digest.ts';
import { isGrease } from './grease.ts';

/** What a hello offers, or chooses. */
export interface Lists {
  /** legacy_version */
  readonly version: number;
  readonly ciphers: readonly number[];
  readonly extensions: readonly number[];
  readonly groups: readonly number[];
  readonly pointFormats: readonly number[];
  readonly signatures: readonly number[];
  /** Of supported_versions. */
  readonly versions: readonly number[];
  readonly alpns: readonly Uint8Array[];
}

const COMMA = 0x2c;
const HYPHEN = 0x2d;
const UNDERSCORE = 0x5f;
const text = new ByteText();

function joined(values: readonly number[]): void {
  for (let i = 0; i < values.length; i++) {
    if (i > 0) text.char(HYPHEN);
    text.number(values[i]!);
  }
}

/** The same behind a comma. */
function nextList(values: readonly number[]): void {
  text.char(COMMA);
  joined(values);
}

export function ja3Text({ version, ciphers, extensions, groups, pointFormats }: Lists): string {
  text.length = 0;
  text.number(version);
  nextList(ciphers);
  nextList(extensions);
  nextList(groups);
  nextList(pointFormats);
  return text.toString();
}

/** Of a hello that is cut behind its ciphers. */
export function ja3Begun({ version, ciphers }: Lists): string {
  text.length = 0;
  text.number(version);
  nextList(ciphers);
  return text.toString();
}

export function ja3sText({ version, ciphers, extensions }: Lists): string {
  text.length = 0;
  text.number(version);
  nextList(ciphers);
  nextList(extensions);
  return text.toString();
}

/** Digests of the texts seen last: the same clients and servers come again and again. */
class Digests {
  private readonly known = new Map<string, string>();
  private readonly algorithm: 'md5' | 'sha256';

  constructor(algorithm: 'md5' | 'sha256') {
    this.algorithm = algorithm;
  }

  /** In hexadecimal. */
  of(of: string): string {
    const known = this.known.get(of);
    if (known !== undefined) return known;
    const digest = digestOf(this.algorithm, of);
    if (of.length > LONGEST_KEPT) return digest;
    if (this.known.size >= MOST_DIGESTS) this.known.clear();
    this.known.set(of, digest);
    return digest;
  }
}

const MOST_DIGESTS = 4096;
/** Hellos of real programs are shorter; longer ones are made up, and would only take memory. */
const LONGEST_KEPT = 1024;
const md5Digests = new Digests('md5');
const sha256Digests = new Digests('sha256');

export function md5(of: string): string {
  return md5Digests.of(of);
}

const VERSIONS: Readonly<Record<number, string>> = {
  0x0304: '13',
  0x0303: '12',
  0x0302: '11',
  0x0301: '10',
  0x0300: 's3',
  0x0002: 's2',
};
const SNI = 0;
const ALPN = 16;

/** The highest version that a client offers. */
function highestVersion({ version, versions }: Lists): number {
  return versions.length > 0 ? Math.max(...versions) : version;
}

/** A hello, and what `ja4Lists` says of it. */
interface Offering {
  readonly sni: Uint8Array | null;
  readonly offer: Lists & { readonly ja4Lists: string };
}

/** JA4 of a client hello over TCP (`t`) or QUIC (`q`). */
export function ja4Text({ sni, offer }: Offering, transport: 't' | 'q'): string {
  const { ciphers, extensions, alpns } = offer;
  const version = VERSIONS[highestVersion(offer)] ?? '00';
  const name = sni === null && !extensions.includes(SNI) ? 'i' : 'd';
  const counts = count(ciphers.length) + count(extensions.length);
  return transport + version + name + counts + alpnMark(alpns[0]) + offer.ja4Lists;
}

/** The second and third part, an underscore before each. */
export function ja4Lists({ ciphers, extensions, signatures }: Lists): string {
  text.length = 0;
  sorted(ciphers);
  const first = short();
  text.length = 0;
  sorted(extensions.filter((value) => value !== SNI && value !== ALPN));
  // without signature algorithms FoxIO's text drops the line; what is logged elsewhere has it, and must be found again
  text.char(UNDERSCORE);
  hexList(signatures);
  return `_${first}_${short()}`;
}

const NOTHING = '000000000000';

function count(value: number): string {
  return String(Math.min(value, 99)).padStart(2, '0');
}

function sorted(values: readonly number[]): void {
  hexList(Uint16Array.from(values).sort());
}

/** Numbers of four digits with commas between them. */
function hexList(values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (i > 0) text.char(COMMA);
    text.hexByte(values[i]! >> 8);
    text.hexByte(values[i]!);
  }
}

/** Of what is in `text`. */
function short(): string {
  return text.length === 0 ? NOTHING : sha256Digests.of(text.toString()).slice(0, 12);
}

/** First and last letter of the first protocol; in hexadecimal where they are none. */
function alpnMark(alpn: Uint8Array | undefined): string {
  if (alpn === undefined || alpn.length === 0 || isGreaseName(alpn)) return '00';
  const first = alpn[0]!;
  const last = alpn.at(-1)!;
  if (isAlphanumeric(first) && isAlphanumeric(last)) return String.fromCharCode(first, last);
  return (first >> 4).toString(16) + (last & 15).toString(16);
}

function isGreaseName(alpn: Uint8Array): boolean {
  return alpn.length === 2 && isGrease((alpn[0]! << 8) | alpn[1]!);
}

function isAlphanumeric(byte: number): boolean {
  const letter = byte | 32;
  return (byte >= 48 && byte <= 57) || (letter >= 97 && letter <= 122);
}
