// IPv4: every field, every length too short, options in order and out of order.
import assert from 'node:assert/strict';
import { PacketFlag, ip4OptionBit } from '../../src/framework/packet.ts';
import { anomaliesOf, bytes, concat, decode, ethernet, hex, ipv4, tcp4, udp, udp4 } from '../support/packets.ts';

describe('IPv4', () => {
  it('fills the fields of the header', () => {
    const { packet: p } = decode(tcp4({}, bytes(1, 2, 3), { tos: 0x10, id: 7, ttl: 9, dontFragment: true }));
    assert.equal(p.ipVersion, 4);
    assert.equal(p.l3Offset, 14);
    assert.equal(p.l3HeaderLength, 20);
    assert.equal(p.l3End, p.end);
    assert.deepEqual([p.tos, p.ipId, p.ttl, p.dontFragment, p.moreFragments], [0x10, 7, 9, 1, 0]);
    assert.equal(p.src0, 0x0a000001);
    assert.equal(p.dst0, 0x0a000002);
    assert.equal(p.payloadLength, 3);
  });

  it('ends where its length says, not where the Ethernet padding does', () => {
    const { packet: p } = decode(concat(tcp4({}, bytes(1)), bytes(0, 0, 0, 0, 0)));
    assert.equal(p.l3End, p.end - 5);
    assert.equal(p.payloadLength, 1);
  });

  it('is refused at every shorter length, and the frame before it stays', () => {
    const whole = ethernet(0x0800, ipv4({ protocol: 17 }, udp({})));
    for (let length = 14; length < whole.length; length++) {
      const { packet: p, decoder } = decode(whole.slice(0, length));
      assert.deepEqual(anomaliesOf(p), [length < 34 ? 'ipv4.pkt_too_small' : 'ipv4.trunc_pkt']);
      assert.equal(p.ipVersion, 0);
      assert.equal(p.etherType, 0x0800);
      assert.equal(p.flags & PacketFlag.wantsFlow, 0);
      assert.equal(decoder.counters.byName('decoder.invalid'), 1);
    }
  });

  const faults: [string, (packet: Uint8Array) => void, string][] = [
    ['wrong version', (p) => (p[0] = 0x65), 'ipv4.wrong_ip_version'],
    ['header length below 20', (p) => (p[0] = 0x44), 'ipv4.hlen_too_small'],
    ['total length below the header', (p) => (p[3] = 19), 'ipv4.iplen_smaller_than_hlen'],
    ['total length beyond the capture', (p) => (p[3] = 200), 'ipv4.trunc_pkt'],
    ['ICMPv6 inside', (p) => (p[9] = 58), 'ipv4.icmpv6'],
    ['a protocol nobody knows', (p) => (p[9] = 253), 'ipv4.unknown_protocol'],
  ];
  for (const [name, spoil, anomaly] of faults) {
    it(`names: ${name}`, () => {
      const packet = ipv4({ protocol: 17 }, udp({}, bytes(1, 2)));
      spoil(packet);
      assert.deepEqual(anomaliesOf(decode(ethernet(0x0800, packet)).packet), [anomaly]);
    });
  }

  const withOptions = (options: string) => decode(udp4({}, bytes(1), { options: hex(options) })).packet;
  const optionCases: [string, string, string[]][] = [
    ['router alert, padded to eight', '94 04 00 00 01 01 01 01', []],
    ['router alert alone', '94 04 00 00', ['ipv4.opt_pad_required']],
    ['record route with a pointer off its slots', '07 07 05 00 00 00 00 00', ['ipv4.opt_malformed']],
    ['the same option twice', '94 04 00 00 94 04 00 00', ['ipv4.opt_duplicate']],
    ['an unknown option', '63 04 00 00 01 01 01 01', ['ipv4.opt_invalid']],
    ['an option longer than the header', '44 0c 05 00 00 00 00 00', ['ipv4.opt_invalid_len']],
    ['a type byte without a length', '01 01 01 01 01 01 01 94', ['ipv4.opt_eol_required']],
    ['timestamp with a pointer off its slots', '44 08 06 00 00 00 00 00', ['ipv4.opt_malformed']],
    ['CIPSO with tag 0', '86 0a 00 00 00 01 00 04 00 00 01 01 01 01 01 01', ['ipv4.opt_malformed']],
  ];
  for (const [name, options, anomalies] of optionCases) {
    it(`options: ${name}`, () => assert.deepEqual(anomaliesOf(withOptions(options)), anomalies));
  }

  it('notes which options are there', () => {
    const p = withOptions('94 04 00 00 01 01 01 01');
    assert.equal(p.ip4Options, ip4OptionBit(148) | ip4OptionBit(1));
  });

  it('has no network layer when an option leaves the header', () => {
    const p = withOptions('94 04 00 00 44 10 00 00');
    assert.equal(p.ipVersion, 0);
    assert.equal(p.flags & PacketFlag.wantsFlow, 0);
  });
});
