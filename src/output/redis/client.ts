// RedisClient: records to a server, in order; what it has not confirmed is sent again over the next connection.

import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { CommandTemplate, ReplyReader, command } from './resp.ts';
import type { RedisSettings } from './settings.ts';

export interface RedisEvents {
  /** The server has it (`isTaken`), or will not have it. */
  settled(record: Buffer, isTaken: boolean): void;
  /** Told once each time it comes and goes. */
  changed(message: string): void;
}

/** Milliseconds between two tries to connect. */
const RETRY = 500;
/** Milliseconds without a reply after which a connection is given up. */
const SILENCE = 10_000;
/** Commands that may be under way: more does not make it faster. */
const WINDOW = 512;
/** A command too many as yet, or not now: these errors pass. */
const PASSING = /^(?:LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|OOM|MISCONF|NOAUTH|NOREPLICAS)\b/;

export class RedisClient {
  private readonly settings: RedisSettings;
  private readonly events: RedisEvents;
  private readonly template: CommandTemplate;
  private socket: Socket | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Records that are not confirmed, the oldest first from `head` on; so many of them are under way. */
  private records: Buffer[] = [];
  private head = 0;
  private underWay = 0;
  private isReady = false;
  private hasWritten = true;
  private isClosed = false;
  private problem = '';

  constructor(settings: RedisSettings, events: RedisEvents) {
    this.settings = settings;
    this.events = events;
    this.template = new CommandTemplate(settings.words);
    this.connect();
  }

  /** Records that are not confirmed. */
  get waiting(): number {
    return this.records.length - this.head;
  }

  add(record: Buffer): void {
    this.records.push(record);
    this.send();
  }

  /** No more is sent. */
  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.socket?.end();
  }

  private connect(): void {
    const { server, login } = this.settings;
    const socket = 'path' in server ? connect(server.path) : connect(server.port, server.host);
    this.socket = socket;
    this.underWay = 0;
    this.isReady = false;
    this.hasWritten = true;
    let reason = 'the server closed the connection';
    const replies = new ReplyReader((error) => {
      if (!this.isReady) this.loggedIn(error);
      else this.replied(error);
    });
    socket.setNoDelay(true);
    socket.setTimeout(SILENCE);
    socket.on('connect', () => {
      if (login.length > 0) socket.write(command(login));
      else this.ready();
    });
    socket.on('data', (bytes) => {
      if (!replies.take(bytes)) socket.destroy(new Error('what comes back is not RESP'));
    });
    socket.on('drain', () => {
      this.hasWritten = true;
      this.send();
    });
    socket.on('timeout', () => {
      // with nothing under way, silence is as it should be
      if (this.underWay > 0 || !this.isReady) socket.destroy(new Error('the server does not answer'));
    });
    socket.on('error', ({ message }) => {
      reason = message;
    });
    socket.on('close', () => {
      this.isReady = false;
      if (this.isClosed) return;
      this.tell(reason);
      this.timer = setTimeout(() => {
        this.connect();
      }, RETRY);
    });
  }

  private loggedIn(error: string | undefined): void {
    if (error === undefined) this.ready();
    else this.socket?.destroy(new Error(error));
  }

  private ready(): void {
    this.isReady = true;
    if (this.problem !== '') this.events.changed('connected again');
    this.problem = '';
    this.send();
  }

  private tell(reason: string): void {
    if (reason !== this.problem) this.events.changed(reason);
    this.problem = reason;
  }

  private send(): void {
    const { socket } = this;
    if (!this.isReady || socket === undefined || !this.hasWritten) return;
    const most = Math.min(this.waiting, WINDOW);
    if (this.underWay >= most) return;
    socket.cork();
    while (this.underWay < most) {
      const record = this.records[this.head + this.underWay]!;
      this.underWay++;
      this.hasWritten = socket.write(this.template.of(record));
      if (!this.hasWritten) break;
    }
    socket.uncork();
  }

  /** Replies come in the order of the commands. */
  private replied(error: string | undefined): void {
    if (this.underWay === 0) {
      this.socket?.destroy(new Error('a reply to nothing'));
      return;
    }
    if (error !== undefined && PASSING.test(error)) {
      this.socket?.destroy(new Error(error)); // from this record on, later
      return;
    }
    if (error !== undefined) this.tell(error);
    const record = this.records[this.head]!;
    this.head++;
    this.underWay--;
    if (this.head === this.records.length || this.head > 4096) {
      this.records.splice(0, this.head);
      this.head = 0;
    }
    this.events.settled(record, error === undefined);
    if (this.underWay < WINDOW / 2) this.send();
  }
}
