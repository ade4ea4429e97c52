// Decoder: VLAN stacks, nesting limits, reuse of inner packets, counters, checksums.
import assert from 'node:assert/strict';
import {
  ChecksumVerifier,
  hasValidIpv4Checksum,
  hasValidTransportChecksum,
} from '../../src/decode/checksum-verifier.ts';
import { PacketFlag } from '../../src/framework/packet.ts';
import {
  anomaliesOf,
  bytes,
  concat,
  decode,
  ethernet,
  icmp4,
  icmp6,
  ipv4,
  makeDecoder,
  packetOf,
  tcp,
  tcp4,
  tcp6,
  udp,
  udp4,
  udp6,
  vlan,
} from '../support/packets.ts';

const IP = ipv4({ protocol: 17 }, udp({}, bytes(1)));

describe('VLAN', () => {
  it('keeps up to three tags, outermost first', () => {
    const frame = ethernet(0x88a8, vlan(0x6001, 0x8100, vlan(2, 0x8100, vlan(3, 0x0800, IP))));
    const { packet: p, decoder } = decode(frame);
    assert.deepEqual([p.vlanCount, p.vlan0, p.vlan1, p.vlan2, p.vlanTci0], [3, 1, 2, 3, 0x6001]);
    assert.equal(p.proto, 17);
    for (const name of ['vlan', 'vlan_qinq', 'vlan_qinqinq'])
      assert.equal(decoder.counters.byName(`decoder.${name}`), 1);
  });

  it('refuses a fourth', () => {
    const frame = ethernet(0x8100, vlan(1, 0x8100, vlan(2, 0x8100, vlan(3, 0x8100, vlan(4, 0x0800, IP)))));
    for (let length = frame.length; length >= 14 + 12; length--)
      assert.deepEqual(anomaliesOf(decode(frame.slice(0, length)).packet), ['vlan.too_many_layers']);
  });

  it('names a tag cut off and a type nobody knows', () => {
    assert.deepEqual(anomaliesOf(decode(ethernet(0x8100, bytes(0, 1, 8))).packet), ['vlan.header_too_small']);
    const names = anomaliesOf(decode(ethernet(0x8100, vlan(1, 0x9999, IP))).packet);
    assert.deepEqual(names, ['ethernet.unknown_ethertype', 'vlan.unknown_type']);
  });
});

describe('Decoder', () => {
  const nested = (depth: number) => {
    let packet = IP;
    for (let i = 0; i < depth; i++) packet = ipv4({ protocol: 4 }, packet);
    return ethernet(0x0800, packet);
  };

  it('hands out tunnelled packets, innermost first', () => {
    const { packet, inner } = decode(nested(2));
    assert.equal(inner.length, 2);
    assert.deepEqual([inner[0]!.proto, inner[1]!.proto], [17, 4]);
    assert.equal(inner[0]!.parent, inner[1]);
    assert.equal(inner[1]!.parent, packet);
    assert.deepEqual([inner[0]!.recursion, inner[1]!.recursion], [2, 1]);
    assert.equal(inner[0]!.number, packet.number);
  });

  it('stops at max-layers; the tunnel that would go beyond is forgotten', () => {
    assert.equal(decode(nested(12)).inner.length, 6);
  });

  it('says so when the layers are those of one packet', () => {
    let frame = ethernet(0x0800, IP);
    // label 16, bottom of stack; a pseudo wire control word; the frame
    for (let i = 0; i < 8; i++) frame = ethernet(0x8847, concat(bytes(0, 1, 1, 64, 0, 0, 0, 0), frame));
    const { packet, decoder } = decode(frame);
    assert.deepEqual(anomaliesOf(packet), ['too_many_layers']);
    assert.equal(decoder.counters.byName('decoder.too_many_layers'), 1);
  });

  it('reuses the packet objects of the packet before', () => {
    const decoder = makeDecoder();
    const first = decode(nested(1), 1, decoder).inner[0];
    assert.equal(decode(nested(1), 1, decoder).inner[0], first);
    assert.equal(decode(udp4({}), 1, decoder).inner.length, 0);
  });

  it('counts packets, bytes, layers and anomalies', () => {
    const decoder = makeDecoder();
    decoder.decode(packetOf(udp4({}, bytes(1, 2))));
    decoder.decode(packetOf(ethernet(0x1234, bytes(1))));
    decoder.updateGauges();
    const count = (name: string) => decoder.counters.byName(`decoder.${name}`);
    assert.deepEqual([count('pkts'), count('bytes'), count('ethernet'), count('ipv4'), count('udp')], [2, 59, 2, 1, 1]);
    assert.deepEqual([count('unknown_ethertype'), count('event.ethernet.unknown_ethertype')], [1, 1]);
    assert.deepEqual([count('max_pkt_size'), count('avg_pkt_size')], [44, 29]);
  });

  it('takes no UDP payload for a tunnel when that layer is switched off', () => {
    const frame = udp4({ dp: 4789 }, Uint8Array.from([8, 0, 0, 0, 0, 0, 1, 0, ...ethernet(0x0800, IP)]));
    assert.equal(decode(frame).inner.length, 1);
    const off = { maxLayers: 16, checksReservedBits: true, udpLayers: { vxlan: { enabled: false, ports: [4789] } } };
    assert.equal(decode(frame, 1, makeDecoder({ options: off })).inner.length, 0);
    const moved = { ...off, udpLayers: { vxlan: { enabled: true, ports: [8472] } } };
    assert.equal(decode(frame, 1, makeDecoder({ options: moved })).inner.length, 0);
  });
});

describe('ChecksumVerifier', () => {
  it('finds the checksums of the builders right, and wrong after a flipped bit', () => {
    for (const frame of [tcp4({}, bytes(1, 2, 3)), udp4({}, bytes(1)), icmp4(8, 0), tcp6(), udp6(), icmp6(128, 0)]) {
      const { packet } = decode(frame);
      assert.ok(hasValidTransportChecksum(packet));
      frame[frame.length - 1]! ^= 1;
      assert.ok(!hasValidTransportChecksum(decode(frame).packet));
    }
    const { packet } = decode(tcp4());
    assert.ok(hasValidIpv4Checksum(packet));
  });

  const wrong = ethernet(0x0800, ipv4({ protocol: 6 }, tcp({})));
  const verify = (verifier: ChecksumVerifier, frame: Uint8Array) => {
    const { packet } = decode(frame);
    verifier.verify(packet);
    return (packet.flags & PacketFlag.badChecksum) !== 0;
  };

  it('marks wrong packets, or looks at none', () => {
    assert.ok(verify(new ChecksumVerifier(['all']), wrong));
    assert.ok(!verify(new ChecksumVerifier(['all']), tcp4()));
    assert.ok(!verify(new ChecksumVerifier(['none']), wrong));
  });

  it('gives up after a thousand packets when more than a tenth are wrong', () => {
    const verifier = new ChecksumVerifier(['auto']);
    for (let i = 0; i < 1000; i++) verify(verifier, i < 150 ? wrong : tcp4());
    assert.ok(!verify(verifier, wrong));
    const strict = new ChecksumVerifier(['auto']);
    for (let i = 0; i < 1000; i++) verify(strict, i < 50 ? wrong : tcp4());
    assert.ok(verify(strict, wrong));
  });

  it('judges each interface by itself', () => {
    const verifier = new ChecksumVerifier(['all', 'none', 'auto']);
    const isMarked = (device: number): boolean => {
      const { packet } = decode(wrong);
      packet.device = device;
      verifier.verify(packet);
      return (packet.flags & PacketFlag.badChecksum) !== 0;
    };
    for (let i = 0; i < 1000; i++) isMarked(2);
    assert.deepEqual([0, 1, 2, 3].map(isMarked), [true, false, false, true]);
  });
});
