// fast: one line for each alert, for the eye.
import { defineOutput } from '../framework/output.ts';
import { ACTION_REJECT_ANY, Action, AlertFlag } from '../framework/packet.ts';
import { SigFlag } from '../framework/signature.ts';
import { packetDestination, packetSource } from './text/addresses.ts';
import { isIcmp, protocolName } from './text/protocol-name.ts';
import { fastTime } from './text/timestamp.ts';
import { openWriter } from './writer.ts';
import type { ConfigNode } from '../config/index.ts';
import type { Output, OutputContext } from '../framework/output.ts';
import type { Packet } from '../framework/packet.ts';
import type { Signature } from '../framework/signature.ts';
import type { RecordWriter } from './record-writer.ts';

const RAW_BYTES = 32;

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
  const category = s.category === '' ? '(null)' : s.category;
  return `[**] [${String(s.gid)}:${String(s.sid)}:${String(s.rev)}] ${s.msg} [**] [Classification: ${category}] [Priority: ${String(s.priority)}]`;
}

function tupleText(p: Packet): string {
  if (p.ipVersion === 0) return rawText(p);
  // ICMP shows type and code where others have ports
  const a = isIcmp(p.proto) ? p.icmpType : p.sp;
  const b = isIcmp(p.proto) ? p.icmpCode : p.dp;
  return `{${protocolName(p.proto)}} ${packetSource(p)}:${String(a)} -> ${packetDestination(p)}:${String(b)}`;
}

function rawText(p: Packet): string {
  let hex = '';
  const end = Math.min(p.end, p.start + RAW_BYTES);
  for (let i = p.start; i < end; i++) hex += `${p.data[i]!.toString(16).toUpperCase().padStart(2, '0')} `;
  const place = p.number > 0 ? ` [pcap file packet: ${String(p.number)}]` : '';
  return `[**] [Raw pkt: ${hex}]${place}`;
}

export default defineOutput({
  name: 'fast',
  summary: 'One line for each alert.',
  create(node: ConfigNode, context: OutputContext): Output {
    return new FastLog(openWriter(node, context.logDir, 'fast.log'), context.isInline);
  },
});
