// The door to regular expressions: PCRE2 where it is available, else JavaScript for what it can express.
import { compileJsRegex } from './js-regex.ts';
import { compilePcre2, pcre2Available } from './pcre2.ts';
import { completeQuantifiers } from './quantifiers.ts';
import type { CompiledRegex, RegexFlags } from './regex.ts';

/** Compiles an expression given as bytes, without delimiters. */
export function compileRegex(source: Uint8Array, flags: RegexFlags): CompiledRegex {
  const whole = completeQuantifiers(source);
  return pcre2Available ? compilePcre2(whole, flags) : compileJsRegex(whole, flags);
}
