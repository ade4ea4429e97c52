// WriterHost: the files and sockets that all workers of a team write to, in the first thread.

import type { ConfigNode } from '../../config/index.ts';
import type { OutputContext } from '../../framework/output.ts';
import type { RecordWriter, WriterRequest } from '../../framework/record-writer.ts';
import { OutputError } from '../../output/output-error.ts';
import { openSyslog, openWriter } from '../../output/writer.ts';
import type { MemberMessage, WriterAnswer } from './messages.ts';

interface Shared {
  readonly key: string;
  readonly writer: RecordWriter;
  /** Workers that have not closed it, by number: one may have it more than once. */
  readonly users: number[];
  isClosed: boolean;
}

export class WriterHost {
  private readonly writers: Shared[] = [];
  private readonly config: ConfigNode;
  private readonly context: Pick<OutputContext, 'logDir' | 'mayWait'>;

  constructor(config: ConfigNode, context: Pick<OutputContext, 'logDir' | 'mayWait'>) {
    this.config = config;
    this.context = context;
  }

  /** The writer of a section: opened for the first worker that asks, the same for the others. */
  open(request: WriterRequest, worker: number): WriterAnswer {
    const key = `${request.kind} ${request.section} ${request.defaultName}`;
    const known = this.writers.findIndex((shared) => shared.key === key);
    if (known >= 0) {
      this.writers[known]!.users.push(worker);
      return { writer: known, takesBytes: this.writers[known]!.writer.text !== undefined };
    }
    try {
      const writer = this.create(request);
      return {
        writer: this.writers.push({ key, writer, users: [worker], isClosed: false }) - 1,
        takesBytes: writer.text !== undefined,
      };
    } catch (error) {
      const code = error instanceof OutputError ? error.code : 'open_failed';
      return { code, message: error instanceof Error ? error.message : String(error) };
    }
  }

  private create({ section, defaultName, kind }: WriterRequest): RecordWriter {
    const node = this.config.get(section);
    if (node === undefined) throw new OutputError('bad_setting', `${section} is not in the configuration`);
    return kind === 'syslog' ? openSyslog(node, this.context) : openWriter(node, this.context, defaultName);
  }

  /** Does what a worker asks for. @returns false for a message that is about no writer */
  take(message: MemberMessage, worker: number): boolean {
    switch (message.type) {
      case 'bytes':
        this.bytes(this.writers[message.writer]!.writer, message);
        return true;
      case 'lines':
        for (const line of message.lines) this.writers[message.writer]!.writer.write(line);
        return true;
      case 'flush':
        this.writers[message.writer]!.writer.flush();
        return true;
      case 'close':
        this.close(this.writers[message.writer]!, worker);
        return true;
      default:
        return false;
    }
  }

  private bytes(writer: RecordWriter, { bytes, records }: Extract<MemberMessage, { type: 'bytes' }>): void {
    writer.text!.part(bytes);
    writer.commit!(records);
  }

  /** It stays open until all workers have ended: who takes the place of another may write yet. */
  private close({ users, writer }: Shared, worker: number): void {
    users.splice(users.indexOf(worker), 1);
    writer.flush();
  }

  /** A worker ended without closing: what it wrote before is kept, and its writers stay open for who takes its place. */
  lose(worker: number): void {
    for (const shared of this.writers) {
      const { users, writer } = shared;
      const others = users.filter((user) => user !== worker);
      if (others.length === users.length) continue;
      users.splice(0, users.length, ...others);
      writer.flush();
    }
  }

  /** Log files were moved away. */
  reopen(): void {
    for (const { isClosed, writer } of this.writers) if (!isClosed) writer.reopen();
  }

  /** All workers have ended. */
  closeAll(): void {
    for (const shared of this.writers) {
      if (!shared.isClosed) shared.writer.close();
      shared.isClosed = true;
    }
  }
}
