// `pcrexform`: the first group of a regular expression becomes the buffer.

import { sameView, transformKeyword } from '../detect/content/transform.ts';
import { RuleError } from '../framework/keyword.ts';
import { compileRegex } from '../native/compile-regex.ts';
import { regexOffsets } from '../native/regex.ts';
import { encodeRuleText, parseQuoted } from '../rules/index.ts';

const pcrexform = transformKeyword({
  name: 'pcrexform',
  quotes: 'optional',
  summary: 'The first group of a regular expression becomes the buffer.',
  argument: 'required',
  example: 'pcrexform:"a(b+)"',
  create(argument) {
    if (argument.trim() === '') throw new RuleError('invalid formatting or malformed option to pcrexform keyword');
    const quoted = parseQuoted(argument);
    if (!quoted.ok || quoted.value.isNegated) {
      throw new RuleError(`invalid formatting to pcrexform keyword: value must be double quoted '${argument}'`);
    }
    const compiled = compileRegex(encodeRuleText(quoted.value.text), {});
    if (!compiled.ok) throw new RuleError(`pcrexform: ${compiled.problem.message}`);
    const { matcher } = compiled;
    if (matcher.captureCount !== 1) throw new RuleError('pcrexform needs exactly one group');
    return (from, to) => {
      const count = matcher.match(from.data, from.bufferId, from.start, from.end - from.start, 0);
      if (count < 2 || regexOffsets[2]! < 0) return sameView(from, to);
      return sameView(from, to, from.start + regexOffsets[2]!, from.start + regexOffsets[3]!);
    };
  },
});

export default pcrexform;
