// flowvar and pktvar: bytes that pcre captured, for the flow or for the packet, contain a text.

import { accept, requiredArgument } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { decodeContent } from '../rules/index.ts';
import type { RuleOption } from '../rules/index.ts';

interface Wanted {
  readonly name: string;
  readonly bytes: Buffer;
  readonly isNegated: boolean;
}

function readWanted(option: RuleOption): Wanted {
  const text = requiredArgument(option);
  const comma = text.indexOf(',');
  const name = text.slice(0, comma).trim();
  if (comma < 1 || name === '')
    throw new RuleError(`${option.key} needs a name and a text`, `${option.key}:name,"text"`);
  const body = text.slice(comma + 1).trim();
  const pattern = accept(option, decodeContent(body.startsWith('"') || body.startsWith('!') ? body : `"${body}"`));
  return { name, bytes: Buffer.from(pattern.bytes), isNegated: pattern.isNegated };
}

function holds(value: Uint8Array | string, wanted: Wanted): boolean {
  return Buffer.from(value as Uint8Array).includes(wanted.bytes) !== wanted.isNegated;
}

const flowvar = defineKeyword({
  name: 'flowvar',
  argument: 'required',
  kind: 'match',
  summary: 'A variable of the flow contains a text.',
  page: 'rules/flow-keywords.html',
  examples: ['alert tcp any any -> any any (msg:"m"; flowvar:name,"text"; sid:1;)'],
  compile(builder, option) {
    const wanted = readWanted(option);
    builder.usesState('flowvar', 'read');
    builder.addPacketMatch(
      (p, ctx) => {
        const value = p.flow < 0 ? undefined : ctx.flows.peekExtra(p.flow)?.flowvars?.get(wanted.name);
        return value !== undefined && holds(value, wanted);
      },
      { keyword: 'flowvar', keepsStream: true },
    );
  },
});

const pktvar = defineKeyword({
  name: 'pktvar',
  argument: 'required',
  kind: 'match',
  summary: 'A variable of the packet contains a text.',
  page: 'rules/flow-keywords.html',
  examples: ['alert tcp any any -> any any (msg:"m"; pktvar:name,"text"; sid:1;)'],
  compile(builder, option) {
    const wanted = readWanted(option);
    builder.usesState('pktvar', 'read');
    builder.addPacketMatch(
      (_p, ctx) => {
        for (const { name, value } of ctx.packetVars) if (name === wanted.name && holds(value, wanted)) return true;
        return false;
      },
      { keyword: 'pktvar' },
    );
  },
});

export default [flowvar, pktvar];
