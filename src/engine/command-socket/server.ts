// The command socket: a UNIX socket that speaks the protocol of Suricata's (`suricatasc`), one JSON object a message.

import { chmodSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';

/** What a command came to. */
export interface Answer {
  readonly isOk: boolean;
  readonly message: unknown;
}

/** One that takes its time is waited for: commands are answered in the order they came. */
export type Command = (argument: Readonly<Record<string, unknown>>) => Answer | Promise<Answer>;

/** Makes a command of what changes what several workers share: it waits until nobody else does. */
export type Exclusively = (act: (argument: Readonly<Record<string, unknown>>) => Answer) => Command;

/** Owner and group may give commands. */
const MODE = 0o660;
/** Characters of a request; who sends more is sent away. */
const LONGEST_REQUEST = 65_536;
/** Commands of a client that may wait for one before; who sends more is sent away. */
const MOST_WAITING = 64;
/** Versions of the protocol; from the second on, messages end with a line end. */
const VERSIONS = ['0.1', '0.2'];
const WITH_LINE_ENDS = '0.2';

export function ok(message: unknown): Answer {
  return { isOk: true, message };
}

export function refused(message: string): Answer {
  return { isOk: false, message };
}

/** One client: first it names the version, then it gives commands, one after another. */
class Client {
  private readonly socket: Socket;
  private readonly commands: ReadonlyMap<string, Command>;
  private received = '';
  private version: string | undefined;
  /** Commands that came while one before is under way. */
  private readonly waiting: Readonly<Record<string, unknown>>[] = [];
  private isWaiting = false;

  constructor(socket: Socket, commands: ReadonlyMap<string, Command>) {
    this.socket = socket;
    this.commands = commands;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.take(text);
    });
    socket.on('error', () => {
      socket.destroy(); // it went away in the middle of an answer
    });
  }

  /** Messages end with a line end, or, of older clients, where the object does. */
  private take(text: string): void {
    this.received += text;
    for (;;) {
      const at = this.received.indexOf('\n');
      const line = at < 0 ? this.received : this.received.slice(0, at);
      const message = line.trim() === '' ? undefined : parse(line);
      if (message !== undefined || at >= 0) this.received = at < 0 ? '' : this.received.slice(at + 1);
      if (message !== undefined) this.answer(message);
      else if (line.trim() !== '' && (at >= 0 || line.length > LONGEST_REQUEST)) this.socket.destroy();
      if (at < 0 || this.socket.destroyed) return;
    }
  }

  private answer(request: Readonly<Record<string, unknown>>): void {
    if (this.version === undefined) {
      this.greet(request['version']);
      return;
    }
    if (this.isWaiting) {
      if (this.waiting.length < MOST_WAITING) this.waiting.push(request);
      else this.socket.destroy();
      return;
    }
    const name = request['command'];
    const given = request['arguments'];
    const command = typeof name === 'string' ? this.commands.get(name) : undefined;
    const argument = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
    const answer = command === undefined ? refused('Unknown command') : command(argument);
    if (answer instanceof Promise) void this.await(answer);
    else this.tell(answer);
  }

  private async await(coming: Promise<Answer>): Promise<void> {
    this.isWaiting = true;
    const answer = await coming.catch((error: unknown) => refused((error as Error).message));
    this.isWaiting = false;
    if (this.socket.destroyed) return;
    this.tell(answer);
    for (const request of this.waiting.splice(0)) this.answer(request);
  }

  private tell({ isOk, message }: Answer): void {
    this.send({ message, return: isOk ? 'OK' : 'NOK' });
  }

  private greet(version: unknown): void {
    if (typeof version === 'string' && VERSIONS.includes(version)) {
      this.version = version;
      this.send({ return: 'OK' });
      return;
    }
    this.send({ return: 'NOK' });
    this.socket.end();
  }

  private send(message: unknown): void {
    this.socket.write(JSON.stringify(message) + (this.version === WITH_LINE_ENDS ? '\n' : ''));
  }
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export class CommandSocket {
  private readonly path: string;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(path: string, server: Server) {
    this.path = path;
    this.server = server;
  }

  /** @returns the socket, where clients may come, or the reason why there is none */
  static async open(path: string, commands: ReadonlyMap<string, Command>): Promise<CommandSocket | string> {
    const problem = await makeRoom(path);
    if (problem !== undefined) return problem;
    const server = createServer();
    const opened = new CommandSocket(path, server);
    server.on('connection', (socket) => {
      opened.sockets.add(socket);
      socket.on('close', () => opened.sockets.delete(socket));
      new Client(socket, commands);
    });
    const failed = await new Promise<string | undefined>((resolve) => {
      server.once('error', ({ message }) => {
        resolve(message);
      });
      server.listen(path, () => {
        resolve(undefined);
      });
    });
    if (failed !== undefined) return failed;
    chmodSync(path, MODE);
    return opened;
  }

  /** Somebody is connected: answers should not wait for packets. */
  get isInUse(): boolean {
    return this.sockets.size > 0;
  }

  /** Answers under way are sent; then clients and the socket are gone. */
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.end();
    await setImmediate();
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
    try {
      rmSync(this.path, { force: true });
    } catch {
      // privileges were given up meanwhile: the next start takes away a socket that nobody listens to
    }
  }
}

/** Makes the folder, and takes away the socket that a run left which did not end in order. @returns the problem */
async function makeRoom(path: string): Promise<string | undefined> {
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (statSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return undefined;
    if (await isAnswering(path)) return 'another program listens there';
    rmSync(path);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function isAnswering(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
