// Tools for the keywords' own argument grammars: escapes, quotes, comma lists, numbers.
import { failed, parsed } from './argument-error.ts'
import type { Parsed } from './argument-error.ts'

export { errorIn, failed, parsed } from './argument-error.ts'
export type { ArgumentError, Parsed } from './argument-error.ts'
export { decodeContent, decodePattern } from './content-pattern.ts'
export type { ContentPattern } from './content-pattern.ts'
export { matchesInteger, parseInteger } from './integer-argument.ts'
export type { IntegerMatch, IntegerOptions, IntegerWidth } from './integer-argument.ts'

/** A part of an argument, outer white space dropped; `at` counts from the argument's start. */
export interface Part {
  readonly text: string
  readonly at: number
}

/** `\;`, `\"`, `\\` and `\:` become the character; a backslash before anything else stays. */
export function unescapeText(text: string): string {
  return text.includes('\\') ? text.replace(/\\([;"\\:])/g, '$1') : text
}

/** The inverse of `unescapeText` for values between quotes. */
export function escapeText(text: string): string {
  return text.replace(/[;"\\]/g, '\\$&')
}

export interface Quoted {
  /** what stands between the quotes, escapes as written */
  readonly text: string
  /** offset of `text` in the argument */
  readonly at: number
  readonly isNegated: boolean
}

/** `"..."` or `!"..."`. Quotes are required; an unescaped quote inside is the caller's matter. */
export function parseQuoted(argument: string): Parsed<Quoted> {
  const match = /^(\s*(!?)\s*)(.*?)\s*$/su.exec(argument)!
  const [, lead, not, body] = match as unknown as [string, string, string, string]
  if (!body.startsWith('"')) return failed('the value must stand between double quotes', lead.length, body.length)
  if (body.length < 2 || !body.endsWith('"')) return failed('the closing double quote is missing', lead.length, body.length)
  return parsed({ text: body.slice(1, -1), at: lead.length + 1, isNegated: not === '!' })
}

/** Text between quotes where there are any, unescaped: what `msg` and its like mean. */
export function parseText(argument: string): Parsed<string> {
  const body = argument.trim()
  if (!body.startsWith('"')) return parsed(unescapeText(body))
  const quoted = parseQuoted(body)
  return quoted.ok ? parsed(unescapeText(quoted.value.text)) : quoted
}

/** Parts between separators, which count neither inside quotes nor after a backslash. Empty parts are kept. */
export function splitArgument(argument: string, separator = ','): Part[] {
  const parts: Part[] = []
  let start = 0
  let isQuoted = false
  for (let i = 0; i <= argument.length; i++) {
    const c = argument[i]
    if (c === '\\') i++
    else if (c === '"') isQuoted = !isQuoted
    else if (c === undefined || (c === separator && !isQuoted)) {
      parts.push(trimPart(argument.slice(start, i), start))
      start = i + 1
    }
    if (i >= argument.length && c !== undefined) parts.push(trimPart(argument.slice(start), start))
  }
  return parts
}

/** First word and the rest: `count 10` -> `count`, `10`; the rest is empty where there is none. */
export function splitWord(part: Part): [word: Part, rest: Part] {
  const space = part.text.search(/\s/)
  if (space < 0) return [part, { text: '', at: part.at + part.text.length }]
  const rest = trimPart(part.text.slice(space), part.at + space)
  return [{ text: part.text.slice(0, space), at: part.at }, rest]
}

function trimPart(text: string, at: number): Part {
  const rest = text.trimStart()
  return { text: rest.trimEnd(), at: at + text.length - rest.length }
}

export interface NumberLimits {
  readonly min?: number
  readonly max?: number
  /** accept kb, kib, mb, mib, gb, gib (powers of 1024) */
  readonly units?: boolean
}

const UNITS: Readonly<Record<string, number>> = {
  kb: 1024, kib: 1024, mb: 1024 ** 2, mib: 1024 ** 2, gb: 1024 ** 3, gib: 1024 ** 3,
}

/** Decimal or `0x` hexadecimal without sign, up to 2^53-1 or `max`. Errors are relative to `text`. */
export function parseUnsigned(text: string, limits: NumberLimits = {}): Parsed<number> {
  const match = /^\s*(?:0x([0-9a-fA-F]+)|(\d+)([a-zA-Z]*))\s*$/.exec(text)
  const unit = match?.[3]?.toLowerCase() ?? ''
  const factor = unit === '' ? 1 : limits.units === true ? UNITS[unit] : undefined
  if (match === null || factor === undefined) return failed(`${JSON.stringify(text)} is not a number`, 0, text.length)
  const value = (match[1] === undefined ? Number(match[2]) : parseInt(match[1], 16)) * factor
  return checkLimits(value, text, limits)
}

/** As `parseUnsigned`, with an optional sign. */
export function parseSigned(text: string, limits: NumberLimits = {}): Parsed<number> {
  const match = /^\s*([+-]?)\s*(\S.*)$/.exec(text)
  const magnitude = match === null ? undefined : parseUnsigned(match[2]!, { ...(limits.units === true && { units: true }) })
  if (magnitude?.ok !== true) return failed(`${JSON.stringify(text)} is not a number`, 0, text.length)
  return checkLimits(match![1] === '-' ? -magnitude.value : magnitude.value, text, limits)
}

function checkLimits(value: number, text: string, limits: NumberLimits): Parsed<number> {
  const min = limits.min ?? -Number.MAX_SAFE_INTEGER
  const max = limits.max ?? Number.MAX_SAFE_INTEGER
  if (value < min) return failed(`${text.trim()} is less than ${String(min)}`, 0, text.length)
  if (value > max) return failed(`${text.trim()} is more than ${String(max)}`, 0, text.length)
  return parsed(value === 0 ? 0 : value)
}
