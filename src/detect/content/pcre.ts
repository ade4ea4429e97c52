// `pcre`: reading of "/expression/flags,captures" and matching in a chain.

import { RuleError } from '../../framework/keyword.ts';
import type { ChainMatch, Inspection } from '../../framework/chain.ts';
import type { Capture } from '../../framework/detect-context.ts';
import { regexOffsets, REGEX_NO_MATCH } from '../../native/regex.ts';
import type { RegexFlags, RegexMatcher } from '../../native/regex.ts';
import { parseQuoted } from '../../rules/index.ts';

/** A buffer that a flag names: in words, and the keyword that selects it. */
export interface PcreBuffer {
  readonly what: string;
  readonly keyword: string;
}

export interface PcreArgument {
  readonly expression: string;
  readonly flags: RegexFlags;
  readonly negated: boolean;
  readonly isRelative: boolean;
  /** What the flags name as the buffer to look into, undefined when none does. */
  readonly buffer: PcreBuffer | undefined;
  /** What groups 1, 2, ... are kept as. */
  readonly captures: readonly CaptureName[];
  /** What the author should know. */
  readonly remarks: readonly string[];
}

const FLAGS: Readonly<Record<string, keyof RegexFlags>> = {
  i: 'caseless',
  s: 'dotAll',
  m: 'multiline',
  x: 'extended',
  A: 'anchored',
  E: 'dollarEndOnly',
  G: 'ungreedy',
};

/** Flags that name a buffer of an application layer: what it holds, and the sticky buffers that are the same. */
const BUFFERS: Readonly<Record<string, readonly [what: string, ...names: string[]]>> = {
  U: ['http uri', 'http.uri', 'http.uri.normalized'],
  I: ['raw http uri', 'http.uri.raw', 'http_raw_uri'],
  P: ['http request body', 'http.request_body', 'http_client_body'],
  Q: ['data from tracked files', 'file.data', 'file_data', 'http.response_body', 'http_response_body'],
  H: ['http headers', 'http.header', 'http_header'],
  D: ['raw http headers', 'http.header.raw', 'http_raw_header'],
  M: ['http request method', 'http.method'],
  C: ['http cookie header', 'http.cookie'],
  S: ['http response status code', 'http.stat_code'],
  Y: ['http response status message', 'http.stat_msg'],
  V: ['http user agent', 'http.user_agent'],
  W: ['http host', 'http.host'],
  Z: ['raw http host', 'http.host.raw', 'http_raw_host'],
};

export function parsePcre(argument: string, stickyBuffer: string | undefined): PcreArgument {
  // quotes may be left out
  const isQuoted = /^!?\s*"/.test(argument.trim());
  const quoted = parseQuoted(isQuoted ? argument : argument.trim().replace(/^(!?)\s*(.*)$/su, '$1"$2"'));
  if (!quoted.ok) throw new RuleError(`pcre: ${quoted.error.message}`);
  const inner = /^(!?)(?:m(?=\/))?(.*)$/su.exec(quoted.value.text)!;
  const isNegated = quoted.value.isNegated || inner[1] === '!';
  const text = inner[2]!;
  const slash = text.lastIndexOf('/');
  if (!text.startsWith('/') || slash === 0) throw new RuleError('pcre: the expression must stand between slashes');
  const [letters, ...captures] = text.slice(slash + 1).split(',');
  const flags: Record<string, boolean> = {};
  let isRelative = false;
  let buffer: PcreBuffer | undefined;
  let bufferLetter = '';
  for (const letter of letters!.trim()) {
    const flag = FLAGS[letter];
    if (flag !== undefined) flags[flag] = true;
    else if (letter === 'R') isRelative = true;
    else if (letter in BUFFERS) {
      if (bufferLetter !== '') throw new RuleError('only one pcre option to specify a buffer type is allowed');
      buffer = bufferOf(letter, stickyBuffer);
      bufferLetter = letter;
    } else if (letter !== 'B' && letter !== 'O') throw new RuleError(`pcre: unknown flag "${letter}"`);
  }
  const expression = text.slice(1, slash);
  if (bufferLetter !== '') checkBuffer(bufferLetter, letters!, expression);
  const remarks: string[] = [];
  if (letters!.includes('B')) remarks.push("'/B' (rawbytes) option is a no-op and is silently ignored");
  if (/(?<!\\)(?:\\\\)*\\X/.test(expression))
    remarks.push('pcre with \\X (Unicode extended grapheme cluster) may be slow');
  return { expression, flags, negated: isNegated, isRelative, buffer, captures: captureNames(captures), remarks };
}

function checkBuffer(letter: string, letters: string, expression: string): void {
  if (letters.includes('B')) throw new RuleError(`regex modifier '${letter}' inconsistent with 'B'`);
  // the letter after a backslash is a class, not a letter to find
  if (letter === 'W' && !letters.includes('i') && /[A-Z]/.test(expression.replaceAll(/\\./gs, '')))
    throw new RuleError('pcre host("W") specified has an uppercase char', 'host names are compared in lower case');
}

function bufferOf(letter: string, stickyBuffer: string | undefined): PcreBuffer | undefined {
  const [what, ...names] = BUFFERS[letter]!;
  if (stickyBuffer === undefined) return { what, keyword: names[0]! };
  if (names.includes(stickyBuffer) || names.some((name) => name.replaceAll('.', '_') === stickyBuffer))
    return undefined;
  throw new RuleError(
    `Expression seen with a sticky buffer still set; either (1) reset sticky buffer with pkt_data or (2) use a sticky buffer providing "${what}".`,
  );
}

/** Where a captured group is kept, and under which name. */
export interface CaptureName {
  readonly scope: Capture['scope'];
  readonly name: string;
}

function captureNames(parts: readonly string[]): CaptureName[] {
  return parts.map((part) => {
    const match = /^\s*(flow|pkt|alert):\s*([\w.-]+)\s*$/.exec(part);
    if (match === null)
      throw new RuleError(`pcre: "${part.trim()}" names no capture`, 'flow:name, pkt:name or alert:name');
    return { scope: match[1] as CaptureName['scope'], name: match[2]! };
  });
}

export interface PcreMatch {
  readonly matcher: RegexMatcher;
  readonly negated: boolean;
  readonly isRelative: boolean;
  readonly captures: readonly (CaptureName & { readonly group: number })[];
}

/** With something relative after it, later matches are tried when the rest of the chain fails. */
export function linkPcre(pcre: PcreMatch, next: ChainMatch, nextIsRelative: boolean): ChainMatch {
  const { matcher, negated, isRelative, captures } = pcre;
  return (inspection) => {
    const from = isRelative ? inspection.cursor : inspection.start;
    const length = inspection.end - from;
    let start = 0;
    for (;;) {
      if (--inspection.budget < 0) return false;
      const count = matcher.match(inspection.data, inspection.bufferId, from, length, start);
      if (negated) return count === REGEX_NO_MATCH && next(inspection);
      if (count < 0) return false;
      start = regexOffsets[0]! + 1;
      inspection.cursor = from + regexOffsets[1]!;
      const known = inspection.ctx?.captures.length ?? 0;
      if (captures.length > 0) keepCaptures(captures, count, from, inspection);
      if (next(inspection)) return true;
      if (captures.length > 0 && inspection.ctx !== null) inspection.ctx.captures.length = known;
      if (!nextIsRelative || start > length) return false;
    }
  };
}

/** Copies: the values outlive the packet's buffer. Only rules with captures pay. */
function keepCaptures(captures: PcreMatch['captures'], count: number, from: number, inspection: Inspection): void {
  for (const { scope, name, group } of captures) {
    const start = group < count ? regexOffsets[2 * group]! : -1;
    if (start < 0) continue;
    const value = inspection.data.slice(from + start, from + regexOffsets[2 * group + 1]!);
    inspection.ctx?.captures.push({ scope, name, value });
  }
}
