import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NOT_OURS, Spread } from '../../src/capture/spread.ts';
import { PacketBatch } from '../../src/pcap/index.ts';
import {
  CLIENT,
  SERVER,
  bytes,
  concat,
  ethernet,
  frame4,
  hex,
  icmp4,
  icmp6,
  ipv4,
  ipv6,
  tcp4,
  tcp6,
  udp,
} from '../support/packets.ts';
import { udp4, udp6, vlan } from '../support/packets.ts';

const WORKERS = 7;
const ETHERNET = 1;
const RAW = 101;
let spread = new Spread(WORKERS);
const of = (frame: Uint8Array, linkType = ETHERNET): number => spread.workerOf(frame, 0, frame.length, linkType);

const PAYLOAD = hex('00 01 02 03');
const bare = (frame: Uint8Array): Uint8Array => frame.subarray(14);
const address4 = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.'));
const address6 = fc
  .array(fc.nat(0xffff), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.map((group) => group.toString(16)).join(':'));

describe('Spread', () => {
  beforeEach(() => {
    spread = new Spread(WORKERS);
  });

  it('gives both directions of two hosts to one worker, whatever they speak', () => {
    fc.assert(
      fc.property(address4, address4, (a, b) => {
        const there = of(udp4({ sp: 1, dp: 2 }, PAYLOAD, { src: a, dst: b }));
        assert.equal(of(tcp4({ sp: 9, dp: 8 }, PAYLOAD, { src: b, dst: a })), there);
      }),
    );
    fc.assert(
      fc.property(address6, address6, (a, b) => {
        const there = of(udp6({}, PAYLOAD, { src: a, dst: b }));
        assert.equal(of(tcp6({}, PAYLOAD, { src: b, dst: a })), there);
      }),
    );
  });

  it('gives hosts to all workers', () => {
    const used = new Set<number>();
    for (let i = 0; i < 200; i++) {
      used.add(of(udp4({}, PAYLOAD, { src: `10.1.2.${String(i)}` })));
      used.add(of(udp6({}, PAYLOAD, { src: `2001:db8::${i.toString(16)}` })));
    }
    assert.equal(used.size, WORKERS);
  });

  it('gives hosts of networks that are alike to all workers', () => {
    const used = new Set<number>();
    const used6 = new Set<number>();
    for (let i = 0; i < 100; i++) {
      const net = `10.1.${String(i)}`;
      used.add(of(udp4({}, PAYLOAD, { src: `${net}.1`, dst: `${net}.2` })));
      const net6 = `2001:db8:0:${i.toString(16)}`;
      used6.add(of(udp6({}, PAYLOAD, { src: `${net6}::1`, dst: `${net6}::2` })));
    }
    assert.deepEqual([used.size, used6.size], [WORKERS, WORKERS]);
  });

  it('finds the hosts behind VLAN tags, MPLS labels and PPPoE, and without a link layer', () => {
    const fields = { src: '10.1.2.3', dst: '10.9.8.7' };
    const plain = udp4({}, PAYLOAD, fields);
    const packet = bare(plain);
    const wanted = of(plain);
    assert.notEqual(wanted, 0);
    assert.equal(of(ethernet(0x8100, vlan(5, 0x0800, packet))), wanted);
    assert.equal(of(ethernet(0x88a8, vlan(5, 0x8100, vlan(6, 0x0800, packet)))), wanted);
    assert.equal(of(ethernet(0x8847, concat(hex('00 01 00 40 00 02 01 40'), packet))), wanted);
    assert.equal(of(ethernet(0x8864, concat(hex('11 00 00 01 00 22 00 21'), packet))), wanted);
    assert.equal(of(packet, RAW), wanted);
    assert.equal(of(concat(hex('02 00 00 00'), packet), 0), wanted);
    assert.equal(of(concat(new Uint8Array(14), bytes(8, 0), packet), 113), wanted);
    assert.equal(of(concat(bytes(8, 0), new Uint8Array(18), packet), 276), wanted);
  });

  it('gives the fragments of a packet to one worker', () => {
    const whole = { src: '10.1.2.3', dst: '10.9.8.7', protocol: 17 };
    const first = ethernet(0x0800, ipv4({ ...whole, moreFragments: true }, udp({}, new Uint8Array(16))));
    const second = ethernet(0x0800, ipv4({ ...whole, fragmentOffset: 24 }, hex('03 03 03 03')));
    assert.equal(of(first), of(second));
  });

  it('gives ICMP errors to the worker of what they are about', () => {
    const fields = { src: '10.1.2.3', dst: '10.9.8.7' };
    const about = udp4({}, PAYLOAD, fields);
    const error = icmp4(3, 1, concat(new Uint8Array(4), bare(about)), { src: '172.16.0.1', dst: fields.src });
    const wanted = of(about);
    assert.equal(of(error), wanted);
    const fields6 = { src: '2001:db8::3', dst: '2001:db8::7' };
    const about6 = udp6({}, PAYLOAD, fields6);
    const error6 = icmp6(1, 0, concat(new Uint8Array(4), bare(about6)), { src: 'fe80::1', dst: fields6.src });
    const wanted6 = of(about6);
    assert.equal(of(error6), wanted6);
    const echo = icmp4(8, 0, concat(new Uint8Array(4), bare(about)), { src: CLIENT, dst: SERVER });
    assert.equal(of(echo), of(frame4(17, udp({}), {})));
  });

  it('gives ICMP errors about what was not seen to the worker of the two hosts', () => {
    const router = { src: '172.16.0.1', dst: '10.1.2.3' };
    const hosts = of(icmp4(8, 0, new Uint8Array(8), router));
    const workers = new Set<number>();
    for (let i = 0; i < 40; i++) {
      const about = udp4({ sp: 5000, dp: 9 }, PAYLOAD, { src: router.dst, dst: `10.9.8.${String(i)}` });
      const error = icmp4(3, 1, concat(new Uint8Array(4), bare(about)), router);
      assert.equal(of(error), hosts);
      // another port: not seen either
      of(udp4({ sp: 5000, dp: 10 }, PAYLOAD, { src: router.dst, dst: `10.9.8.${String(i)}` }));
      assert.equal(of(error), hosts);
      of(about);
      workers.add(of(error));
    }
    assert.equal(workers.size, WORKERS);
  });

  it('gives what is no IP, or cut short, to somebody', () => {
    const whole = [udp4({}, PAYLOAD), udp6({}, PAYLOAD), icmp4(3, 1, bare(udp4({}, PAYLOAD)))];
    const tagged = ethernet(0x88a8, vlan(5, 0x8100, vlan(6, 0x86dd, ipv6({}, PAYLOAD))));
    for (const frame of [...whole, tagged])
      for (let end = 0; end <= frame.length; end++) {
        const worker = spread.workerOf(frame, 0, end, ETHERNET);
        assert.ok(worker >= 0 && worker < WORKERS);
      }
    assert.equal(of(ethernet(0x0806, new Uint8Array(28))), 0);
    assert.equal(of(PAYLOAD, 147), 0);
  });

  it('numbers the packets of a batch for each worker, and none of those of the others', () => {
    const frames = Array.from({ length: 40 }, (_, i) => udp4({}, PAYLOAD, { src: `10.1.2.${String(i)}` }));
    const batch = new PacketBatch(concat(...frames));
    frames.reduce((at, frame, i) => {
      batch.offset[i] = at;
      batch.length[i] = frame.length;
      batch.linkType[i] = ETHERNET;
      return at + frame.length;
    }, 0);
    batch.count = frames.length;
    const wanted = frames.map((frame) => of(frame));
    for (let worker = 0; worker < WORKERS; worker++) {
      const numbers = new Float64Array(batch.capacity);
      new Spread(WORKERS).number(batch, worker, 101, numbers);
      const told = [...numbers.subarray(0, batch.count)];
      assert.deepEqual(
        told,
        wanted.map((to, i) => (to === worker ? 101 + i : NOT_OURS)),
      );
    }
  });
});
