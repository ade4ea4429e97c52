// `pcre`: reading of "/expression/flags,captures" and matching in a chain.

import { RuleError } from '../../framework/keyword.ts';
import type { ChainMatch, Inspection } from '../../framework/chain.ts';
import { regexOffsets, REGEX_NO_MATCH } from '../../native/regex.ts';
import type { RegexFlags, RegexMatcher } from '../../native/regex.ts';
import { parseQuoted } from '../../rules/index.ts';

export interface PcreArgument {
  readonly expression: string;
  readonly flags: RegexFlags;
  readonly negated: boolean;
  readonly isRelative: boolean;
  /** Names for groups 1, 2, ... of `packetVars`; those of the flow start with `flow:`. */
  readonly captures: readonly string[];
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

/** Flags that name a buffer of an application layer. */
const BUFFERS: Readonly<Record<string, string>> = {
  U: 'http uri',
  I: 'raw http uri',
  P: 'http request body',
  Q: 'data from tracked files',
  H: 'http headers',
  D: 'raw http headers',
  M: 'http request method',
  C: 'http cookie header',
  S: 'http response status code',
  Y: 'http response status message',
  V: 'http user agent',
  W: 'http host',
  Z: 'raw http host',
};

export function parsePcre(argument: string, hasStickyBuffer: boolean): PcreArgument {
  // quotes may be left out
  const isQuoted = /^!?\s*"/.test(argument.trim());
  const quoted = parseQuoted(isQuoted ? argument : argument.trim().replace(/^(!?)\s*(.*)$/su, '$1"$2"'));
  if (!quoted.ok) throw new RuleError(`pcre: ${quoted.error.message}`);
  const { isNegated } = quoted.value;
  const text = quoted.value.text.replace(/^m\//, '/');
  const slash = text.lastIndexOf('/');
  if (!text.startsWith('/') || slash === 0) throw new RuleError('pcre: the expression must stand between slashes');
  const [letters, ...captures] = text.slice(slash + 1).split(',');
  const flags: Record<string, boolean> = {};
  let isRelative = false;
  for (const letter of letters!.trim()) {
    const flag = FLAGS[letter];
    if (flag !== undefined) flags[flag] = true;
    else if (letter === 'R') isRelative = true;
    else if (letter in BUFFERS) refuseBuffer(BUFFERS[letter]!, hasStickyBuffer);
    else if (letter !== 'B' && letter !== 'O') throw new RuleError(`pcre: unknown flag "${letter}"`);
  }
  const expression = text.slice(1, slash);
  return { expression, flags, negated: isNegated, isRelative, captures: captureNames(captures) };
}

function refuseBuffer(buffer: string, hasStickyBuffer: boolean): never {
  if (hasStickyBuffer) {
    throw new RuleError(
      `Expression seen with a sticky buffer still set; either (1) reset sticky buffer with pkt_data or (2) use a sticky buffer providing "${buffer}".`,
    );
  }
  throw new RuleError(`pcre: ${buffer} belongs to an application layer`, undefined, 'rule/app-layer-missing');
}

function captureNames(parts: readonly string[]): string[] {
  return parts.map((part) => {
    const match = /^\s*(flow|pkt|alert):\s*([\w.-]+)\s*$/.exec(part);
    if (match === null)
      throw new RuleError(`pcre: "${part.trim()}" names no capture`, 'flow:name, pkt:name or alert:name');
    return match[1] === 'flow' ? `flow:${match[2]!}` : match[2]!;
  });
}

export interface PcreMatch {
  readonly matcher: RegexMatcher;
  readonly negated: boolean;
  readonly isRelative: boolean;
  readonly captures: readonly { readonly name: string; readonly group: number }[];
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
      const known = inspection.ctx?.packetVars.length ?? 0;
      if (captures.length > 0) keepCaptures(captures, count, from, inspection);
      if (next(inspection)) return true;
      if (captures.length > 0 && inspection.ctx !== null) inspection.ctx.packetVars.length = known;
      if (!nextIsRelative || start > length) return false;
    }
  };
}

/** Copies: the values outlive the packet's buffer. Only rules with captures pay. */
function keepCaptures(captures: PcreMatch['captures'], count: number, from: number, inspection: Inspection): void {
  for (const { name, group } of captures) {
    const start = group < count ? regexOffsets[2 * group]! : -1;
    if (start < 0) continue;
    const value = inspection.data.slice(from + start, from + regexOffsets[2 * group + 1]!);
    inspection.ctx?.packetVars.push({ name, value });
  }
}
