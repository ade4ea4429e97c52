// RemoteWriter: records of a worker for a file or socket that the first thread has for all workers.

import type { MessagePort } from 'node:worker_threads';
import { ByteText } from '../../base/byte-text.ts';
import type { RecordWriter, WriterRequest } from '../../framework/record-writer.ts';
import { OutputError } from '../../output/output-error.ts';
import { askFirst } from './ask-first.ts';
import type { MemberMessage, WriterAnswer } from './messages.ts';

/** Bytes collected before the other thread has them, and lines where there are no bytes. */
const CHUNK = 1 << 16;
const LINES = 64;

export class RemoteWriter implements RecordWriter {
  /** Loss is counted where it happens, by the writer of the first thread. */
  readonly failed = 0;
  readonly text?: ByteText;
  private readonly port: MessagePort;
  private readonly writer: number;
  /** End of the whole records in `text`, and how many they are. */
  private committed = 0;
  private records = 0;
  private lines: string[] = [];

  private constructor(port: MessagePort, { writer, takesBytes }: Extract<WriterAnswer, { writer: number }>) {
    this.port = port;
    this.writer = writer;
    if (takesBytes) this.text = new ByteText({ size: 2 * CHUNK });
  }

  /** @throws OutputError when the first thread cannot open it */
  static open(port: MessagePort, control: Int32Array, request: WriterRequest): RemoteWriter {
    const answer = askFirst(port, control, { type: 'open', request });
    if ('writer' in answer) return new RemoteWriter(port, answer);
    throw new OutputError(answer.code, answer.message);
  }

  write(record: string): void {
    if (this.text !== undefined) {
      this.text.string(record);
      this.commit(1);
      return;
    }
    this.lines.push(record);
    if (this.lines.length >= LINES) this.sendAll();
  }

  commit(records: number): void {
    this.committed = this.text!.length;
    this.records += records;
    if (this.committed >= CHUNK) this.sendAll();
  }

  flush(): void {
    this.sendAll();
    send(this.port, { type: 'flush', writer: this.writer });
  }

  /** The first thread opens its file anew by itself. */
  reopen(): void {
    this.sendAll();
  }

  close(): void {
    this.sendAll();
    send(this.port, { type: 'close', writer: this.writer });
  }

  private sendAll(): void {
    const { text, lines } = this;
    if (lines.length > 0) {
      this.lines = [];
      send(this.port, { type: 'lines', writer: this.writer, lines });
    }
    if (text === undefined || this.records === 0) return;
    const bytes = text.data.slice(0, this.committed);
    const message: MemberMessage = { type: 'bytes', writer: this.writer, bytes, records: this.records };
    this.port.postMessage(message, [bytes.buffer]);
    text.dropFront(this.committed);
    this.committed = 0;
    this.records = 0;
  }
}

function send(port: MessagePort, message: MemberMessage): void {
  port.postMessage(message);
}
