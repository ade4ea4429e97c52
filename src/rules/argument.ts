// What keywords need to read their own arguments, in one place.
export { errorIn, failed, parsed } from './argument-error.ts';
export type { ArgumentError, Parsed } from './argument-error.ts';
export { decodeContent, decodePattern } from './content-pattern.ts';
export type { ContentPattern } from './content-pattern.ts';
export { matchesInteger, parseInteger } from './integer-argument.ts';
export type { Integer, IntegerMatch, IntegerOptions, IntegerWidth } from './integer-argument.ts';
export { parseSigned, parseUnsigned } from './number-argument.ts';
export type { NumberLimits } from './number-argument.ts';
export { escapeText, parseQuoted, parseText, splitArgument, splitWord, unescapeText } from './text-argument.ts';
export type { Part, Quoted } from './text-argument.ts';
export { parseLeadingNumber, parsePlainInteger } from './plain-integer.ts';
export type { PlainInteger } from './plain-integer.ts';
