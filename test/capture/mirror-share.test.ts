import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { MirrorShare } from '../../src/capture/mirror-share.ts';
import type { MirrorSettings } from '../../src/capture/mirror-socket.ts';
import { Spread } from '../../src/capture/spread.ts';
import { registerBuffer } from '../../src/native/buffers.ts';
import { KernelSocket, SOCK_DGRAM, kernelSocketReason } from '../../src/native/kernel-socket.ts';
import { PacketBatch, openCaptureFile } from '../../src/pcap/index.ts';
import { AF_INET, socketAddress } from '../../src/wire/sockaddr.ts';
import {
  bytes,
  concat,
  ethernet,
  hex,
  icmp4,
  icmp6,
  ipv4,
  tcp4,
  tcp6,
  udp,
  udp4,
  udp6,
  vlan,
} from '../support/packets.ts';

const WORKERS = 7;
const ETHERNET = 1;
const RAW = 101;
const SLOT = 0x10000;
const PAYLOAD = hex('00 01 02 03');
const PAIR = { src: '10.1.2.3', dst: '10.9.8.7' };
const PAIR6 = { src: '2001:db8::3', dst: '2001:db8::7' };
const bare = (frame: Uint8Array): Uint8Array => frame.subarray(14);
const VXLAN = hex('08 00 00 00 00 00 07 00');
/** @param options whole words */
const geneve = (type: number, options: Uint8Array): Uint8Array =>
  concat(bytes(options.length / 4, 0, type >> 8, type & 255, 0, 0, 7, 0), options);

describe('MirrorShare', function () {
  this.timeout(20_000);
  const buffer = new Uint8Array(SLOT);
  const lengths = new Int32Array(1);
  let id: number;
  let sender: KernelSocket;
  const shares = new Map<string, { share: MirrorShare; mirror: MirrorSettings; sockets: KernelSocket[] }>();

  before(async function () {
    if (kernelSocketReason !== '') {
      console.log(`      skipped: ${kernelSocketReason}`);
      this.skip();
    }
    id = registerBuffer(buffer);
    sender = KernelSocket.open(AF_INET, SOCK_DGRAM, 0) as KernelSocket;
    for (const encapsulation of ['vxlan', 'geneve'] as const) {
      const mirror = { name: encapsulation, encapsulation, address: socketAddress('127.0.0.1', await freePort())! };
      const share = MirrorShare.create([mirror], WORKERS, () => undefined);
      assert.ok(typeof share !== 'string');
      assert.equal(share.open(), undefined);
      const sockets = Array.from({ length: WORKERS }, (_, i) =>
        KernelSocket.ofThread(share.partOf(i)[0]!.share!.descriptor),
      );
      shares.set(encapsulation, { share, mirror, sockets });
    }
  });
  after(() => {
    for (const { share } of shares.values()) share.close();
    (sender as KernelSocket | undefined)?.close();
  });

  function freePort(): Promise<number> {
    return new Promise((resolve) => {
      const socket = createSocket('udp4');
      socket.bind(0, '127.0.0.1', () => {
        const { port } = socket.address();
        socket.close(() => {
          resolve(port);
        });
      });
    });
  }

  /** Which worker has what is sent: exactly one. */
  function workerOf(encapsulation: 'vxlan' | 'geneve', datagram: Uint8Array): number {
    const { mirror, sockets } = shares.get(encapsulation)!;
    assert.equal(sender.send(datagram, 0, datagram.length, mirror.address.bytes), datagram.length);
    const found = sockets.flatMap((socket, i) => (socket.receive(id, 0, SLOT, lengths) === 1 ? [i] : []));
    assert.equal(found.length, 1);
    assert.equal(lengths[0], datagram.length);
    return found[0]!;
  }
  const of = (frame: Uint8Array): number => workerOf('vxlan', concat(VXLAN, frame));
  const spread = (frame: Uint8Array, linkType = ETHERNET): number =>
    new Spread(WORKERS).workerOf(frame, 0, frame.length, linkType);

  it('gives each packet to the worker that has it of a capture', () => {
    const batch = new PacketBatch(new Uint8Array(1 << 20));
    const opened = openCaptureFile('pcaps/warm-up.pcap', { data: batch.data, offset: 0, size: 1 << 20 });
    assert.ok(opened.ok);
    const used = new Set<number>();
    while (opened.reader.next(batch) > 0)
      for (let i = 0; i < batch.count; i++) {
        const frame = batch.data.slice(batch.offset[i], batch.offset[i]! + batch.length[i]!);
        const worker = of(frame);
        assert.equal(worker, spread(frame));
        used.add(worker);
      }
    opened.reader.close();
    assert.ok(used.size > 1);
    for (let i = 0; i < 100; i++) {
      const there = { src: `10.1.${String(i)}.7`, dst: `172.16.3.${String(255 - i)}` };
      const frame = udp4({}, PAYLOAD, there);
      assert.equal(of(frame), spread(frame));
      assert.equal(of(tcp4({ sp: 9 }, PAYLOAD, { src: there.dst, dst: there.src })), spread(frame));
      const there6 = { src: `2001:db8:${i.toString(16)}::7`, dst: `fd00::${(999 - i).toString(16)}` };
      const frame6 = udp6({}, PAYLOAD, there6);
      assert.equal(of(frame6), spread(frame6));
      assert.equal(of(tcp6({ sp: 9 }, PAYLOAD, { src: there6.dst, dst: there6.src })), spread(frame6));
      used.add(of(frame)).add(of(frame6));
    }
    assert.equal(used.size, WORKERS);
  });

  it('finds the hosts behind VLAN tags, MPLS labels and PPPoE', () => {
    const plain = udp4({}, PAYLOAD, PAIR);
    const packet = bare(plain);
    const wanted = spread(plain);
    assert.notEqual(wanted, 0);
    assert.equal(of(ethernet(0x8100, vlan(5, 0x0800, packet))), wanted);
    assert.equal(of(ethernet(0x88a8, vlan(5, 0x8100, vlan(6, 0x0800, packet)))), wanted);
    assert.equal(of(ethernet(0x8847, concat(hex('00 01 00 40 00 02 01 40'), packet))), wanted);
    assert.equal(of(ethernet(0x8864, concat(hex('11 00 00 01 00 22 00 21'), packet))), wanted);
  });

  it('finds them in Geneve, behind its options, with and without Ethernet', () => {
    for (const frame of [udp4({}, PAYLOAD, PAIR), udp6({}, PAYLOAD, PAIR6)]) {
      const wanted = spread(frame);
      assert.notEqual(wanted, 0);
      const type = frame[12]! * 256 + frame[13]!;
      for (const options of [bytes(), hex('01 02 03 01 00 00 00 07')]) {
        assert.equal(workerOf('geneve', concat(geneve(0x6558, options), frame)), wanted);
        assert.equal(workerOf('geneve', concat(geneve(type, options), bare(frame))), wanted);
      }
    }
  });

  it('gives the fragments of a packet to one worker', () => {
    const whole = { ...PAIR, protocol: 17 };
    const wanted = spread(udp4({}, PAYLOAD, PAIR));
    assert.equal(of(ethernet(0x0800, ipv4({ ...whole, moreFragments: true }, udp({}, new Uint8Array(16))))), wanted);
    assert.equal(of(ethernet(0x0800, ipv4({ ...whole, fragmentOffset: 24 }, hex('03 03 03 03')))), wanted);
    // what lies behind the header of a fragment of an ICMP message is none
    const quote = concat(hex('03 01 00 00 00 00 00 00'), bare(udp4({}, PAYLOAD)));
    assert.equal(of(ethernet(0x0800, ipv4({ ...PAIR, protocol: 1, fragmentOffset: 24 }, quote))), wanted);
  });

  it('gives ICMP errors to the worker of what they are about, other messages to that of the two hosts', () => {
    const about = bare(udp4({}, PAYLOAD, PAIR));
    const about6 = bare(udp6({}, PAYLOAD, PAIR6));
    const quote = (packet: Uint8Array): Uint8Array => concat(new Uint8Array(4), packet);
    const [wanted, wanted6] = [spread(about, RAW), spread(about6, RAW)];
    // whose own packets would go to other workers
    const few = Array.from({ length: 9 }, (_, i) => String(i));
    const router = few
      .map((i) => ({ src: `172.16.0.${i}`, dst: PAIR.src }))
      .find((one) => spread(udp4({}, PAYLOAD, one)) !== wanted)!;
    const router6 = few
      .map((i) => ({ src: `fe80::${i}`, dst: PAIR6.src }))
      .find((one) => spread(udp6({}, PAYLOAD, one)) !== wanted6)!;
    for (const type of [3, 4, 5, 11, 12]) assert.equal(of(icmp4(type, 0, quote(about), router)), wanted);
    for (const type of [1, 2, 3, 4]) assert.equal(of(icmp6(type, 0, quote(about6), router6)), wanted6);
    assert.equal(of(icmp4(3, 0, quote(about6), router)), wanted6);
    assert.equal(of(icmp6(1, 0, quote(about), router6)), wanted);
    const [hosts, hosts6] = [spread(udp4({}, PAYLOAD, router)), spread(udp6({}, PAYLOAD, router6))];
    assert.equal(of(icmp4(8, 0, quote(about), router)), hosts);
    assert.equal(of(icmp6(128, 0, quote(about6), router6)), hosts6);
    // header with options: the message lies farther behind
    const body = concat(hex('03 01 00 00 00 00 00 00'), about);
    const long = ipv4({ ...router, protocol: 1, options: hex('01 01 01 00') }, body);
    assert.equal(of(ethernet(0x0800, long)), wanted);
  });

  it('does with what is cut short as with captures', () => {
    const frames = [
      udp4({}, PAYLOAD, PAIR),
      udp6({}, PAYLOAD, PAIR6),
      ethernet(0x88a8, vlan(5, 0x8100, vlan(6, 0x0800, bare(tcp4({}, PAYLOAD, PAIR))))),
      ethernet(0x0806, new Uint8Array(28)),
    ];
    for (const frame of frames)
      for (let end = 0; end <= frame.length; end++) {
        const cut = frame.subarray(0, end);
        assert.equal(of(cut), spread(cut));
      }
    const router = { src: '172.16.0.1', dst: PAIR.src };
    const error = icmp4(3, 1, concat(new Uint8Array(4), bare(udp4({}, PAYLOAD, PAIR))), router);
    const [hosts, about] = [spread(udp4({}, PAYLOAD, router)), spread(udp4({}, PAYLOAD, PAIR))];
    const quoteEnds = 14 + 20 + 8 + 20;
    for (let end = 14 + 20; end <= error.length; end++)
      assert.equal(of(error.subarray(0, end)), end < quoteEnds ? hosts : about);
  });

  it('does not join an address that is in use, by whoever it is', () => {
    const { mirror } = shares.get('vxlan')!;
    const other = MirrorShare.create([mirror], 2, () => undefined);
    assert.ok(typeof other !== 'string');
    assert.match(other.open()!, /^vxlan: EADDRINUSE: another program listens there/);
    other.close();
    assert.equal(of(udp4({}, PAYLOAD, PAIR)), spread(udp4({}, PAYLOAD, PAIR)));
  });
});
