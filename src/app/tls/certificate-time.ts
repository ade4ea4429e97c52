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
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
/** `+hhmm` */
const OFFSET_LENGTH = 5;
const SECONDS_OF_DAY = 86_400;

/**
 * Seconds since the epoch; NaN for what is no time. Taken as well is what RFC 5280 does not allow and old certificates
 * have: UTCTime of another zone, GeneralizedTime with fractions of a second, which are left out.
 */
export function timeOf(der: Uint8Array, { tag, start, end }: Place): number {
  if (tag !== UTC_TIME && tag !== GENERALIZED_TIME) return NaN;
  const stop = afterDigits(der, start, end);
  const digits = stop - start;
  if (tag === UTC_TIME ? digits !== 10 && digits !== 12 : digits !== 14) return NaN;
  const offset = tag === UTC_TIME ? zoneOffset(der, stop, end) : afterFraction(der, stop, end);
  let year = two(der, start);
  let at = start + 2;
  if (tag === GENERALIZED_TIME) {
    year = year * 100 + two(der, at);
    at += 2;
  } else year += year < PIVOT ? 2000 : 1900;
  const day = dayOf(year, two(der, at), two(der, at + 2));
  const hour = two(der, at + 4);
  const minute = two(der, at + 6);
  const second = at + 8 < stop ? two(der, at + 8) : 0;
  if (hour > 23 || minute > 59 || second > 59) return NaN;
  return day * SECONDS_OF_DAY + (hour * 60 + minute) * 60 + second - offset;
}

function afterDigits(der: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && der[at]! >= 0x30 && der[at]! <= 0x39) at++;
  return at;
}

/** Seconds east of Greenwich that `Z` or `+hhmm` from `at` to the end says; NaN for anything else. */
function zoneOffset(der: Uint8Array, at: number, end: number): number {
  if (end === at + 1 && der[at] === LETTER_Z) return 0;
  if (end !== at + OFFSET_LENGTH || afterDigits(der, at + 1, end) !== end) return NaN;
  const [hours, minutes] = [two(der, at + 1), two(der, at + 3)];
  if (hours > 23 || minutes > 59) return NaN;
  if (der[at] !== PLUS && der[at] !== MINUS) return NaN;
  return (der[at] === PLUS ? 1 : -1) * (hours * 60 + minutes) * 60;
}

/** 0 where a fraction may stand, and then `Z`; NaN for anything else. */
function afterFraction(der: Uint8Array, at: number, end: number): number {
  const stop = at < end && der[at] === DOT ? afterDigits(der, at + 1, end) : at;
  const isFraction = stop === at || stop > at + 1;
  return isFraction && end === stop + 1 && der[stop] === LETTER_Z ? 0 : NaN;
}

/** Days since the epoch; NaN for a day that no calendar has. */
function dayOf(year: number, month: number, day: number): number {
  if (month < 1 || month > 12 || day < 1) return NaN;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 ? date.getTime() / (SECONDS_OF_DAY * 1000) : NaN;
}

/** The number of two digits at a place. */
function two(der: Uint8Array, at: number): number {
  return (der[at]! - 0x30) * 10 + der[at + 1]! - 0x30;
}
