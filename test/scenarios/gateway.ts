// A gateway of one's own: client, gateway and server in namespaces, where the gateway's firewall queues what it forwards.

import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { run, until } from './network.ts';

const PEER = fileURLToPath(new URL('peer.mjs', import.meta.url));
const PLACES = ['client', 'gateway', 'server'] as const;
type Place = (typeof PLACES)[number];

const FORWARD = 'cd /proc/sys/net && echo 1 > ipv4/ip_forward && echo 1 > ipv6/conf/all/forwarding';

/** What a client saw: an answer, or the name of an error; `timeout` when nothing came. */
export interface Seen {
  readonly status?: number;
  readonly bytes?: number;
  readonly text?: string;
  readonly sha256?: string;
  readonly error?: string;
}

/** Addresses of the server. */
export const SERVER = '10.97.2.2';
export const SERVER6 = 'fd97:2::2';

export class Gateway {
  private readonly prefix = `tayra-${String(process.pid)}`;
  /** What the server said. */
  heard = '';
  private server: ChildProcess | undefined;

  /** @returns the gateway, or why there can be none */
  static async create(): Promise<Gateway | string> {
    const gateway = new Gateway();
    const problem = gateway.build() || (await gateway.serve());
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

  get(path: string, { host = SERVER, timeout = 1500 }: { host?: string; timeout?: number } = {}): Seen {
    const name = host.includes(':') ? `[${host}]` : host;
    return this.ask('get', `http://${name}${path}`, String(timeout));
  }

  /** A datagram to port 53 of the server, which sends it back. */
  send(text: string, host = SERVER): Seen {
    return this.ask('ask', host, text, '1000');
  }

  ping(host = SERVER): Seen {
    return this.ask('ping', host, '1000');
  }

  remove(): void {
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

  private build(): string {
    for (const place of PLACES) {
      const problem = run('ip', 'netns', 'add', this.name(place)) || this.ip(place, 'link set lo up');
      if (problem !== '') return problem;
    }
    return (
      this.cable('client', 'inside', '10.97.1', 'fd97:1::') ||
      this.cable('server', 'outside', '10.97.2', 'fd97:2::') ||
      this.run('gateway', 'sh', '-c', FORWARD) ||
      this.firewall('-S FORWARD')
    );
  }

  /** A cable from a host to the gateway, over which it reaches the other. */
  private cable(place: Place, port: string, four: string, six: string): string {
    const gateway = this.name('gateway');
    return (
      run('ip', ...`link add ${port} netns ${gateway} type veth peer name wire netns ${this.name(place)}`.split(' ')) ||
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

  private ip(place: Place, words: string): string {
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
