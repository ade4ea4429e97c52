// Personalities: how kinds of web servers read the paths of URIs (`personality` of libhtp's configuration).

export interface Personality {
  /** `\\` separates as `/` does. */
  readonly hasBackslashes: boolean;
  /** A separator in digits (`%2f`) separates; otherwise it stays as it is. */
  readonly decodesSeparators: boolean;
  /** Several separators are one. */
  readonly joinsSeparators: boolean;
  /** `%u0041` is a character. */
  readonly hasUnicodeEscapes: boolean;
  /** UTF-8 becomes bytes of code page 1252, best fit. */
  readonly convertsUtf8: boolean;
}

export const MINIMAL: Personality = {
  hasBackslashes: false,
  decodesSeparators: false,
  joinsSeparators: false,
  hasUnicodeEscapes: false,
  convertsUtf8: false,
};
const GENERIC: Personality = { ...MINIMAL, hasBackslashes: true, decodesSeparators: true, joinsSeparators: true };
const IIS_7: Personality = { ...GENERIC, hasUnicodeEscapes: true };
export const IDS: Personality = { ...IIS_7, convertsUtf8: true };
const APACHE: Personality = { ...MINIMAL, joinsSeparators: true };

/** By name in lower case, as measured beside Suricata 8.0.8. */
const PERSONALITIES: Readonly<Record<string, Personality>> = {
  minimal: MINIMAL,
  generic: GENERIC,
  ids: IDS,
  iis_4_0: MINIMAL,
  iis_5_0: MINIMAL,
  iis_5_1: GENERIC,
  iis_6_0: GENERIC,
  iis_7_0: IIS_7,
  iis_7_5: IIS_7,
  apache: APACHE,
  apache_2: APACHE,
};

export const PERSONALITY_NAMES: readonly string[] = Object.keys(PERSONALITIES);

/** Undefined for a name that is none. */
export function personalityOf(name: string): Personality | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(PERSONALITIES, key) ? PERSONALITIES[key] : undefined;
}
