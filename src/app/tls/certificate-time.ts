// Times in certificates: UTCTime and GeneralizedTime (RFC 5280 section 4.1.2.5).

const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
/** Years of two digits from this on belong to the century before. */
const PIVOT = 50;

interface Place {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

const LETTER_Z = 0x5a;

/** Seconds since the epoch; NaN for what is no time. */
export function timeOf(der: Uint8Array, { tag, start, end }: Place): number {
  const digits = end - start - 1;
  if (tag === UTC_TIME ? digits !== 10 && digits !== 12 : tag !== GENERALIZED_TIME || digits !== 14) return NaN;
  if (der[end - 1] !== LETTER_Z) return NaN;
  for (let i = start; i < end - 1; i++) if (der[i]! < 0x30 || der[i]! > 0x39) return NaN;
  let year = two(der, start);
  let at = start + 2;
  if (tag === GENERALIZED_TIME) {
    year = year * 100 + two(der, at);
    at += 2;
  } else year += year < PIVOT ? 2000 : 1900;
  const month = two(der, at);
  const day = two(der, at + 2);
  const hour = two(der, at + 4);
  const minute = two(der, at + 6);
  const second = at + 8 < end - 1 ? two(der, at + 8) : 0;
  const isClock = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60 && second <= 60;
  return isClock ? Date.UTC(year, month - 1, day, hour, minute, second) / 1000 : NaN;
}

/** The number of two digits at a place. */
function two(der: Uint8Array, at: number): number {
  return (der[at]! - 0x30) * 10 + der[at + 1]! - 0x30;
}
