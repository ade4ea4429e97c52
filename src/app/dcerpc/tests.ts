// What rules ask of numbers of DCE/RPC: versions of interfaces, and procedures.

import { RuleError } from '../../framework/keyword.ts';
import { integerTest } from '../../framework/keyword-argument.ts';
import { parseInteger } from '../../rules/index.ts';

const VERSION = /^([<>=!])\s*(\d{1,5})$/;
const RANGE = /^(\d{1,5})(?:-(\d{1,5}))?$/;
const MOST = 0xffff;

/** `<2`, `>1`, `=3`, `!4`. */
export function versionTest(text: string): (version: number) => boolean {
  const match = VERSION.exec(text);
  const wanted = Number(match?.[2] ?? Infinity);
  if (match === null || wanted > MOST)
    throw new RuleError(`dcerpc.iface: "${text}" is no version`, '<, >, = or !, and a number');
  if (match[1] === '<') return (version) => version < wanted;
  if (match[1] === '>') return (version) => version > wanted;
  return match[1] === '=' ? (version) => version === wanted : (version) => version !== wanted;
}

/** `15,17-20`, or a comparison. */
export function opnumTest(text: string): (opnum: number) => boolean {
  if (/^[<>!=]/.test(text)) {
    const condition = parseInteger(text, 'u16');
    if (!condition.ok) throw new RuleError(`dcerpc.opnum: ${condition.error.message}`);
    return integerTest(condition.value);
  }
  const ranges = text.split(',').map((part) => rangeOf(part.trim()));
  return (opnum) => ranges.some(([first, last]) => opnum >= first && opnum <= last);
}

function rangeOf(text: string): readonly [first: number, last: number] {
  const match = RANGE.exec(text);
  const first = Number(match?.[1] ?? Infinity);
  const last = match?.[2] === undefined ? first : Number(match[2]);
  if (match === null || last > MOST || first > last)
    throw new RuleError(`dcerpc.opnum: "${text}" is no number or range`);
  return [first, last];
}
