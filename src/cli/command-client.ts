// CommandClient: speaks to a running engine on its command socket.

import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { openConfig } from '../config/index.ts';
import { servingSocket } from '../engine/settings/index.ts';

export interface CommandAnswer {
  readonly isOk: boolean;
  readonly message: unknown;
}

/** Nobody listens there, or not somebody who speaks this language. */
export class ConnectionError extends Error {}

/** One that takes long, such as a reload, is waited for all the same; a socket that says nothing at the start is not. */
const GREETING_TIMEOUT = 5000;

export class CommandClient {
  private readonly socket: Socket;
  private received = '';
  private readonly waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.take(text);
    });
    const fail = (error?: Error): void => {
      for (const { reject } of this.waiting.splice(0))
        reject(new ConnectionError(error?.message ?? 'the connection was closed'));
    };
    socket.on('error', fail);
    socket.on('close', () => {
      fail();
    });
  }

  /** @throws ConnectionError */
  static async open(path: string): Promise<CommandClient> {
    const client = new CommandClient(connect(path));
    const timer = setTimeout(() => client.socket.destroy(new Error(`${path}: no answer`)), GREETING_TIMEOUT);
    try {
      const { isOk } = await client.exchange({ version: '0.2' });
      if (!isOk) throw new ConnectionError(`${path}: it speaks another version of the protocol`);
    } catch (error) {
      client.socket.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    return client;
  }

  /** @throws ConnectionError */
  ask(command: string, given: Readonly<Record<string, unknown>> = {}): Promise<CommandAnswer> {
    return this.exchange(Object.keys(given).length === 0 ? { command } : { command, arguments: given });
  }

  close(): void {
    this.socket.end();
  }

  private async exchange(message: object): Promise<CommandAnswer> {
    const line = await new Promise<string>((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.socket.write(`${JSON.stringify(message)}\n`);
    });
    try {
      const answer = JSON.parse(line) as { return?: unknown; message?: unknown };
      return { isOk: answer.return === 'OK', message: answer.message };
    } catch {
      throw new ConnectionError('the answer cannot be read');
    }
  }

  /** Answers end with a line end; the greeting of older servers does not. */
  private take(text: string): void {
    this.received += text;
    for (let at = this.received.indexOf('\n'); at >= 0; at = this.received.indexOf('\n')) {
      const line = this.received.slice(0, at);
      this.received = this.received.slice(at + 1);
      this.waiting.shift()?.resolve(line);
    }
    if (this.received === '{"return":"OK"}') {
      this.received = '';
      this.waiting.shift()?.resolve('{"return":"OK"}');
    }
  }
}

/** Where the engine listens: as named, else as a configuration says, else where clients of Suricata look. */
export function socketPath(named: string | undefined, configFile: string | undefined): string {
  if (named !== undefined) return named;
  return servingSocket(openConfig(configFile === undefined ? {} : { file: configFile }).root, '');
}
