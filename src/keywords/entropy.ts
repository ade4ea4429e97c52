// `entropy`: Shannon entropy of the buffer, 0 to 8 bits per byte.

import { plainNumber, splitOption } from '../detect/content/byte-field.ts';
import type { Inspection } from '../framework/chain.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { splitArgument } from '../rules/index.ts';

const counts = new Uint32Array(256);

/** Bits per byte of data[from, to). */
export function entropyOf(data: Uint8Array, from: number, to: number): number {
  if (to <= from) return 0;
  counts.fill(0);
  for (let i = from; i < to; i++) counts[data[i]!]!++;
  let entropy = 0;
  for (let i = 0; i < 256; i++) {
    const share = counts[i]! / (to - from);
    if (share > 0) entropy -= share * Math.log2(share);
  }
  return entropy;
}

function parseCondition(text: string): (value: number) => boolean {
  const match = /^(<=|>=|!=|<|>|=|!)?\s*(-?\d+(?:\.\d+)?)(?:\s*-\s*(\d+(?:\.\d+)?))?$/.exec(text.trim());
  const [a, b] = [Number(match?.[2]), Number(match?.[3] ?? Number.NaN)];
  const operator = match?.[1] ?? '=';
  const isRange = match?.[3] !== undefined;
  if (match === null || (isRange && (b <= a || !'=!'.includes(operator)))) {
    throw new RuleError(`entropy: "${text}" is not a condition on a value`);
  }
  if (isRange) return operator === '!' ? (value) => !(value > a && value < b) : (value) => value > a && value < b;
  if (operator === '<') return (value) => value < a;
  if (operator === '<=') return (value) => value <= a;
  if (operator === '>') return (value) => value > a;
  if (operator === '>=') return (value) => value >= a;
  return operator === '=' ? (value) => value === a : (value) => value !== a;
}

/** Events of the flow show what was computed, whether it was looked for or not. */
function note({ packet, ctx }: Inspection, buffer: string, value: number): void {
  if (ctx === null || packet === null || packet.flow < 0) return;
  (ctx.flows.extraOf(packet.flow).entropies ??= new Map()).set(buffer, value);
}

export default defineKeyword({
  name: 'entropy',
  argument: 'required',
  kind: 'match',
  summary: 'Shannon entropy of the buffer, 0.0 to 8.0.',
  page: 'rules/payload-keywords.html#entropy',
  examples: [
    'alert tcp any any -> any any (msg:"x"; entropy:value >= 7; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; entropy:bytes 100, offset 10, value 4-5; sid:1;)',
  ],
  compile(builder, option) {
    let bytes = 0;
    let offset = 0;
    let test: ((value: number) => boolean) | undefined;
    for (const part of splitArgument(option.value ?? '')) {
      const [name, text] = splitOption(part.text);
      if (name === 'bytes') bytes = plainNumber('entropy', text, [0, 0xffffffff]);
      else if (name === 'offset') offset = plainNumber('entropy', text, [-0x80000000, 0x7fffffff]);
      else if (name === 'value') test = parseCondition(text);
      else throw new RuleError(`entropy: unknown option "${part.text}"`);
    }
    const holds = test;
    if (holds === undefined) throw new RuleError('entropy needs "value"');
    const buffer = builder.currentBuffer?.name.replaceAll('.', '_') ?? 'content';
    builder.addElement({
      keyword: 'entropy',
      content: null,
      isRelative: false,
      link: (next) => (inspection) => {
        const from = Math.max(inspection.start, inspection.start + offset);
        const to = bytes === 0 ? inspection.end : Math.min(inspection.end, from + bytes);
        if (--inspection.budget < 0 || from >= to) return false;
        const value = entropyOf(inspection.data, from, to);
        note(inspection, buffer, value);
        return holds(value) && next(inspection);
      },
    });
  },
});
