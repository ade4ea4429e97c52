// pcap-log: packets to capture files, all of them or those of flows with alerts or tags; a ring of files by size.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { defineCounter } from '../base/counters.ts';
import { log } from '../base/log.ts';
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

const MODES = ['normal', 'multi'] as const;
const COMPRESSIONS = ['none', 'lz4'] as const;
const TIME_FORMATS = ['sec', 'usec'] as const;
const TCP = 6;
/** Microseconds of packets between two tries to begin a file. */
const RETRY = 1e6;

interface PcapLogOptions {
  /** In mode `multi` with `%n`, `%i` and `%t` in its name. */
  readonly path: string;
  readonly mode: (typeof MODES)[number];
  readonly timeFormat: (typeof TIME_FORMATS)[number];
  readonly lz4: { readonly hasChecksum: boolean } | null;
  /** Leave out packets of streams whose depth is reached. */
  readonly usesDepth: boolean;
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

const PROCESS = String(process.pid);
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
  /** Packets that were not written, those included that a failing file may have had in its buffer. */
  lost = 0;
  /** Packets since the last flush. */
  private held = 0;
  private isFailing = false;
  /** Time of packets from which on a file is tried again, microseconds. */
  private retryAt = -Infinity;

  constructor(options: PcapLogOptions, context: OutputContext) {
    this.options = options;
    this.context = context;
  }

  packet(p: Packet): void {
    // inner and rebuilt packets are in the file with the one that carried them
    if (p.parent !== null || (p.flags & PacketFlag.pseudoStreamEnd) !== 0 || !this.isWanted(p)) return;
    // the file is named after the first packet that comes by, filtered or not
    if (this.writer === undefined || p.linkType !== this.linkType || this.isFull(p.end - p.start)) this.next(p);
    if (this.writer === undefined) {
      this.lost++;
      return;
    }
    const { counters } = this.context;
    if (this.options.filter?.matches(p.data, p.start, p.end, p.wireLength, p.linkType) === false) {
      counters.add(FILTERED);
      return;
    }
    counters.add(WRITTEN);
    this.held++;
    try {
      this.writer.write(p.data, p.start, p.end - p.start, Math.max(p.wireLength, p.end - p.start), p.ts);
    } catch (error) {
      this.fail(error as Error, p.ts);
    }
  }

  flush(): void {
    try {
      this.writer?.flush();
      this.held = 0;
    } catch (error) {
      this.fail(error as Error, this.retryAt);
    }
  }

  reopen(): void {
    this.close();
  }

  close(): void {
    const { writer } = this;
    this.writer = undefined;
    try {
      writer?.close();
      this.held = 0;
    } catch (error) {
      this.fail(error as Error, this.retryAt);
    }
  }

  /** A full disk or a folder that is gone costs packets, not the engine; said once. */
  private fail({ message }: Error, ts: number): void {
    this.lost += this.held;
    this.held = 0;
    this.retryAt = ts + RETRY;
    const { writer } = this;
    this.writer = undefined;
    try {
      writer?.close();
    } catch {
      // that much was known
    }
    if (!this.isFailing)
      log.error('output', `pcap-log: ${message}; packets are lost until a file can be written again`);
    this.isFailing = true;
  }

  private isWanted(p: Packet): boolean {
    if (this.options.honorsPass && this.isPassed(p)) return false;
    if (this.options.usesDepth && this.isBeyondDepth(p)) return false;
    if (this.options.condition === 'all') return true;
    if (p.alerts.count > 0 || (p.flags & PacketFlag.tagged) !== 0) return true;
    if (p.flow < 0) return false;
    return this.context.flows.hasFlag(p.flow, this.options.condition === 'alerts' ? FlowFlag.alerted : FlowFlag.tagged);
  }

  private isBeyondDepth(p: Packet): boolean {
    const { flows, tcp } = this.context;
    const t = p.flow < 0 || p.proto !== TCP ? -1 : flows.tcp(p.flow);
    return t >= 0 && (tcp.isDepthReached(t, 'toServer') || tcp.isDepthReached(t, 'toClient'));
  }

  private isPassed(p: Packet): boolean {
    return (p.action & Action.pass) !== 0 || (p.flow >= 0 && this.context.flows.hasFlag(p.flow, FlowFlag.actionPass));
  }

  private isFull(more: number): boolean {
    return this.options.limit > 0 && (this.writer?.size ?? 0) + 16 + more > this.options.limit;
  }

  /** Name of a file that begins at `ts`, microseconds. */
  private pathOf(ts: number): string {
    const { path, mode, timeFormat, lz4 } = this.options;
    const second = Math.floor(ts / 1e6);
    const time = timeFormat === 'sec' ? String(second) : `${String(second)}.${String(Math.floor(ts - second * 1e6))}`;
    const { worker } = this.context;
    const n = String(worker ?? 1);
    const filled = path.replace(/%([nit])/g, (_, letter) => (letter === 'n' ? n : letter === 'i' ? PROCESS : time));
    const plain = mode === 'multi' ? filled : `${path}.${time}`;
    // workers that share a name would write over each other's packets
    const name = worker === undefined || (mode === 'multi' && path.includes('%n')) ? plain : `${plain}.${n}`;
    const ending = lz4 === null ? '' : '.lz4';
    return `${this.files.includes(name + ending) ? `${name}.${String(this.opened)}` : name}${ending}`;
  }

  private next(p: Packet): void {
    this.close();
    if (p.ts < this.retryAt) return;
    const path = this.pathOf(p.ts);
    const { lz4 } = this.options;
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.writer = new PcapWriter(path, { linkType: p.linkType, ...(lz4 !== null && { lz4 }) });
      // its header is written, so that a full disk is known before packets are
      this.writer.flush();
    } catch (error) {
      this.fail(error as Error, p.ts);
      return;
    }
    if (this.isFailing)
      log.warning('output', `pcap-log: goes on in ${path}; up to ${String(this.lost)} packets were lost`);
    this.isFailing = false;
    this.linkType = p.linkType;
    this.opened++;
    this.files.push(path);
    while (this.options.maxFiles > 0 && this.files.length > this.options.maxFiles)
      rmSync(this.files.shift()!, { force: true });
  }
}

function readOptions(node: ConfigNode, context: OutputContext): PcapLogOptions {
  const compression = oneOf(node, 'compression', COMPRESSIONS);
  const mode = oneOf(node, 'mode', MODES);
  const filename = node.string('filename', 'log.pcap');
  if (mode === 'multi' && !/%[nit]/.test(filename))
    throw new OutputError('bad_setting', `${node.path}: filename "${filename}" of mode multi needs %n, %i or %t`);
  return {
    path: logPath(logPath(context.logDir, node.string('dir', '.')), filename),
    mode,
    timeFormat: oneOf(node, 'ts-format', TIME_FORMATS),
    lz4: compression === 'none' ? null : { hasChecksum: node.bool('lz4-checksum', false) },
    usesDepth: node.bool('use-stream-depth', false),
    condition: node.choice('conditional', CONDITIONS, 'all'),
    limit: sizeOf(node),
    maxFiles: node.int('max-files', 0, { min: 0 }),
    honorsPass: node.bool('honor-pass-rules', false),
    filter: readFilter(node),
  };
}

/** One of the values that a key may have, the first of them without it. */
function oneOf<T extends string>(node: ConfigNode, key: string, values: readonly [T, ...T[]]): T {
  const text = node.string(key, values[0]).toLowerCase();
  const found = values.find((value) => value === text);
  if (found !== undefined) return found;
  throw new OutputError('unsupported', `${node.path}: ${key} "${text}" is not supported; use ${values.join(' or ')}`);
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
