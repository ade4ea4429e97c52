// How long decoding takes, by kind of packet, and a whole capture when one is named: ns per packet.
import { readFileSync } from 'node:fs';
import { Counters } from '../src/base/counters.ts';
import { ChecksumVerifier } from '../src/decode/checksum-verifier.ts';
import { Decoder } from '../src/decode/decoder.ts';
import { Packet } from '../src/framework/packet.ts';
import { LAYERS } from '../src/layers/registry.ts';
import { concat, ethernet, hex, icmp4, ipv4, tcp4, tcp6, udp, udp4, udp6, vlan } from '../test/support/packets.ts';

const ROUNDS = 3_000_000;
const COPIES = 512;

const TIMESTAMP = hex('0101 080a 00000001 00000002');
const payload = new Uint8Array(200);
const SAMPLES: [string, Uint8Array][] = [
  ['TCP over IPv4', tcp4({}, payload)],
  ['TCP over IPv4, timestamps', tcp4({ options: TIMESTAMP }, payload)],
  ['TCP SYN', tcp4({ flags: 2, options: hex('020405b4 0402080a 00000001 00000000 01030307') })],
  ['UDP over IPv4', udp4({}, payload)],
  ['TCP over IPv6', tcp6({ options: TIMESTAMP }, payload)],
  ['UDP over IPv6', udp6({}, payload)],
  ['UDP in a VLAN', ethernet(0x8100, vlan(5, 0x0800, udp4({}, payload).slice(14)))],
  ['ICMP echo', icmp4(8, 0)],
  ['VXLAN', udp4({ dp: 4789 }, concat(hex('0800000000000100'), ethernet(0x0800, ipv4({ protocol: 17 }, udp({})))))],
];

/** Nanoseconds of processor time so far: the machine may have other work. */
function now(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

function report(name: string, ns: number): void {
  console.log(`${name.padEnd(32)} ${ns.toFixed(1).padStart(7)} ns/packet`);
}

/** The batch as a capture source hands it over: packets side by side in one array. */
function run(
  decoder: Decoder,
  data: Uint8Array,
  offsets: Int32Array,
  lengths: Int32Array,
  rounds: number,
  linkType: number,
): number {
  const p = new Packet(data);
  p.linkType = linkType;
  const began = now();
  for (let i = 0, k = 0; i < rounds; i++, k = k + 1 === offsets.length ? 0 : k + 1) {
    const start = offsets[k]!;
    p.reset(data, -1, start, start + lengths[k]!);
    decoder.decode(p);
  }
  return (now() - began) / rounds;
}

const decoder = new Decoder({ counters: new Counters(), layers: LAYERS });
for (let warm = 0; warm < 2; warm++) {
  for (const [name, frame] of SAMPLES) {
    const data = new Uint8Array(frame.length * COPIES);
    const offsets = Int32Array.from({ length: COPIES }, (_, i) => i * frame.length);
    for (const offset of offsets) data.set(frame, offset);
    const ns = run(decoder, data, offsets, new Int32Array(COPIES).fill(frame.length), ROUNDS, 1);
    if (warm === 1) report(name, ns);
  }
}

const verifier = new ChecksumVerifier(['all']);
const long = tcp4({}, new Uint8Array(1400));
const p = new Packet(long);
p.linkType = 1;
p.reset(long, -1, 0, long.length);
decoder.decode(p);
const began = now();
for (let i = 0; i < 500_000; i++) verifier.verify(p);
report('checksum of 1440 bytes', (now() - began) / 500_000);

/** `node --import tsx bench/decode.bench.ts FILE.pcap`: little-endian, microseconds. */
const file = process.argv[2];
if (file !== undefined) {
  const data = new Uint8Array(readFileSync(file));
  const view = new DataView(data.buffer);
  const offsets: number[] = [];
  const lengths: number[] = [];
  for (let o = 24; o + 16 <= data.length;) {
    const length = view.getUint32(o + 8, true);
    offsets.push(o + 16);
    lengths.push(length);
    o += 16 + length;
  }
  const fresh = new Decoder({ counters: new Counters(), layers: LAYERS });
  const linkType = view.getUint32(20, true);
  for (let i = 0; i < 4; i++)
    report(
      file.replace(/^.*\//, ''),
      run(fresh, data, Int32Array.from(offsets), Int32Array.from(lengths), offsets.length, linkType),
    );
}
