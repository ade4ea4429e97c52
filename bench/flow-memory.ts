// Memory of a million idle TCP flows, and what `flow.memcap` as it is by default keeps of them.
// `node --import tsx bench/flow-memory.ts [FLOWS]`

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Counters } from '../src/base/counters.ts';
import { Slab } from '../src/base/slab.ts';
import { DEFAULT_FLOW_OPTIONS } from '../src/flow/options.ts';
import { FlowTracker } from '../src/flow/flow-tracker.ts';
import { Flows } from '../src/framework/flows.ts';
import { Packet, PacketFlag } from '../src/framework/packet.ts';
import { defaultStreamOptions, TcpEngine } from '../src/stream/index.ts';

const REGION = 1 << 16;
const GIB = 2 ** 30;
const wanted = Number(process.argv[2] ?? 1_000_000);

function resident(): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? 0) * 1024;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MB`;
}

/** Begins `count` TCP flows, a handshake each, and lets them be. @param memcap bytes for flow records */
function run(count: number, memcap: number): void {
  const data = new Uint8Array(2 * REGION);
  const counters = new Counters();
  const flows = new Flows();
  const options = defaultStreamOptions();
  options.memcap = 0;
  options.rawInspection = false;
  const engine = new TcpEngine({ flows, counters, data, bufferId: -1, slab: new Slab(REGION, REGION), options });
  const events = {
    isReuse: () => false,
    memcap: () => undefined,
    ended: (f: number) => {
      engine.release(f);
    },
  };
  const tracker = new FlowTracker(flows, counters, events, { ...DEFAULT_FLOW_OPTIONS, memcap });
  const p = new Packet(data);
  const send = (n: number, isAnswer: boolean, tcpFlags: number, seq: number, ack: number): void => {
    p.reset(data, -1, 0, 60);
    p.number = n;
    p.ts = 1.6e15 + n;
    p.flags = PacketFlag.wantsFlow;
    p.ipVersion = 4;
    p.proto = 6;
    const client = 0x0a000000 + n;
    p.src0 = isAnswer ? 0x0b000001 : client;
    p.dst0 = isAnswer ? client : 0x0b000001;
    p.sp = isAnswer ? 443 : 40_000;
    p.dp = isAnswer ? 40_000 : 443;
    p.tcpFlags = tcpFlags;
    p.tcpSeq = seq;
    p.tcpAck = ack;
    p.tcpWindow = 65_535;
    const f = tracker.handle(p);
    if (f >= 0) engine.packet(p, f);
  };
  const before = resident();
  for (let n = 1; n <= count; n++) {
    send(n, false, 0x02, 1, 0);
    send(n, true, 0x12, 1, 2);
    send(n, false, 0x10, 2, 2);
  }
  const used = resident() - before;
  const { sessions } = engine.usage();
  console.log(
    `flow.memcap ${mebibytes(memcap)}: ${count} flows begun, ${flows.active} kept with ${sessions} sessions, ` +
      `${counters.byName('flow.memcap')} packets refused, ${mebibytes(used)}, ` +
      `${(used / Math.max(1, flows.active)).toFixed(0)} bytes per flow`,
  );
}

// Each in a process of its own: memory that one gave back would hide what the next one takes.
const only = process.argv[3];
if (only !== undefined) run(wanted, Number(only));
else {
  for (const memcap of [DEFAULT_FLOW_OPTIONS.memcap, GIB]) {
    const again = [...process.execArgv, fileURLToPath(import.meta.url), String(wanted), String(memcap)];
    const { status } = spawnSync(process.execPath, again, { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
