// syslog: one line for each alert, to the system log.
import { defineOutput } from '../framework/output.ts';
import { ACTION_REJECT_ANY, Action, AlertFlag } from '../framework/packet.ts';
import { SigFlag } from '../framework/signature.ts';
import { ruleMessage, ruleNumber, ruleWeight, tupleText } from './text/alert-line.ts';
import { openSyslog } from './writer.ts';
import type { ConfigNode } from '../config/index.ts';
import type { Output, OutputContext } from '../framework/output.ts';
import type { Packet } from '../framework/packet.ts';
import type { RecordWriter } from './record-writer.ts';

export class SyslogAlerts implements Output {
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
      const weight = ruleWeight(signature);
      const mark = this.mark(alerts.actions[i]!);
      this.writer.write(`${mark}${ruleNumber(signature)} ${ruleMessage(signature)} ${weight} ${tupleText(p)}`);
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

export default defineOutput({
  name: 'syslog',
  summary: 'One line for each alert, to the system log.',
  create(node: ConfigNode, context: OutputContext): Output {
    return new SyslogAlerts(openSyslog(node, context), context.isInline);
  },
});
