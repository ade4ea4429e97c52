// Nanoseconds per packet of the TCP engine: full segments in order, each pair acknowledged, raw windows committed.

import { Counters } from '../src/base/counters.ts';
import { Slab } from '../src/base/slab.ts';
import { Flows } from '../src/framework/flows.ts';
import { Packet, PacketFlag } from '../src/framework/packet.ts';
import { defaultStreamOptions, TcpEngine } from '../src/stream/index.ts';

const SEGMENT = 1460;
const ROUNDS = 500_000;
const REGION = 1 << 20;

const flows = new Flows();
const data = new Uint8Array(REGION + (16 << 20));
const options = defaultStreamOptions();
options.reassembly.depth = 0;
const parts = { flows, counters: new Counters(), data, bufferId: 0, slab: new Slab(REGION, 16 << 20), options };
const engine = new TcpEngine(parts);
const p = new Packet(data);
const f = flows.allocate();

function send(direction: number, tcpFlags: number, seq: number, ack: number, length: number): void {
  p.reset(data, 0, 0, 1514);
  p.flow = f;
  p.flags = direction;
  p.tcpFlags = tcpFlags;
  p.tcpSeq = seq | 0;
  p.tcpAck = ack | 0;
  p.tcpWindow = 65535;
  p.payloadOffset = 54;
  p.payloadLength = length;
  engine.packet(p, f);
  engine.raw.open(p);
  engine.raw.commit(p);
}

function run(rounds: number, from: number): number {
  let seq = from;
  for (let i = 0; i < rounds; i++) {
    send(PacketFlag.toServer, 0x10, seq, 1, SEGMENT);
    send(PacketFlag.toServer, 0x18, seq + SEGMENT, 1, SEGMENT);
    seq += 2 * SEGMENT;
    send(PacketFlag.toClient, 0x10, 1, seq, 0);
  }
  return seq;
}

send(PacketFlag.toServer, 2, 0, 0, 0);
send(PacketFlag.toClient, 0x12, 0, 1, 0);
send(PacketFlag.toServer, 0x10, 1, 1, 0);
const warm = run(ROUNDS / 10, 1);
const start = process.cpuUsage().user;
run(ROUNDS, warm);
const nanoseconds = ((process.cpuUsage().user - start) * 1000) / (ROUNDS * 3);
console.log(`stream: ${nanoseconds.toFixed(0)} ns per packet (data, data, acknowledgement)`);
