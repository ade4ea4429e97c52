// Fingerprints of hellos: JA3, JA3S (BSD, Salesforce) and JA4 of clients (BSD, FoxIO).

import { createHash } from 'node:crypto';
import { highestVersion, isGrease } from './hello.ts';
import type { Hello } from './hello.ts';

const joined = (values: readonly number[]): string => values.filter((value) => !isGrease(value)).join('-');

export function ja3Text({ version, ciphers, extensions, groups, pointFormats }: Hello): string {
  return [version, joined(ciphers), joined(extensions), joined(groups), pointFormats.join('-')].join(',');
}

export function ja3sText({ version, ciphers, extensions }: Hello): string {
  return [version, ciphers.join('-'), extensions.join('-')].join(',');
}

/** Digests of the texts seen last: the same clients and servers come again and again. */
class Digests {
  private readonly known = new Map<string, string>();
  private readonly algorithm: 'md5' | 'sha256';

  constructor(algorithm: 'md5' | 'sha256') {
    this.algorithm = algorithm;
  }

  /** In hexadecimal. */
  of(text: string): string {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const digest = createHash(this.algorithm).update(text).digest('hex');
    if (text.length > LONGEST_KEPT) return digest;
    if (this.known.size >= MOST_DIGESTS) this.known.clear();
    this.known.set(text, digest);
    return digest;
  }
}

const MOST_DIGESTS = 4096;
/** Hellos of real programs are shorter; longer ones are made up, and would only take memory. */
const LONGEST_KEPT = 1024;
const md5Digests = new Digests('md5');
const sha256Digests = new Digests('sha256');

export function md5(text: string): string {
  return md5Digests.of(text);
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

/** JA4 of a client hello over TCP (`t`) or QUIC (`q`). */
export function ja4Text(hello: Hello, transport: 't' | 'q'): string {
  const ciphers = hello.ciphers.filter((value) => !isGrease(value));
  const extensions = hello.extensions.filter((value) => !isGrease(value));
  const a =
    transport +
    (VERSIONS[highestVersion(hello)] ?? '00') +
    (hello.sni === null ? 'i' : 'd') +
    count(ciphers.length) +
    count(extensions.length) +
    alpnMark(hello.alpns[0]);
  const others = extensions.filter((value) => value !== SNI && value !== ALPN);
  const signatures = hello.signatures.filter((value) => !isGrease(value)).map(hex);
  // without signature algorithms FoxIO's text drops the line; what is logged elsewhere has it, and must be found again
  return `${a}_${short(sorted(ciphers))}_${short(`${sorted(others)}_${signatures.join(',')}`)}`;
}

const NOTHING = '000000000000';

function count(value: number): string {
  return String(Math.min(value, 99)).padStart(2, '0');
}

function hex(value: number): string {
  return value.toString(16).padStart(4, '0');
}

function sorted(values: readonly number[]): string {
  return values.map(hex).sort().join(',');
}

function short(text: string): string {
  return text === '' ? NOTHING : sha256Digests.of(text).slice(0, 12);
}

/** First and last letter of the first protocol; in hexadecimal where they are none. */
function alpnMark(alpn: Uint8Array | undefined): string {
  if (alpn === undefined || alpn.length === 0) return '00';
  const first = alpn[0]!;
  const last = alpn.at(-1)!;
  if (isAlphanumeric(first) && isAlphanumeric(last)) return String.fromCharCode(first, last);
  return (first >> 4).toString(16) + (last & 15).toString(16);
}

function isAlphanumeric(byte: number): boolean {
  const letter = byte | 32;
  return (byte >= 48 && byte <= 57) || (letter >= 97 && letter <= 122);
}
