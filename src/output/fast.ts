// fast: one line for each alert, for the eye.
import { defineOutput } from '../framework/output.ts';
import { AlertLines } from './alert-lines.ts';
import { ruleMessage, ruleNumber, ruleWeight, tupleText } from './text/alert-line.ts';
import { fastTime } from './text/timestamp.ts';
import { openWriter } from './writer.ts';
import type { ConfigNode } from '../config/index.ts';
import type { Output, OutputContext } from '../framework/output.ts';
import type { Signature } from '../framework/signature.ts';

function ruleText(s: Signature): string {
  return `[**] ${ruleNumber(s)} ${ruleMessage(s)} [**] ${ruleWeight(s)}`;
}

export default defineOutput({
  name: 'fast',
  summary: 'One line for each alert.',
  create(node: ConfigNode, context: OutputContext): Output {
    return new AlertLines(
      openWriter(node, context, 'fast.log'),
      context,
      (p, signature, mark) => `${fastTime(p.ts)}  ${mark}${ruleText(signature)} ${tupleText(p)}\n`,
    );
  },
});
