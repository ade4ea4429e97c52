// SocketWriter: records to a UNIX stream socket; connects again when the reader went away, counts what is lost meanwhile.
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import type { RecordWriter } from './record-writer.ts';

const MAX_WAITING = 4 << 20;
const RECONNECT_MS = 500;

/** Writing never blocks: beyond 4 MB of unread records new ones are counted and dropped. */
export class SocketWriter implements RecordWriter {
  failed = 0;
  private socket: Socket | undefined;
  private nextTry = 0;
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
    this.connect();
  }

  write(record: string): void {
    if (this.socket === undefined && Date.now() >= this.nextTry) this.connect();
    if (this.socket === undefined || this.socket.writableLength > MAX_WAITING) {
      this.failed++;
      return;
    }
    this.socket.write(record);
  }

  flush(): void {
    // the socket sends as the reader reads
  }

  reopen(): void {
    this.close();
    this.connect();
  }

  close(): void {
    this.socket?.end();
    this.socket = undefined;
  }

  private connect(): void {
    const socket = createConnection(this.path);
    this.nextTry = Date.now() + RECONNECT_MS;
    this.socket = socket;
    const drop = (): void => {
      if (this.socket === socket) this.socket = undefined;
    };
    socket.on('error', drop);
    socket.on('close', drop);
    socket.unref();
  }
}
