// Versions of SSL and TLS: of hellos and of records.

/** As EVE and rules name it; on the wire it is 2. */
export const SSL2 = 0x0200;
export const THIRTEEN = 0x0304;
/** Of TLS 1.3: before the 16th their servers said the final number, or one of their own. */
const EARLY_DRAFT = 0x7f01;
const FIRST_NAMED_DRAFT = 0x7f10;
const LAST_DRAFT = 0x7f1c;
/** Experiments of Facebook, by number of the draft. */
const FACEBOOK = 0xfb00;
const FACEBOOK_DRAFTS: readonly number[] = [20, 21, 22, 23, 26];

const TEXTS: Readonly<Record<number, string>> = {
  [SSL2]: 'SSLv2',
  0x0300: 'SSLv3',
  0x0301: 'TLSv1',
  0x0302: 'TLS 1.1',
  0x0303: 'TLS 1.2',
  [THIRTEEN]: 'TLS 1.3',
  [EARLY_DRAFT]: 'TLS 1.3 draft-<16',
};

/** Of SSL 3 up to TLS 1.3, of a draft of it, or of an experiment with one. */
export function isVersion(version: number): boolean {
  return (version >= 0x0300 && version <= 0x0303) || isThirteen(version);
}

/** TLS 1.3, a draft or an experiment of it. */
export function isThirteen(version: number): boolean {
  if (version === THIRTEEN || version === EARLY_DRAFT) return true;
  return isNamedDraft(version) || isFacebook(version);
}

function isNamedDraft(version: number): boolean {
  return version >= FIRST_NAMED_DRAFT && version <= LAST_DRAFT;
}

function isFacebook(version: number): boolean {
  return FACEBOOK_DRAFTS.includes(version - FACEBOOK);
}

/** What an early draft is called that its server says in the hello itself. */
export function versionOfHello(version: number): number {
  return version === THIRTEEN || (version > 0x7f00 && version < FIRST_NAMED_DRAFT) ? EARLY_DRAFT : version;
}

/** Whether the hello of an end left its version open: then its records say it, as before the hello. */
export function isOpen(version: number): boolean {
  return version === 0 || version === SSL2;
}

/** As in EVE. */
export function versionText(version: number): string {
  return version === 0 ? 'UNDETERMINED' : (knownVersionText(version) ?? String(version));
}

/** Undefined: nobody speaks it. */
export function knownVersionText(version: number): string | undefined {
  if (isNamedDraft(version)) return `TLS 1.3 draft-${String(version & 0xff)}`;
  if (isFacebook(version)) return `TLS 1.3 draft-${String(version & 0xff)}-fb`;
  return TEXTS[version];
}
