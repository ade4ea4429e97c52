// Times in certificates: UTCTime and GeneralizedTime (RFC 5280 section 4.1.2.5).

const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const TIME = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?Z$/;
/** Years of two digits from this on belong to the century before. */
const PIVOT = 50;

interface Place {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** Seconds since the epoch; NaN for what is no time. */
export function timeOf(der: Uint8Array, { tag, start, end }: Place): number {
  const match = TIME.exec(Buffer.from(der.buffer, der.byteOffset + start, end - start).toString('latin1'));
  if (match === null || (tag !== UTC_TIME && tag !== GENERALIZED_TIME)) return NaN;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part: string | undefined) => Number(part ?? 0));
  if ((match[1]!.length === 2) !== (tag === UTC_TIME)) return NaN;
  const century = tag === GENERALIZED_TIME ? 0 : year! < PIVOT ? 2000 : 1900;
  const isClock = month! >= 1 && month! <= 12 && day! >= 1 && day! <= 31 && hour! < 24 && minute! < 60 && second! <= 60;
  return isClock ? Date.UTC(year! + century, month! - 1, day, hour, minute, second) / 1000 : NaN;
}
