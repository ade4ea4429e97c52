// A gateway of one's own: client, gateway and server in namespaces, where the gateway's firewall queues what it forwards.

import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { udp4 } from '../support/packets.ts';
import { run, until } from './network.ts';

const PEER = fileURLToPath(new URL('peer.mjs', import.meta.url));
const TRANSFERS = fileURLToPath(new URL('transfers.mjs', import.meta.url));
const ROUGH_PATH = fileURLToPath(new URL('rough-path.py', import.meta.url));
const PLACES = ['client', 'path', 'gateway', 'server'] as const;
type Place = (typeof PLACES)[number];

/** Of what the rough path does. */
const SEED = '7';

const FORWARD = 'cd /proc/sys/net && echo 1 > ipv4/ip_forward && echo 1 > ipv6/conf/all/forwarding';

/** Node has no packet sockets. */
const SEND_FRAME = `
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("wire", 0))
s.send(bytes.fromhex(sys.argv[1]))
`;
const CATCH_TAGGED = `
import socket, struct
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
s.bind(("wire", 3))
s.setsockopt(263, 8, 1)
s.settimeout(4)
print("ready", flush=True)
while True:
    frame, beside, flags, where = s.recvmsg(2000, 200)
    for level, kind, data in beside:
        status, length, snap, mac, net, tci, tpid = struct.unpack("IIIHHHH", data)
        if status & 16 and frame[23] == 17:
            print(tci, frame[42:].decode(), flush=True)
            raise SystemExit
`;

/** What a client saw: an answer, or the name of an error; `timeout` when nothing came. */
export interface Seen {
  readonly status?: number;
  readonly bytes?: number;
  readonly text?: string;
  readonly sha256?: string;
  readonly error?: string;
}

/** What is transferred at a time: on how many connections, and how much over how long on each that lasts. */
export interface Load {
  readonly long: number;
  /** Connections that come one after the other, a few packets each. */
  readonly short: number;
  readonly bytes: number;
  /** Unless they are finished before. */
  readonly milliseconds: number;
}

export interface TransferResult {
  /** How many came whole. */
  readonly whole: number;
  /** What was wrong with each of the others. */
  readonly broken: readonly string[];
}

/** Transfers under way. */
export class Transfers {
  private readonly result: Promise<TransferResult>;
  private readonly child: ChildProcess;

  constructor(child: ChildProcess) {
    this.child = child;
    let told = '';
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text: Buffer) => (told += text.toString()));
    this.result = new Promise((resolve) => {
      child.once('close', () => {
        resolve(told.startsWith('{') ? (JSON.parse(told) as TransferResult) : { whole: 0, broken: [told] });
      });
    });
  }

  get isOver(): boolean {
    return this.child.exitCode !== null;
  }

  /** What is left is sent as fast as it is taken. */
  async finish(): Promise<TransferResult> {
    this.child.stdin!.end();
    return this.result;
  }
}

/** Addresses of the server. */
export const SERVER = '10.97.2.2';
export const SERVER6 = 'fd97:2::2';

export class Gateway {
  private readonly prefix = `tayra-${String(process.pid)}`;
  /** What the server said. */
  heard = '';
  private server: ChildProcess | undefined;
  private path: ChildProcess | undefined;
  private readonly isRough: boolean;

  private constructor(isRough: boolean) {
    this.isRough = isRough;
  }

  /**
   * @param how `router`: between two networks; `bridge`: between two wires of one network, across which it forwards nothing
   * @param path `rough`: between client and gateway frames are lost, doubled and held back now and then
   * @returns the gateway, or why there can be none
   */
  static async create(
    how: 'router' | 'bridge' = 'router',
    path: 'smooth' | 'rough' = 'smooth',
  ): Promise<Gateway | string> {
    const gateway = new Gateway(path === 'rough');
    const problem = gateway.build(how) || (await gateway.serve()) || (await gateway.roughen());
    if (problem === '') return gateway;
    gateway.remove();
    return problem;
  }

  /** The words that run a program in a namespace. */
  inside(place: Place, ...words: string[]): string[] {
    return ['ip', 'netns', 'exec', this.name(place), ...words];
  }

  /** Runs a program in a namespace to its end. @returns why it failed, '' when it did not */
  run(place: Place, ...words: string[]): string {
    const [program, ...rest] = this.inside(place, ...words);
    return run(program!, ...rest);
  }

  /** The gateway's firewall, for IPv4 and IPv6. @returns the problem */
  firewall(words: string): string {
    const rest = words.split(' ');
    return this.run('gateway', 'iptables', '-w', ...rest) || this.run('gateway', 'ip6tables', '-w', ...rest);
  }

  /** @param how `rest`: milliseconds for which the client stops reading after the first bytes */
  get(path: string, how: { host?: string; timeout?: number; rest?: number } = {}): Seen {
    const { host = SERVER, timeout = 1500, rest = 0 } = how;
    const name = host.includes(':') ? `[${host}]` : host;
    return this.ask('get', `http://${name}${path}`, String(timeout), String(rest));
  }

  /** A datagram to port 53 of the server, which sends it back. */
  send(text: string, host = SERVER): Seen {
    return this.ask('ask', host, text, '1000');
  }

  ping(host = SERVER): Seen {
    return this.ask('ping', host, '1000');
  }

  /** Many transfers at a time, half of the long ones from the client to the server. */
  transfers(load: Load, host = SERVER): Transfers {
    const { long, short, bytes, milliseconds } = load;
    const name = host.includes(':') ? `[${host}]` : host;
    const numbers = [long, short, bytes, milliseconds].map(String);
    const [program, ...rest] = this.inside('client', process.execPath, TRANSFERS, `http://${name}`, ...numbers);
    return new Transfers(spawn(program!, rest));
  }

  /** How often the rough path did what, such as `lost`. */
  async roughness(): Promise<ReadonlyMap<string, number>> {
    let told = '';
    this.path!.stdout!.on('data', (text: Buffer) => (told += text.toString()));
    this.path!.kill('SIGTERM');
    await until(() => told.endsWith('\n'));
    const counts = told.trim().split(' ');
    return new Map(counts.map((count) => [count.split('=')[0]!, Number(count.split('=')[1])]));
  }

  remove(): void {
    this.path?.kill('SIGKILL');
    this.server?.kill('SIGKILL');
    for (const place of PLACES) run('ip', 'netns', 'del', this.name(place));
  }

  private name(place: Place): string {
    return `${this.prefix}-${place}`;
  }

  private ask(...words: string[]): Seen {
    const [program, ...rest] = this.inside('client', process.execPath, PEER, ...words);
    const { stdout, stderr } = spawnSync(program!, rest, { encoding: 'utf8' });
    return stdout === '' ? { error: stderr } : (JSON.parse(stdout) as Seen);
  }

  private build(how: 'router' | 'bridge'): string {
    for (const place of PLACES) {
      const problem = run('ip', 'netns', 'add', this.name(place)) || this.ip(place, 'link set lo up');
      if (problem !== '') return problem;
    }
    if (how === 'bridge') return this.wire('client', 'inside', 1) || this.wire('server', 'outside', 2);
    return (
      this.cable('client', 'inside', '10.97.1', 'fd97:1::') ||
      this.cable('server', 'outside', '10.97.2', 'fd97:2::') ||
      this.run('gateway', 'sh', '-c', FORWARD) ||
      this.firewall('-S FORWARD')
    );
  }

  /** The cable itself; to the client it may lead by way of the rough path. */
  private plug(place: Place, port: string): string {
    const add = (name: string, at: Place, peer: string, peerAt: Place): string =>
      run(
        'ip',
        ...`link add ${name} netns ${this.name(at)} type veth peer name ${peer} netns ${this.name(peerAt)}`.split(' '),
      );
    if (!this.isRough || place !== 'client') return add(port, 'gateway', 'wire', place);
    return (
      add(port, 'gateway', 'far', 'path') ||
      add('near', 'path', 'wire', place) ||
      this.ip('path', 'link set near up') ||
      this.ip('path', 'link set far up')
    );
  }

  private async roughen(): Promise<string> {
    if (!this.isRough) return '';
    for (const [place, port] of [
      ['client', 'wire'],
      ['gateway', 'inside'],
    ] as const) {
      const problem = this.run(place, 'python3', ROUGH_PATH, 'plain', port);
      if (problem !== '') return problem;
    }
    const [program, ...rest] = this.inside('path', 'python3', ROUGH_PATH, 'near', 'far', SEED);
    this.path = spawn(program!, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    const isReady = await new Promise((resolve) => {
      this.path!.stdout!.once('data', () => resolve(true)).once('end', () => resolve(false));
    });
    return isReady === true ? '' : 'the rough path does not start';
  }

  /** A cable from a host to the gateway, over which it reaches the other. */
  private cable(place: Place, port: string, four: string, six: string): string {
    return (
      this.plug(place, port) ||
      this.ip('gateway', `address add ${four}.1/24 dev ${port}`) ||
      this.ip('gateway', `address add ${six}1/64 dev ${port} nodad`) ||
      this.ip('gateway', `link set ${port} up`) ||
      this.ip(place, `address add ${four}.2/24 dev wire`) ||
      this.ip(place, `address add ${six}2/64 dev wire nodad`) ||
      this.ip(place, 'link set wire up') ||
      this.ip(place, `route add default via ${four}.1`) ||
      this.ip(place, `-6 route add default via ${six}1`)
    );
  }

  /** A wire from a host to the gateway, which has no address on it. */
  private wire(place: Place, port: string, host: number): string {
    return (
      this.plug(place, port) ||
      this.ip('gateway', `link set ${port} up`) ||
      this.ip(place, `address add 10.97.2.${String(host)}/24 dev wire`) ||
      this.ip(place, `address add fd97:2::${String(host)}/64 dev wire nodad`) ||
      this.ip(place, 'link set wire up')
    );
  }

  /**
   * A datagram in a frame with a tag, from the client's wire to the server's.
   * @returns the tag and the payload that came out, such as `7 hello`
   */
  async sendTagged(vlan: number, payload: string): Promise<string> {
    const [program, ...rest] = this.inside('server', 'python3', '-c', CATCH_TAGGED);
    const server = spawn(program!, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    let caught = '';
    for (const stream of [server.stdout, server.stderr])
      stream.on('data', (text: Buffer) => (caught += text.toString()));
    await until(() => caught.includes('ready') || server.exitCode !== null);
    const plain = udp4({ sp: 4000, dp: 53 }, Buffer.from(payload), { src: '10.97.2.1', dst: SERVER });
    const tag = Buffer.from([0x81, 0, vlan >> 8, vlan & 255]);
    const frame = Buffer.concat([plain.subarray(0, 12), tag, plain.subarray(12)]).toString('hex');
    const problem = this.run('client', 'python3', '-c', SEND_FRAME, frame);
    if (problem !== '') return problem;
    await until(() => server.exitCode !== null, 5000);
    server.kill();
    return caught.replace('ready', '').trim();
  }

  ip(place: Place, words: string): string {
    return run('ip', '-n', this.name(place), ...words.split(' '));
  }

  private async serve(): Promise<string> {
    const [program, ...rest] = this.inside('server', process.execPath, PEER, 'serve');
    const server = spawn(program!, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.server = server;
    for (const stream of [server.stdout, server.stderr])
      stream.on('data', (text: Buffer) => (this.heard += text.toString()));
    if (!(await until(() => this.heard.includes('ready')))) return `the server does not start: ${this.heard}`;
    return '';
  }
}
