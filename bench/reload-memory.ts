// Memory of a live run on an interface while its rules are reloaded again and again: what it holds before, the most it
// holds during each reload, and afterwards. Packets come at a moderate rate all the time; what is lost of them is told.
// `npx tsx bench/reload-memory.ts [--workers 1,2] [--caching no,yes] [--reloads 10] [--rules FOLDER] [--rate 2000]`

import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Cable, Sensor, kernelCounts } from './support/cable.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const MAIN = join(ROOT, 'dist', 'cli', 'tayra.js');
/** The most of what was held before that a reload may need. */
const MOST = 1.6;
/** Milliseconds: quiet before the first look; after a reload until it is looked at. */
const QUIET = 5000;
const SETTLE = 2000;

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

async function measure(cable: Cable, workers: number, caching: string): Promise<void> {
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
  const sensor = new Sensor(cable, [process.execPath, MAIN, ...args]);
  const sender = cable.start(['python3', '-c', SENDER, options.rate]);
  try {
    await sensor.until(/Engine started/);
    await sleep(QUIET);
    const before = sensor.memory().now;
    let most = 0;
    const after: number[] = [];
    for (let n = 1; n <= Number(options.reloads); n++) {
      sensor.resetPeak();
      process.kill(sensor.pid, 'SIGUSR2');
      await sensor.until(/packets waited for it/, n);
      await sleep(SETTLE);
      const { now, peak } = sensor.memory();
      most = Math.max(most, peak);
      after.push(now);
      console.log(`    reload ${String(n)}: peak ${peak.toFixed(0)} MB, then ${now.toFixed(0)} MB`);
    }
    await sensor.end();
    const { drops, packets } = kernelCounts(folder);
    const ratio = most / before;
    console.log(
      `  ${String(workers)} workers, caching ${caching}: ${before.toFixed(0)} MB before, peak ${most.toFixed(0)} MB ` +
        `(${ratio.toFixed(2)} times, ${ratio <= MOST ? 'within' : 'ABOVE'} ${String(MOST)}), ${after.at(-1)!.toFixed(0)} MB after the last; ` +
        `${String(packets)} packets, ${String(drops)} lost; longest waits ${sensor.all(/packets waited for it (\d+) ms/).join(' ')} ms`,
    );
    if (ratio > MOST) process.exitCode = 1;
  } finally {
    sender.kill();
    await sensor.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

const cable = new Cable();
try {
  cable.set('addr add 10.9.0.1/24 dev near');
  cable.set('neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev near');
  for (const workers of options.workers.split(',').map(Number))
    for (const caching of options.caching.split(',')) await measure(cable, workers, caching);
} finally {
  cable.remove();
}
