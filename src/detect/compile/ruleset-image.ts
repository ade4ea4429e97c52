// RulesetImage: the outlines of a rule set as columns of numbers, to be kept on disk and read at the next start.

import { sharedBytes, sharedInts } from '../../base/shared-bytes.ts';
import type { Steps } from '../../base/steps.ts';
import type { RuleType, SignatureHeader } from '../../framework/signature.ts';
import type { Direction } from '../../framework/transaction.ts';
import type { AddressSet, PortSet, RuleText, Variables } from '../../rules/index.ts';
import type { FastPattern } from './fast-pattern.ts';
import type { HeaderTexts, SignatureOutline, TxOutline } from './outline.ts';

/** Plain data: goes through structured cloning. */
export interface RulesetImage {
  /** FIELDS numbers for each signature, in evaluation order. */
  readonly signatures: Int32Array;
  /** TX_FIELDS numbers for each TxOutline, in the order of the signatures. */
  readonly transactions: Int32Array;
  /** PATTERN_FIELDS numbers for each pattern. */
  readonly patterns: Int32Array;
  readonly patternBytes: Uint8Array;
  readonly words: readonly string[];
}

const FIELDS = 23;
const TX_FIELDS = 5;
const PATTERN_FIELDS = 5;
const NOCASE = 1;
const AT_END = 2;
const NONE = -1;

const Bit = { eitherWay: 1, needsAnomaly: 2, onApp: 4, dueAtEnd: 8, readsFiles: 16, knowsTx: 32 } as const;

/** Texts by number, each once. */
class Words {
  readonly list: string[] = [];
  private readonly numbers = new Map<string, number>();

  of(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.list.length);
    return this.list.push(text) - 1;
  }
}

class PatternWriter {
  readonly numbers: number[] = [];
  readonly pieces: Uint8Array[] = [];
  private length = 0;

  of(pattern: FastPattern | null): number {
    if (pattern === null) return NONE;
    const { bytes, nocase, first, last, isAtEnd } = pattern;
    this.numbers.push(this.length, bytes.length, (nocase ? NOCASE : 0) | (isAtEnd ? AT_END : 0), first, last);
    this.pieces.push(bytes);
    this.length += bytes.length;
    return this.numbers.length / PATTERN_FIELDS - 1;
  }
}

/** @param texts the files that the rules stand in */
export function imageOf(outlines: readonly SignatureOutline[], texts: readonly RuleText[]): RulesetImage {
  const words = new Words();
  const patterns = new PatternWriter();
  const files = new Map(texts.map((text, number) => [text, number]));
  const signatures: number[] = [];
  const transactions: number[] = [];
  for (const one of outlines) {
    const { header, frame, place, tx } = one;
    signatures.push(one.sid, one.gid, one.rev, one.action, one.priority, one.rank, one.flags);
    signatures.push(words.of(one.type), words.of(one.protocol), header.protocol, bitsOf(one));
    signatures.push(...one.texts.map((text) => words.of(text)));
    signatures.push(patterns.of(one.pattern), transactions.length / TX_FIELDS, tx?.length ?? 0);
    signatures.push(frame === null ? NONE : words.of(frame.place), patterns.of(frame?.pattern ?? null));
    signatures.push(files.get(place.text)!, place.start, place.line);
    for (const { protocol, direction, progress, place: at, pattern } of tx ?? [])
      transactions.push(protocol, direction, progress, words.of(at), patterns.of(pattern));
  }
  return {
    signatures: Int32Array.from(signatures),
    transactions: Int32Array.from(transactions),
    patterns: Int32Array.from(patterns.numbers),
    patternBytes: new Uint8Array(Buffer.concat(patterns.pieces)),
    words: words.list,
  };
}

/** The same for several threads: its columns are there once. */
export function sharedImage({ patternBytes, patterns, signatures, transactions, words }: RulesetImage): RulesetImage {
  return {
    signatures: sharedInts(signatures),
    transactions: sharedInts(transactions),
    patterns: sharedInts(patterns),
    patternBytes: sharedBytes(patternBytes),
    words,
  };
}

function bitsOf({ header, needsAnomaly, isOnApp, isDueAtEnd, readsFiles, tx }: SignatureOutline): number {
  return (
    (header.isEitherWay ? Bit.eitherWay : 0) |
    (needsAnomaly ? Bit.needsAnomaly : 0) |
    (isOnApp ? Bit.onApp : 0) |
    (isDueAtEnd ? Bit.dueAtEnd : 0) |
    (readsFiles ? Bit.readsFiles : 0) |
    (tx === null ? 0 : Bit.knowsTx)
  );
}

/** Outlines a step. */
const STEP = 1000;

/** The outlines of an image that was made from the same texts, with the same variables. */
export function* outlinesOf(
  image: RulesetImage,
  texts: readonly RuleText[],
  variables: Variables,
): Steps<readonly SignatureOutline[]> {
  const reader = new ImageReader(image, texts, variables);
  const count = image.signatures.length / FIELDS;
  const outlines: SignatureOutline[] = [];
  while (outlines.length < count) {
    outlines.push(reader.outline(outlines.length));
    if (outlines.length % STEP === 0) yield;
  }
  return outlines;
}

class ImageReader {
  private readonly image: RulesetImage;
  private readonly texts: readonly RuleText[];
  private readonly variables: Variables;

  constructor(image: RulesetImage, texts: readonly RuleText[], variables: Variables) {
    this.image = image;
    this.texts = texts;
    this.variables = variables;
  }

  outline(iid: number): SignatureOutline {
    const { signatures } = this.image;
    const at = iid * FIELDS;
    const field = (n: number): number => signatures[at + n]!;
    const bits = field(10);
    const texts: HeaderTexts = [this.word(field(11)), this.word(field(12)), this.word(field(13)), this.word(field(14))];
    const framePlace = field(18);
    return {
      iid,
      sid: field(0),
      gid: field(1),
      rev: field(2),
      action: field(3),
      priority: field(4),
      rank: field(5),
      flags: field(6),
      type: this.word(field(7)) as RuleType,
      protocol: this.word(field(8)),
      header: this.header(field(9), texts, (bits & Bit.eitherWay) !== 0),
      texts,
      needsAnomaly: (bits & Bit.needsAnomaly) !== 0,
      isOnApp: (bits & Bit.onApp) !== 0,
      isDueAtEnd: (bits & Bit.dueAtEnd) !== 0,
      pattern: this.pattern(field(15)),
      tx: (bits & Bit.knowsTx) === 0 ? null : this.transactions(field(16), field(17)),
      frame: framePlace === NONE ? null : { place: this.word(framePlace), pattern: this.pattern(field(19)) },
      readsFiles: (bits & Bit.readsFiles) !== 0,
      place: { text: this.texts[field(20)]!, start: field(21), line: field(22) },
    };
  }

  private word(number: number): string {
    return this.image.words[number]!;
  }

  private header(protocol: number, texts: HeaderTexts, isEitherWay: boolean): SignatureHeader {
    const [source, sourcePort, destination, destinationPort] = texts;
    return {
      protocol,
      source: this.addresses(source),
      sourcePort: this.ports(sourcePort),
      destination: this.addresses(destination),
      destinationPort: this.ports(destinationPort),
      isEitherWay,
    };
  }

  private addresses(text: string): AddressSet {
    return read(this.variables.addresses(text));
  }

  private ports(text: string): PortSet {
    return read(this.variables.ports(text));
  }

  private pattern(number: number): FastPattern | null {
    if (number === NONE) return null;
    const { patterns, patternBytes } = this.image;
    const at = number * PATTERN_FIELDS;
    const start = patterns[at]!;
    return {
      bytes: patternBytes.subarray(start, start + patterns[at + 1]!),
      nocase: (patterns[at + 2]! & NOCASE) !== 0,
      first: patterns[at + 3]!,
      last: patterns[at + 4]!,
      isAtEnd: (patterns[at + 2]! & AT_END) !== 0,
    };
  }

  private transactions(first: number, count: number): TxOutline[] {
    const { transactions } = this.image;
    return Array.from({ length: count }, (_, n) => {
      const at = (first + n) * TX_FIELDS;
      return {
        protocol: transactions[at]!,
        direction: transactions[at + 1] as Direction,
        progress: transactions[at + 2]!,
        place: this.word(transactions[at + 3]!),
        pattern: this.pattern(transactions[at + 4]!),
      };
    });
  }
}

/** It could be read when the image was made. */
function read<T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T {
  if (result.ok) return result.value;
  throw new Error(result.error.message);
}
