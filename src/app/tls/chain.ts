// CertificateChain: what a Certificate message holds (RFC 5246 section 7.4.2); those of the servers seen last are kept,
// for they send the same again and again.

import { u24 } from '../../wire/read.ts';
import { certificateProblem } from './certificate-shape.ts';
import type { CertificateProblem } from './certificate-shape.ts';
import { parseCertificate } from './certificate.ts';
import type { Certificate } from './certificate.ts';

const NOTHING = new Uint8Array(0);
const NONE: readonly Uint8Array[] = [];

export type ChainProblem = CertificateProblem | 'too_many_subject_alternative_names';

export class CertificateChain {
  /** What is wrong with it, in the order in which it is found. */
  readonly problems: readonly ChainProblem[];
  /** The leaf comes first; null when it is none. */
  readonly leaf: Certificate | null;
  /** The whole message. */
  readonly message: Buffer;
  /** Where the leaf and those behind it begin, each with the length before it. */
  private readonly starts: readonly number[];
  private dersMade: readonly Uint8Array[] | null = null;

  /** @param message its own copy */
  constructor(message: Uint8Array) {
    this.message = Buffer.from(message.buffer, message.byteOffset, message.length);
    const problems: ChainProblem[] = [];
    const starts: number[] = [];
    const end = message.length < 3 ? 0 : 3 + u24(message, 0);
    let leaf: Certificate | null = null;
    // of a list that does not end with the message nothing is read, and nothing said
    for (let at = 3; at < end && end <= message.length;) {
      const stop = at + 3 > end ? Infinity : at + 3 + u24(message, at);
      if (stop > end) {
        problems.push('invalid_certificate');
        break;
      }
      // what can be read is the leaf: those before it do not count
      leaf ??= leafOf(this.message.subarray(at + 3, stop), problems);
      if (leaf !== null && stop > at + 3) starts.push(at);
      at = stop;
    }
    this.problems = problems;
    this.leaf = leaf;
    this.starts = starts;
  }

  /** How many certificates there are. */
  get count(): number {
    return this.starts.length;
  }

  /** The leaf first. */
  get ders(): readonly Uint8Array[] {
    return (this.dersMade ??= this.count === 0 ? NONE : this.starts.map((at) => this.cut(at)));
  }

  private cut(at: number): Uint8Array {
    return this.message.subarray(at + 3, at + 3 + u24(this.message, at));
  }
}

function leafOf(der: Buffer, problems: ChainProblem[]): Certificate | null {
  const problem = certificateProblem(der);
  const certificate = problem === null ? parseCertificate(der) : null;
  if (certificate === null) problems.push(problem ?? 'invalid_certificate');
  else if (certificate.hasMoreNames) problems.push('too_many_subject_alternative_names');
  return certificate;
}

/** Of an end that sent none. */
export const NO_CHAIN = new CertificateChain(NOTHING);

/** A power of two. A chain has two places; the older of those who share them gives way. */
const MOST_KEPT = 1024;
/** Longer ones are rare. */
const LONGEST_KEPT = 8 << 10;
const kept = new Array<CertificateChain>(MOST_KEPT).fill(NO_CHAIN);

/** The chain in the message [start, end), which is copied unless it is known. */
export function chainOf(data: Uint8Array, start: number, end: number): CertificateChain {
  if (end - start > LONGEST_KEPT || end - start < SAMPLED) return new CertificateChain(copied(data, start, end));
  const slot = sample(data, start, end) & (MOST_KEPT - 1);
  if (isIn(kept[slot]!, data, start, end)) return kept[slot]!;
  if (isIn(kept[slot ^ 1]!, data, start, end)) return kept[slot ^ 1]!;
  const chain = new CertificateChain(copied(data, start, end));
  kept[slot ^ 1] = kept[slot]!;
  kept[slot] = chain;
  return chain;
}

function isIn({ message }: CertificateChain, data: Uint8Array, start: number, end: number): boolean {
  return message.length === end - start && message.compare(data, start, end) === 0;
}

function copied(data: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  copy.set(data.subarray(start, end));
  return copy;
}

/** Fewer bytes than a certificate has before its serial number. */
const SAMPLED = 40;

/** A hash of the length, of bytes about the leaf's serial number, and of the end of the leaf, which is its signature. */
function sample(data: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start + 16; i < start + SAMPLED; i++) hash = Math.imul(hash ^ data[i]!, 0x01000193);
  const leafEnd = start + 6 + u24(data, start + 3);
  if (leafEnd <= end)
    for (let i = Math.max(start, leafEnd - 8); i < leafEnd; i++) hash = Math.imul(hash ^ data[i]!, 0x01000193);
  return hash ^ (hash >>> 15);
}
