// Whether bytes are a certificate (RFC 5280 section 4.1), part by part, and if not what is wrong, by event name.

import { DerTag } from '../../wire/der.ts';
import { timeOf } from './certificate-time.ts';

export type CertificateProblem =
  | 'certificate_invalid_length'
  | 'certificate_invalid_der'
  | 'certificate_invalid_version'
  | 'certificate_invalid_serial'
  | 'certificate_invalid_date'
  | 'invalid_certificate';

const Tag = {
  ...DerTag,
  version: 0xa0,
  extensions: 0xa3,
} as const;
/** Lengths from this on say how many bytes hold the length; this one itself leaves it open. */
const LONG_FORM = 0x80;
const LONGEST_LENGTH = 8;

/** Goes through the elements of one level; the first problem stays. */
class Walk {
  problem: CertificateProblem | null = null;
  /** The element read last. */
  tag = 0;
  start = 0;
  end = 0;
  private readonly der: Uint8Array;
  private at: number;
  private readonly stop: number;

  constructor(der: Uint8Array, at: number, stop: number) {
    this.der = der;
    this.at = at;
    this.stop = stop;
  }

  get isOver(): boolean {
    return this.problem !== null || this.at >= this.stop;
  }

  get nextTag(): number {
    return this.at < this.stop ? this.der[this.at]! : -1;
  }

  /** The next element, of that tag. @param wrong what it means when it has another, @param beyond when it is cut */
  next(tag: number, wrong: CertificateProblem, beyond: CertificateProblem = 'invalid_certificate'): boolean {
    if (this.problem === null) this.read(beyond);
    if (this.problem === null && this.tag !== tag) this.problem = wrong;
    return this.problem === null;
  }

  /** The elements inside the one read last. */
  inside(): Walk {
    return new Walk(this.der, this.start, this.end);
  }

  private read(beyond: CertificateProblem): void {
    const { der, stop } = this;
    let { at } = this;
    if (at + 2 > stop) {
      this.problem = 'certificate_invalid_length';
      return;
    }
    this.tag = der[at]!;
    let length = der[at + 1]!;
    at += 2;
    if (length >= LONG_FORM) {
      const count = length & 0x7f;
      if (count === 0 || count > LONGEST_LENGTH) {
        this.problem = 'certificate_invalid_der';
        return;
      }
      if (at + count > stop) {
        this.problem = 'certificate_invalid_length';
        return;
      }
      length = 0;
      for (const end = at + count; at < end; at++) length = length * 256 + der[at]!;
    }
    this.start = at;
    this.end = this.at = at + length;
    if (this.end > stop) this.problem = beyond;
  }
}

/** Null: it is one. */
export function certificateProblem(der: Uint8Array): CertificateProblem | null {
  const outer = new Walk(der, 0, der.length);
  if (!outer.next(Tag.sequence, 'certificate_invalid_der')) return outer.problem;
  const parts = outer.inside();
  if (!parts.next(Tag.sequence, 'certificate_invalid_der')) return parts.problem;
  const problem = contentProblem(der, parts.inside());
  if (problem !== null) return problem;
  if (parts.next(Tag.sequence, 'invalid_certificate')) parts.next(Tag.bitString, 'invalid_certificate');
  return parts.problem;
}

/** The part that is signed. */
function contentProblem(der: Uint8Array, walk: Walk): CertificateProblem | null {
  const bad = 'certificate_invalid_der';
  if (walk.nextTag === Tag.version && walk.next(Tag.version, bad)) {
    const version = walk.inside();
    if (!version.next(Tag.integer, 'certificate_invalid_version')) return 'certificate_invalid_version';
    if (version.end !== version.start + 1 || der[version.start]! >= 0x80) return 'certificate_invalid_version';
  }
  const serial = 'certificate_invalid_serial';
  if (!walk.next(Tag.integer, serial, serial)) return walk.problem;
  if (!walk.next(Tag.sequence, bad) || !walk.next(Tag.sequence, bad)) return walk.problem; // algorithm, issuer
  if (!walk.next(Tag.sequence, bad)) return walk.problem;
  const validity = walk.inside();
  for (let i = 0; i < 2; i++) if (!isDate(der, validity)) return 'certificate_invalid_date';
  if (!walk.next(Tag.sequence, bad) || !walk.next(Tag.sequence, bad)) return walk.problem; // subject, key
  const key = walk.inside();
  if (!key.next(Tag.sequence, bad)) return key.problem;
  while (!walk.isOver) if (walk.next(walk.nextTag, bad) && walk.tag === Tag.extensions) return extensionsProblem(walk);
  return walk.problem;
}

function isDate(der: Uint8Array, walk: Walk): boolean {
  return walk.next(walk.nextTag, 'certificate_invalid_date') && !Number.isNaN(timeOf(der, walk));
}

function extensionsProblem(outer: Walk): CertificateProblem | null {
  const list = outer.inside();
  if (!list.next(Tag.sequence, 'certificate_invalid_der')) return list.problem;
  const extensions = list.inside();
  while (!extensions.isOver && extensions.next(Tag.sequence, 'invalid_certificate')) {
    const extension = extensions.inside();
    extension.next(Tag.oid, 'invalid_certificate');
    if (extension.nextTag === 1) extension.next(1, 'invalid_certificate'); // whether it is critical
    if (!extension.next(Tag.octetString, 'invalid_certificate')) return extension.problem;
  }
  return extensions.problem;
}
