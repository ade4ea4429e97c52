// AlertLines: what outputs share that write one line for each alert.

import { ACTION_REJECT_ANY, Action } from '../framework/packet.ts';
import type { Output } from '../framework/output.ts';
import type { Packet } from '../framework/packet.ts';
import type { Signature } from '../framework/signature.ts';
import type { RecordWriter } from './record-writer.ts';
import { isSilentAlert } from './silent-alert.ts';

/** The line of an alert; `mark` says what becomes of the packet, '' where it goes on. */
export type AlertLine = (p: Packet, signature: Signature, mark: string) => string;

export class AlertLines implements Output {
  private readonly writer: RecordWriter;
  private readonly isStopping: boolean;
  private readonly line: AlertLine;

  constructor(
    writer: RecordWriter,
    context: { readonly isInline: boolean; readonly isShadow?: boolean },
    line: AlertLine,
  ) {
    this.writer = writer;
    this.isStopping = context.isInline && context.isShadow !== true;
    this.line = line;
  }

  packet(p: Packet): void {
    const { alerts } = p;
    for (let i = 0; i < alerts.count; i++) {
      const signature = alerts.signatures[i]!;
      if (isSilentAlert(signature, alerts.flags[i]!)) continue;
      this.writer.write(this.line(p, signature, this.mark(alerts.actions[i]!)));
    }
  }

  get lost(): number {
    return this.writer.failed;
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
    return this.isStopping ? '[Drop] ' : '[wDrop] ';
  }
}
