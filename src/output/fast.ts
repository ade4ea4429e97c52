// fast: one line for each alert, for the eye.
import { defineOutput } from '../framework/output.ts';
import { ACTION_REJECT_ANY, Action, AlertFlag } from '../framework/packet.ts';
import { SigFlag } from '../framework/signature.ts';
import { ruleMessage, ruleNumber, ruleWeight, tupleText } from './text/alert-line.ts';
import { fastTime } from './text/timestamp.ts';
import { openWriter } from './writer.ts';
import type { ConfigNode } from '../config/index.ts';
import type { Output, OutputContext } from '../framework/output.ts';
import type { Packet } from '../framework/packet.ts';
import type { Signature } from '../framework/signature.ts';
import type { RecordWriter } from './record-writer.ts';

class FastLog implements Output {
  private readonly writer: RecordWriter;
  private readonly isInline: boolean;

  constructor(writer: RecordWriter, isInline: boolean) {
    this.writer = writer;
    this.isInline = isInline;
  }

  packet(p: Packet): void {
    const { alerts } = p;
    for (let i = 0; i < alerts.count; i++) {
      const signature = alerts.signatures[i]!;
      if ((alerts.flags[i]! & AlertFlag.suppressed) !== 0 || (signature.flags & SigFlag.noAlert) !== 0) continue;
      this.writer.write(`${fastTime(p.ts)}  ${this.mark(alerts.actions[i]!)}${ruleText(signature)} ${tupleText(p)}\n`);
    }
  }

  flush(): void {
    this.writer.flush();
  }

  reopen(): void {
    this.writer.reopen();
  }

  close(): void {
    this.writer.close();
  }

  private mark(action: number): string {
    if ((action & (Action.drop | ACTION_REJECT_ANY)) === 0) return '';
    return this.isInline ? '[Drop] ' : '[wDrop] ';
  }
}

function ruleText(s: Signature): string {
  return `[**] ${ruleNumber(s)} ${ruleMessage(s)} [**] ${ruleWeight(s)}`;
}

export default defineOutput({
  name: 'fast',
  summary: 'One line for each alert.',
  create(node: ConfigNode, context: OutputContext): Output {
    return new FastLog(openWriter(node, context, 'fast.log'), context.isInline);
  },
});
