// Lines of the small configuration files beside rules: comments, blanks, continuation lines.
import { readFileSync } from 'node:fs';
import { SourceLine, decodeRuleText } from './source.ts';

export function readConfigFile(path: string): string {
  return decodeRuleText(readFileSync(path));
}

/** Every line that says something, white space around it dropped, lines ending in `\` joined to the next. */
export function configLines(text: string): SourceLine[] {
  const result: SourceLine[] = [];
  const lines = text.split('\n');
  let offset = 0;
  for (let i = 0; i < lines.length; i++) {
    const start = i;
    const startOffset = offset;
    const joints: number[] = [];
    let logical = lines[i]!;
    offset += logical.length + 1;
    while (/\\\s*$/.test(logical) && !logical.trimStart().startsWith('#') && i + 1 < lines.length) {
      logical = logical.replace(/\\\s*$/, '');
      i++;
      joints.push(logical.length, offset, i + 1);
      logical += lines[i]!;
      offset += lines[i]!.length + 1;
    }
    const lead = logical.length - logical.trimStart().length;
    const body = logical.trim();
    if (body === '' || body.startsWith('#')) continue;
    const shifted = joints.map((value, k) => (k % 3 === 0 ? value - lead : value));
    result.push(new SourceLine(body, start + 1, startOffset + lead, lead + 1, shifted));
  }
  return result;
}
