// How long EVE flow records take, serialised and written to /dev/null.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Counters } from '../src/base/counters.ts';
import { openConfig } from '../src/config/index.ts';
import { F, Flows } from '../src/framework/flows.ts';
import eve from '../src/output/eve/index.ts';
import type { OutputContext } from '../src/framework/output.ts';

const RECORDS = 200_000;
const folder = mkdtempSync(join(tmpdir(), 'tayra-bench-'));
const flows = new Flows(16);
const f = flows.allocate();
flows.setWord(f, F.src, 0x0ab49c8d);
flows.setWord(f, F.dst, 0x0ab49cf9);
flows.setWord(f, F.ports, (61450 << 16) | 80);
flows.setWord(f, F.protoVersion, 6 | (4 << 8));
flows.setWord(f, F.tcp, 0);
flows.setDouble(f, F.id, 1922853357371434);

const context: OutputContext = {
  flows,
  tcp: {
    state: () => 11,
    flagsToServer: () => 0x1b,
    flagsToClient: () => 0x1b,
    streamSize: () => 0,
    ordered: () => 0,
    holeSize: () => 0,
    hasGap: () => false,
    isDepthReached: () => false,
    maxRegions: () => 1,
    missedBytes: () => 0,
    retransmits: () => 0,
    handshakeRtt: () => 1,
    isMidstream: () => false,
    history: () => '',
    connState: () => '',
    snapshot: () => {
      throw new Error('not in this benchmark');
    },
  },
  counters: new Counters(),
  logDir: folder,
  appOf: () => null,
  protocols: [],
  isInline: false,
  deviceName: () => undefined,
  captureFile: () => '/captures/a.pcap',
  appProtocolName: () => '',
  flowbitName: () => undefined,
  flowintName: () => undefined,
  packetVars: [],
  uptime: () => 0,
  now: () => 1385391358382163,
};

function measure(name: string, settings: string): void {
  const file = join(folder, 'bench.yaml');
  writeFileSync(
    file,
    `%YAML 1.1\n---\noutputs:\n  - eve-log:\n      filename: /dev/null\n${settings}      types:\n        - flow\n`,
  );
  const node = openConfig({ file }).root.get('outputs')!.entries()[0]!.body!;
  const output = eve.create(node, context);
  for (const round of [0, 1]) {
    const start = process.cpuUsage();
    for (let i = 0; i < RECORDS; i++) {
      const ts = 1385391358382163 + i * 17 * 1000;
      flows.setDouble(f, F.startTs, ts);
      flows.setDouble(f, F.lastTs, ts + 5_468_000);
      flows.setWord(f, F.ports, ((1024 + (i % 60000)) << 16) | 80);
      output.flow!(f);
    }
    const used = process.cpuUsage(start);
    const each = (used.user + used.system) / RECORDS;
    if (round === 1) process.stdout.write(`${name.padEnd(32)} ${each.toFixed(2)} us of CPU per record\n`);
  }
  output.close();
}

measure('flow', '');
measure('flow with community id', '      community-id: yes\n');
measure('flow with ethernet, file, id', '      community-id: yes\n      ethernet: yes\n      pcap-file: yes\n');
rmSync(folder, { recursive: true, force: true });
