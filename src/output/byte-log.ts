// ByteLog: the bytes of streams or bodies written down, in one file as rows of digits, in two files for each as they are.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { log } from '../base/log.ts';
import { formatIpv6, formatIpv6Short } from '../base/ip.ts';
import { F } from '../framework/flows.ts';
import type { Flows } from '../framework/flows.ts';
import type { Direction } from '../framework/transaction.ts';
import { addressText } from './text/addresses.ts';
import type { Ip6Text } from './text/addresses.ts';
import { hexDump } from './text/hex-dump.ts';
import { openWriter } from './writer.ts';
import type { ConfigNode } from '../config/index.ts';
import type { OutputContext } from '../framework/output.ts';
import type { RecordWriter } from './record-writer.ts';

const TYPES = ['file', 'dir', 'both'] as const;
const SENDERS = ['ts', 'tc'] as const;

/** What is written down. */
export interface ByteLogNames {
  /** Of the file where the configuration names none. */
  readonly file: string;
  /** Folder in the log directory. */
  readonly folder: string;
}

/** Bytes of one side of a flow. */
export interface LoggedBytes {
  readonly flow: number;
  /** What of the flow it is: the number of a transaction, '' for all. */
  readonly part: string;
  readonly direction: Direction;
  readonly data: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly isFirst: boolean;
}

export class ByteLog {
  private readonly flows: Flows;
  private readonly writer: RecordWriter | null;
  private readonly folder: string | null;
  private readonly ip6: Ip6Text;
  private hasFailed = false;

  /** @throws OutputError when the file cannot be opened */
  constructor(node: ConfigNode, context: OutputContext, names: ByteLogNames) {
    const type = node.choice('type', TYPES, 'file');
    this.flows = context.flows;
    this.ip6 = node.bool('ipv6-compress', false) ? formatIpv6Short : formatIpv6;
    this.writer = type === 'dir' ? null : openWriter(node, context, names.file);
    this.folder = type === 'file' ? null : join(context.logDir, names.folder);
    if (this.folder !== null) mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  write(bytes: LoggedBytes): void {
    const ends = this.ends(bytes.flow);
    const sender = SENDERS[bytes.direction];
    this.writer?.write(`${ends}-${sender}:\n${hexDump(bytes.data, bytes.start, bytes.end)}`);
    if (this.folder !== null) this.toOwnFile(join(this.folder, `${ends}-${bytes.part}-${sender}.data`), bytes);
  }

  /** `10.0.0.1_1024-10.0.0.2_80`: the client first. */
  private ends(f: number): string {
    const { flows } = this;
    const version = flows.ipVersion(f);
    const address = (at: number): string =>
      addressText(
        this.ip6,
        version,
        flows.word(f, at),
        flows.word(f, at + 1),
        flows.word(f, at + 2),
        flows.word(f, at + 3),
      );
    const source = `${address(F.src)}_${String(flows.sourcePort(f))}`;
    return `${source}-${address(F.dst)}_${String(flows.destinationPort(f))}`;
  }

  // opened for each piece: thousands of flows are under way, and no more files than a process may have open
  private toOwnFile(path: string, { data, start, end, isFirst }: LoggedBytes): void {
    try {
      (isFirst ? writeFileSync : appendFileSync)(path, data.subarray(start, end));
    } catch (error) {
      if (!this.hasFailed) log.error('output', `${path}: ${(error as Error).message}`);
      this.hasFailed = true;
    }
  }

  flush(): void {
    this.writer?.flush();
  }

  reopen(): void {
    this.writer?.reopen();
  }

  close(): void {
    this.writer?.close();
  }
}
