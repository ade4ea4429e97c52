// Inline beside Suricata: what a gateway of namespaces forwards through queue 0 with each program, and without any.
// SURICATA="command of Suricata" npx tsx bench/inline.ts [--seconds 5] [--runs 3] [--rules FILE] [--only tayra,suricata]
// Needs root, iptables, iperf3 and Python.

import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Gateway, SERVER } from '../test/scenarios/gateway.ts';
import { end, until } from '../test/scenarios/network.ts';

const MAIN = fileURLToPath(new URL('../dist/cli/tayra.js', import.meta.url));
const ECHO = fileURLToPath(new URL('support/echo.py', import.meta.url));
const ECHO_PORT = '5300';
const ROUND_TRIPS = '12000';
const TICKS_PER_SECOND = 100;
/** Failing closed: only what was decided arrives. */
const CONFIG = `%YAML 1.1
---
outputs:
  - eve-log: { enabled: yes, filename: eve.json, types: [ alert, flow ] }
stats: { enabled: no }
unix-command: { enabled: no }
nfq: { fail-open: no }
vars:
  address-groups: { HOME_NET: "[10.0.0.0/8]", EXTERNAL_NET: any, HTTP_SERVERS: any, SMTP_SERVERS: any, SQL_SERVERS: any, DNS_SERVERS: any, TELNET_SERVERS: any, AIM_SERVERS: any, DC_SERVERS: any, DNP3_SERVER: any, DNP3_CLIENT: any, MODBUS_CLIENT: any, MODBUS_SERVER: any, ENIP_CLIENT: any, ENIP_SERVER: any }
  port-groups: { HTTP_PORTS: "80", SHELLCODE_PORTS: "!80", ORACLE_PORTS: "1521", SSH_PORTS: "22", DNP3_PORTS: "20000", MODBUS_PORTS: "502", FILE_DATA_PORTS: "[80,110,143]", FTP_PORTS: "21", GENEVE_PORTS: "6081", VXLAN_PORTS: "4789", TEREDO_PORTS: "3544", SIP_PORTS: "[5060,5061]" }
`;

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    runs: { type: 'string', default: '3' },
    rules: { type: 'string', default: '/dev/null' },
    only: { type: 'string', default: '' },
  },
});

interface Program {
  readonly name: string;
  /** Undefined: nothing is queued. */
  readonly command: readonly string[] | undefined;
}

interface Figures {
  /** Datagrams of 64 bytes that were forwarded, per second, and the program's processor time for each, microseconds. */
  readonly packets: number;
  readonly cpu: number;
  /** One TCP connection, Gbit/s. */
  readonly throughput: number;
  /** Round-trip times, microseconds. */
  readonly median: number;
  readonly late: number;
}

interface Iperf {
  readonly error?: string;
  readonly end: {
    readonly sum?: { readonly seconds: number };
    readonly sum_received?: { readonly bits_per_second: number };
  };
}

function programs(): Program[] {
  const suricata = process.env['SURICATA']?.split(/\s+/).filter(Boolean);
  const all: Program[] = [
    { name: 'none', command: undefined },
    { name: 'tayra', command: [process.execPath, MAIN] },
    ...(suricata === undefined ? [] : [{ name: 'suricata', command: [...suricata, '--runmode', 'workers'] }]),
  ];
  return all.filter(({ name }) => options.only === '' || options.only.split(',').includes(name));
}

/** Seconds of processor time of a process with all its threads. */
function processorTime(pid: number | undefined): number {
  if (pid === undefined) return 0;
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

class Bench {
  private readonly gateway: Gateway;
  private readonly folder: string;

  constructor(gateway: Gateway, folder: string) {
    this.gateway = gateway;
    this.folder = folder;
  }

  async measure({ name, command }: Program): Promise<Figures> {
    const child = command === undefined ? undefined : await this.start(name, command);
    const cpuBefore = processorTime(child?.pid);
    const packetsBefore = this.forwarded();
    const { seconds } = this.iperf('-u', '-b', '0', '-l', '64').end.sum!;
    const forwarded = this.forwarded() - packetsBefore;
    const cpu = ((processorTime(child?.pid) - cpuBefore) * 1e6) / forwarded;
    const throughput = this.iperf().end.sum_received!.bits_per_second / 1e9;
    const times = this.run('client', 'python3', ECHO, 'ask', SERVER, ECHO_PORT, ROUND_TRIPS).split('\n').map(Number);
    if (child !== undefined) await end(child, 'SIGINT');
    return {
      packets: forwarded / seconds,
      cpu,
      throughput,
      median: times[Math.floor(times.length / 2)]!,
      late: times[Math.floor(times.length * 0.99)]!,
    };
  }

  private async start(name: string, command: readonly string[]): Promise<ChildProcess> {
    const log = join(this.folder, name);
    mkdirSync(log, { recursive: true });
    const words = [...command, '-c', join(this.folder, 'bench.yaml'), '-S', options.rules, '-l', log, '-q', '0'];
    const [program, ...rest] = this.gateway.inside('gateway', ...words);
    const child = spawn(program!, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    let told = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (told += text.toString()));
    const isUp = await until(() => told.includes('Engine started') || child.exitCode !== null, 180_000);
    if (!isUp || child.exitCode !== null) throw new Error(`${name} does not start: ${told}`);
    return child;
  }

  /** Packets that left towards the server so far. */
  private forwarded(): number {
    return Number(this.run('gateway', 'cat', '/sys/class/net/outside/statistics/tx_packets'));
  }

  private iperf(...words: string[]): Iperf {
    const [program, ...rest] = this.gateway.inside('server', 'iperf3', '-s', '-1');
    const server = spawn(program!, rest, { stdio: 'ignore' });
    // it says nothing when it listens
    spawnSync('sleep', ['0.5']);
    const text = this.run('client', 'iperf3', '-c', SERVER, '-t', options.seconds, '--json', ...words);
    server.kill('SIGKILL');
    const told = JSON.parse(text) as Iperf;
    if (told.error !== undefined) throw new Error(`iperf3: ${told.error}`);
    return told;
  }

  private run(...[place, ...words]: Parameters<Gateway['inside']>): string {
    const [program, ...rest] = this.gateway.inside(place, ...words);
    return spawnSync(program!, rest, { encoding: 'utf8', maxBuffer: 1 << 26 }).stdout.trim();
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const HEAD = 'program     packets/s   us/packet   TCP Gbit/s   round trip p50 us   p99 us';

function row(name: string, all: readonly Figures[]): string {
  const of = (key: keyof Figures, digits: number): string => median(all.map((one) => one[key])).toFixed(digits);
  const cells = [of('packets', 0), of('cpu', 2), of('throughput', 2), of('median', 0), of('late', 0)];
  return name.padEnd(10) + cells.map((cell, i) => cell.padStart([11, 12, 13, 20, 9][i]!)).join('');
}

const gateway = await Gateway.create();
if (typeof gateway === 'string') throw new Error(gateway);
const folder = mkdtempSync(join(tmpdir(), 'tayra-bench-'));
writeFileSync(join(folder, 'bench.yaml'), CONFIG);
const [program, ...rest] = gateway.inside('server', 'python3', ECHO, 'serve', ECHO_PORT);
const echo = spawn(program!, rest, { stdio: 'ignore' });
try {
  const problem = gateway.firewall('-t mangle -A FORWARD -j NFQUEUE --queue-num 0 --queue-bypass');
  if (problem !== '') throw new Error(problem);
  const bench = new Bench(gateway, folder);
  const results = new Map<string, Figures[]>();
  // in turn: what disturbs the machine disturbs all of them
  for (let run = 0; run < Number(options.runs); run++)
    for (const one of programs()) results.set(one.name, [...(results.get(one.name) ?? []), await bench.measure(one)]);
  console.log(HEAD);
  for (const [name, all] of results) console.log(row(name, all));
} finally {
  echo.kill('SIGKILL');
  gateway.remove();
  rmSync(folder, { recursive: true, force: true });
}
