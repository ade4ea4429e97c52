// pcap-log: packets to capture files, all of them or those of flows with alerts or tags; a ring of files by size.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { defineCounter } from '../base/counters.ts';
import { FlowFlag } from '../framework/flows.ts';
import { defineOutput } from '../framework/output.ts';
import { Action, PacketFlag } from '../framework/packet.ts';
import { PacketFilter, PcapWriter } from '../pcap/index.ts';
import { OutputError } from './output-error.ts';
import { logPath } from './writer.ts';
import type { ConfigNode } from '../config/index.ts';
import type { Output, OutputContext } from '../framework/output.ts';
import type { Packet } from '../framework/packet.ts';

const CONDITIONS = ['all', 'alerts', 'tag'] as const;
type Condition = (typeof CONDITIONS)[number];

interface PcapLogOptions {
  readonly path: string;
  readonly condition: Condition;
  /** Bytes of one file, 0 without limit. */
  readonly limit: number;
  /** Files kept, 0 for all. */
  readonly maxFiles: number;
  /** Leave out the packets of flows that a pass rule let go. */
  readonly honorsPass: boolean;
  /** `bpf-filter`: packets to write. */
  readonly filter: PacketFilter | undefined;
}

const WRITTEN = defineCounter('pcap_log.written');
const FILTERED = defineCounter('pcap_log.filtered_bpf');

class PcapLog implements Output {
  readonly wantsEveryPacket = true;
  private readonly options: PcapLogOptions;
  private readonly context: OutputContext;
  private readonly files: string[] = [];
  private writer: PcapWriter | undefined;
  private linkType = -1;
  private opened = 0;

  constructor(options: PcapLogOptions, context: OutputContext) {
    this.options = options;
    this.context = context;
  }

  packet(p: Packet): void {
    // inner and rebuilt packets are in the file with the one that carried them
    if (p.parent !== null || (p.flags & PacketFlag.pseudoStreamEnd) !== 0 || !this.isWanted(p)) return;
    // the file is named after the first packet that comes by, filtered or not
    if (this.writer === undefined || p.linkType !== this.linkType || this.isFull(p.end - p.start)) this.next(p);
    const { counters } = this.context;
    if (this.options.filter?.matches(p.data, p.start, p.end, p.wireLength, p.linkType) === false) {
      counters.add(FILTERED);
      return;
    }
    counters.add(WRITTEN);
    this.writer?.write(p.data, p.start, p.end - p.start, Math.max(p.wireLength, p.end - p.start), p.ts);
  }

  flush(): void {
    this.writer?.flush();
  }

  reopen(): void {
    this.close();
  }

  close(): void {
    this.writer?.close();
    this.writer = undefined;
  }

  private isWanted(p: Packet): boolean {
    if (this.options.honorsPass && this.isPassed(p)) return false;
    if (this.options.condition === 'all') return true;
    if (p.alerts.count > 0 || (p.flags & PacketFlag.tagged) !== 0) return true;
    if (p.flow < 0) return false;
    return this.context.flows.hasFlag(p.flow, this.options.condition === 'alerts' ? FlowFlag.alerted : FlowFlag.tagged);
  }

  private isPassed(p: Packet): boolean {
    return (p.action & Action.pass) !== 0 || (p.flow >= 0 && this.context.flows.hasFlag(p.flow, FlowFlag.actionPass));
  }

  private isFull(more: number): boolean {
    return this.options.limit > 0 && (this.writer?.size ?? 0) + 16 + more > this.options.limit;
  }

  private next(p: Packet): void {
    this.close();
    const second = String(Math.floor(p.ts / 1e6));
    const name = `${this.options.path}.${second}`;
    const path = this.files.includes(name) ? `${name}.${String(this.opened)}` : name;
    mkdirSync(dirname(path), { recursive: true });
    this.writer = new PcapWriter(path, { linkType: p.linkType });
    this.linkType = p.linkType;
    this.opened++;
    this.files.push(path);
    while (this.options.maxFiles > 0 && this.files.length > this.options.maxFiles)
      rmSync(this.files.shift()!, { force: true });
  }
}

function readOptions(node: ConfigNode, context: OutputContext): PcapLogOptions {
  const compression = node.string('compression', 'none');
  if (compression !== 'none')
    throw new OutputError('unsupported', `${node.path}: compression "${compression}" is not supported; use none`);
  const mode = node.string('mode', 'normal');
  if (mode !== 'normal')
    throw new OutputError('unsupported', `${node.path}: mode "${mode}" is not supported; use normal`);
  return {
    path: logPath(context.logDir, node.string('filename', 'log.pcap')),
    condition: node.choice('conditional', CONDITIONS, 'all'),
    limit: sizeOf(node),
    maxFiles: node.int('max-files', 0, { min: 0 }),
    honorsPass: node.bool('honor-pass-rules', false),
    filter: readFilter(node),
  };
}

function readFilter(node: ConfigNode): PacketFilter | undefined {
  const text = node.string('bpf-filter');
  if (text === undefined) return undefined;
  try {
    return new PacketFilter(text);
  } catch (error) {
    throw new OutputError('bad_setting', `${node.path}.bpf-filter: ${(error as Error).message}: ${text}`, error);
  }
}

// a bare number is megabytes, as in Suricata
function sizeOf(node: ConfigNode): number {
  const text = node.string('limit', '');
  return /^\d+$/.test(text) ? Number(text) * 1024 * 1024 : node.size('limit', 0);
}

export default defineOutput({
  name: 'pcap-log',
  summary: 'Packets to capture files.',
  create(node: ConfigNode, context: OutputContext): Output {
    return new PcapLog(readOptions(node, context), context);
  },
});
