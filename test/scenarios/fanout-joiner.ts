// Run inside of a network: sockets join a fanout group again and again while numbered datagrams come in. Prints as JSON
// how many came to both sockets of the group, and how many to each.

import { spawn } from 'node:child_process';
import { AfPacketPort } from '../../src/capture/af-packet-port.ts';
import { PacketBatch } from '../../src/pcap/index.ts';

const ROUNDS = 60;
const PORT = 9999;
/** Ethernet, IPv4 and UDP headers. */
const HEADERS = 42;
const ARENA = 16 << 20;
/** Balanced by the rollover of a number: the datagrams of the one flow go to both sockets. */
const PACKET_FANOUT_LB = 1;
const FLOOD = `
  const socket = require('node:dgram').createSocket('udp4');
  socket.connect(${String(PORT)}, '10.98.0.2', function next() {
    for (let i = 0; i < 50; i++) {
      const payload = Buffer.alloc(8);
      payload.writeDoubleBE(number++);
      socket.send(payload, i === 49 ? next : () => undefined);
    }
  });
  let number = 0;`;

const batch = new PacketBatch(new Uint8Array(ARENA));

function portOf(): AfPacketPort {
  const port = new AfPacketPort(
    {
      name: 'far',
      blockSize: 1 << 18,
      blockCount: 16,
      blockTimeout: 1,
      isPromiscuous: true,
      snapLength: 256,
      isShared: true,
      trustsKernel: true,
      fanout: { group: 4711, mode: PACKET_FANOUT_LB },
    },
    0,
  );
  must(port.open());
  return port;
}

function must(problem: string | undefined): void {
  if (problem !== undefined) throw new Error(problem);
}

/** Numbers of the datagrams that are there. */
function take(port: AfPacketPort, into: Set<number>): void {
  for (;;) {
    batch.count = 0;
    port.ring!.fill(batch, { at: 0, end: ARENA });
    if (batch.count === 0) return;
    const view = Buffer.from(batch.data.buffer);
    for (let i = 0; i < batch.count; i++) {
      const at = batch.offset[i]!;
      const isNumbered = batch.length[i] === HEADERS + 8 && view.readUInt16BE(at + 36) === PORT;
      if (isNumbered) into.add(view.readDoubleBE(at + HEADERS));
    }
  }
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

const flood = spawn(process.execPath, ['-e', FLOOD], { stdio: 'inherit' });
try {
  const first = portOf();
  must(first.bind());
  const [ofFirst, ofSecond] = [new Set<number>(), new Set<number>()];
  pause(500);
  for (let i = 0; i < ROUNDS; i++) {
    const second = portOf();
    take(first, ofFirst);
    must(second.bind());
    pause(5); // for both to hand over their blocks
    take(first, ofFirst);
    take(second, ofSecond);
    second.close();
  }
  take(first, ofFirst);
  const both = [...ofSecond].filter((number) => ofFirst.has(number)).length;
  console.log(JSON.stringify({ both, first: ofFirst.size, second: ofSecond.size }));
  first.close();
} finally {
  flood.kill();
}
