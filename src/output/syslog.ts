// syslog: one line for each alert, to the system log.
import { defineOutput } from '../framework/output.ts';
import { AlertLines } from './alert-lines.ts';
import { ruleMessage, ruleNumber, ruleWeight, tupleText } from './text/alert-line.ts';
import { openSyslog } from './writer.ts';
import type { ConfigNode } from '../config/index.ts';
import type { Output, OutputContext } from '../framework/output.ts';
import type { Packet } from '../framework/packet.ts';
import type { Signature } from '../framework/signature.ts';

export function syslogLine(p: Packet, signature: Signature, mark: string): string {
  return `${mark}${ruleNumber(signature)} ${ruleMessage(signature)} ${ruleWeight(signature)} ${tupleText(p)}`;
}

export default defineOutput({
  name: 'syslog',
  summary: 'One line for each alert, to the system log.',
  create(node: ConfigNode, context: OutputContext): Output {
    return new AlertLines(openSyslog(node, context), context, syslogLine);
  },
});
