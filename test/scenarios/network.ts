// A network of one's own: a namespace with two ends of a cable, where tests may send and capture what they like.

import { spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { udp4 } from '../support/packets.ts';

/** Whether anybody may read a file: a clone in the home of root is for nobody else. */
export function isForAnybody(path: string): boolean {
  const reads = (statSync(path).mode & 0o004) !== 0;
  for (let folder = dirname(path); reads; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
  return false;
}

/** Runs a program to its end. @returns why it failed, '' when it did not */
export function run(program: string, ...words: string[]): string {
  const { status, stderr, error } = spawnSync(program, words, { encoding: 'utf8' });
  return status === 0 ? '' : (error?.message ?? stderr) || `${program}: status ${status}`;
}

/** `near` has an address, 10.98.0.1, and takes 10.98.0.2 to be at `far`, where nobody answers. */
export class Network {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** @returns the network, or why there can be none */
  static create(): Network | string {
    const network = new Network(`tayra-${process.pid}`);
    const problem = run('ip', 'netns', 'add', network.name) || network.plug();
    if (problem === '') return network;
    network.remove();
    return problem;
  }

  /** Puts the cable in. @returns the problem */
  plug(): string {
    const far = 'address 02:00:00:00:00:02';
    return (
      this.ip(`link add near type veth peer name far ${far}`) ||
      this.ip('link set near up') ||
      this.ip('link set far up') ||
      this.ip('address add 10.98.0.1/24 dev near') ||
      this.ip('neighbour replace 10.98.0.2 lladdr 02:00:00:00:00:02 dev near')
    );
  }

  /** `ip` in the namespace. @returns the problem */
  ip(words: string): string {
    return run('ip', '-n', this.name, ...words.split(' '));
  }

  /** The words that run a program in the namespace. */
  inside(...words: string[]): string[] {
    return ['ip', 'netns', 'exec', this.name, ...words];
  }

  /** Sends datagrams from within. */
  send(address: string, port: number, payload: Buffer, count = 1): string {
    const script = `
      const socket = require('node:dgram').createSocket('udp4');
      const payload = Buffer.from('${payload.toString('hex')}', 'hex');
      let left = ${count};
      (function next() {
        if (left-- === 0) return socket.close();
        socket.send(payload, ${port}, '${address}', (error) => { if (error) throw error; next(); });
      })();`;
    const [program, ...words] = this.inside(process.execPath, '-e', script);
    return run(program!, ...words);
  }

  /** Sends a frame with a VLAN tag, which needs Python: Node has no raw sockets. @returns why it could not */
  sendTagged(vlan: number, port: number, payload: Buffer): string | undefined {
    const plain = udp4({ sp: 4000, dp: port }, payload);
    const tag = Buffer.from([0x81, 0, vlan >> 8, vlan & 255]);
    const frame = Buffer.concat([plain.subarray(0, 12), tag, plain.subarray(12)]).toString('hex');
    const script = `import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("near", 0))
s.send(bytes.fromhex("${frame}"))`;
    const [program, ...words] = this.inside('python3', '-c', script);
    return run(program!, ...words) || undefined;
  }

  remove(): void {
    run('ip', 'netns', 'del', this.name);
  }
}

/** Waits until something is so. @returns whether it came about within `limit` milliseconds */
export async function until(isSo: () => boolean, limit = 20_000): Promise<boolean> {
  const end = Date.now() + limit;
  while (!isSo()) {
    if (Date.now() > end) return false;
    await sleep(50);
  }
  return true;
}

/** The events in an EVE file, whole lines only. */
export function eventsIn<T>(file: string): T[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as T);
}

/** Ends a child by a signal. @returns its exit status */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const over = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill(signal);
  return over;
}
