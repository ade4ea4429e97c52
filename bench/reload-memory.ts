// Memory of a live run on an interface while its rules are reloaded again and again: what it holds before, the most it
// holds during each reload, and afterwards. Packets come at a moderate rate all the time; what is lost of them is told.
// `npx tsx bench/reload-memory.ts [--workers 1,2] [--caching no,yes] [--reloads 10] [--rules FOLDER] [--rate 2000]`

import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const MAIN = join(ROOT, 'dist', 'cli', 'tayra.js');
const SPACE = `reload-${String(process.pid)}`;
/** The most of what was held before that a reload may need. */
const MOST = 1.6;
/** Milliseconds: longest start or reload; quiet before the first look; after a reload until it is looked at. */
const PATIENCE = 120_000;
const QUIET = 5000;
const SETTLE = 2000;
/** Tells the kernel to measure the peak anew. */
const RESET_PEAK = '5';

const { values: options } = parseArgs({
  options: {
    workers: { type: 'string', default: '1,2' },
    caching: { type: 'string', default: 'no,yes' },
    reloads: { type: 'string', default: '10' },
    rules: { type: 'string', default: join(ROOT, '..', 'shared', 'rules', 'et-open') },
    rate: { type: 'string', default: '2000' },
  },
});

/** Sends so many datagrams a second to ports of the other end. */
const SENDER = `import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
n = 0
start = time.monotonic()
while True:
    s.sendto(b'GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n' * 4, ('10.9.0.2', 20000 + n % 500))
    n += 1
    ahead = n / float(sys.argv[1]) - (time.monotonic() - start)
    if ahead > 0: time.sleep(ahead)
`;

function ip(...args: string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}

function plug(): void {
  ip('netns', 'add', SPACE);
  ip('-n', SPACE, 'link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far');
  ip('-n', SPACE, 'addr', 'add', '10.9.0.1/24', 'dev', 'near');
  for (const end of ['near', 'far']) ip('-n', SPACE, 'link', 'set', end, 'up');
  ip('-n', SPACE, 'neigh', 'add', '10.9.0.2', 'lladdr', '02:00:00:00:00:02', 'dev', 'near');
}

interface Memory {
  readonly now: number;
  readonly peak: number;
}

/** Resident memory of a process, MB. */
function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'latin1');
  const of = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? NaN) / 1024;
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

class Sensor {
  private readonly child: ChildProcess;
  private told = '';

  constructor(args: readonly string[]) {
    this.child = spawn('ip', ['netns', 'exec', SPACE, process.execPath, MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.on('data', (text: Buffer) => {
        this.told += text.toString();
      });
  }

  /** `ip netns exec` becomes the program. */
  get pid(): number {
    return this.child.pid!;
  }

  /** @returns how often it was told so far */
  count(what: RegExp): number {
    return [...this.told.matchAll(new RegExp(what, 'g'))].length;
  }

  async until(what: RegExp, times: number): Promise<void> {
    for (const end = Date.now() + PATIENCE; this.count(what) < times;) {
      if (Date.now() > end || this.child.exitCode !== null) throw new Error(`not told: ${String(what)}\n${this.told}`);
      await sleep(20);
    }
  }

  longestPauses(): readonly string[] {
    return [...this.told.matchAll(/packets waited for it (\d+) ms/g)].map((match) => match[1]!);
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const over = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGINT');
    await over;
  }
}

/** Of the last statistics. */
function kernelCounts(folder: string): { readonly kernel_packets?: number; readonly kernel_drops?: number } {
  const lines = readFileSync(join(folder, 'eve.json'), 'utf8').split('\n');
  const last = lines.findLast((line) => line.includes('"event_type":"stats"') && line.endsWith('}'))!;
  return (JSON.parse(last) as { stats: { capture: { kernel_packets: number; kernel_drops: number } } }).stats.capture;
}

async function measure(workers: number, caching: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tayra-bench-'));
  const config = join(folder, 'bench.yaml');
  const rules = join(folder, 'all.rules');
  const files = readdirSync(options.rules).filter((name) => name.endsWith('.rules'));
  writeFileSync(rules, files.map((name) => readFileSync(join(options.rules, name), 'utf8')).join('\n'));
  writeFileSync(
    config,
    `%YAML 1.1
---
vars:
  address-groups: { HOME_NET: "any", EXTERNAL_NET: "any", HTTP_SERVERS: "$HOME_NET", SMTP_SERVERS: "$HOME_NET", SQL_SERVERS: "$HOME_NET", DNS_SERVERS: "$HOME_NET", TELNET_SERVERS: "$HOME_NET", AIM_SERVERS: "any", DC_SERVERS: "$HOME_NET", DNP3_SERVER: "$HOME_NET", DNP3_CLIENT: "$HOME_NET", MODBUS_CLIENT: "$HOME_NET", MODBUS_SERVER: "$HOME_NET", ENIP_CLIENT: "$HOME_NET", ENIP_SERVER: "$HOME_NET" }
  port-groups: { HTTP_PORTS: "80", SHELLCODE_PORTS: "!80", ORACLE_PORTS: "1521", SSH_PORTS: "22", DNP3_PORTS: "20000", MODBUS_PORTS: "502", FILE_DATA_PORTS: "[$HTTP_PORTS,110,143]", FTP_PORTS: "21", GENEVE_PORTS: "6081", VXLAN_PORTS: "4789", TEREDO_PORTS: "3544" }
af-packet: [{ interface: far, threads: ${String(workers)}, cluster-id: 98, cluster-type: cluster_flow, tpacket-v3: yes }]
outputs:
  - eve-log: { enabled: yes, filename: eve.json, types: [ stats ] }
stats: { enabled: yes, interval: 1 }
classification-file: ${join(options.rules, 'classification.config')}
detect: { sgh-mpm-caching: ${caching}, sgh-mpm-caching-path: ${folder} }
default-data-dir: ${folder}
`,
  );
  const args = ['-c', config, '--af-packet=far', '-l', folder, '-k', 'none', '--runmode', 'workers', '-S', rules, '-v'];
  const sensor = new Sensor(args);
  const sender = spawn('ip', ['netns', 'exec', SPACE, 'python3', '-c', SENDER, options.rate], { stdio: 'inherit' });
  try {
    await sensor.until(/Engine started/, 1);
    await sleep(QUIET);
    const before = memoryOf(sensor.pid).now;
    let most = 0;
    const after: number[] = [];
    for (let n = 1; n <= Number(options.reloads); n++) {
      writeFileSync(`/proc/${String(sensor.pid)}/clear_refs`, RESET_PEAK);
      process.kill(sensor.pid, 'SIGUSR2');
      await sensor.until(/packets waited for it/, n);
      await sleep(SETTLE);
      const { now, peak } = memoryOf(sensor.pid);
      most = Math.max(most, peak);
      after.push(now);
      console.log(`    reload ${String(n)}: peak ${peak.toFixed(0)} MB, then ${now.toFixed(0)} MB`);
    }
    await sensor.end();
    const { kernel_drops: drops, kernel_packets: packets } = kernelCounts(folder);
    const ratio = most / before;
    console.log(
      `  ${String(workers)} workers, caching ${caching}: ${before.toFixed(0)} MB before, peak ${most.toFixed(0)} MB ` +
        `(${ratio.toFixed(2)} times, ${ratio <= MOST ? 'within' : 'ABOVE'} ${String(MOST)}), ${after.at(-1)!.toFixed(0)} MB after the last; ` +
        `${String(packets)} packets, ${String(drops)} lost; longest waits ${sensor.longestPauses().join(' ')} ms`,
    );
    if (ratio > MOST) process.exitCode = 1;
  } finally {
    sender.kill();
    await sensor.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

plug();
try {
  for (const workers of options.workers.split(',').map(Number))
    for (const caching of options.caching.split(',')) await measure(workers, caching);
} finally {
  spawnSync('ip', ['netns', 'del', SPACE]);
}
