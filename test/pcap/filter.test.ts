// Packet filters: one packet of each kind against expressions that must and must not match.
import assert from 'node:assert/strict';
import { FilterError, PacketBatch, PacketFilter } from '../../src/pcap/index.ts';
import { ascii, ethernet, icmp4, tcp4, tcp6, udp4, udp, ipv4, vlan } from '../support/packets.ts';

const TCP = tcp4({ sp: 40000, dp: 80, flags: 0x02 }, undefined, { src: '10.0.0.1', dst: '192.168.1.2' });
const UDP = udp4({ sp: 53, dp: 40001 }, ascii('answer'), { src: '8.8.8.8', dst: '10.0.0.1' });
const PING = icmp4(8, 0);
const TCP6 = tcp6({ sp: 40000, dp: 443, flags: 0x18 }, ascii('hi'));
const TAGGED = ethernet(0x8100, vlan(7, 0x0800, ipv4({ protocol: 17 }, udp({ sp: 1, dp: 53 }))));
const LATER_FRAGMENT = ethernet(0x0800, ipv4({ protocol: 17, fragmentOffset: 64 }, ascii('05050505')));

function matches(text: string, frame: Uint8Array, linkType = 1): boolean {
  return new PacketFilter(text).matches(frame, 0, frame.length, frame.length, linkType);
}

describe('packet filter', () => {
  const cases: readonly (readonly [text: string, yes: readonly Uint8Array[], no: readonly Uint8Array[]])[] = [
    ['', [TCP, UDP], []],
    ['tcp', [TCP, TCP6], [UDP, PING]],
    ['ip', [TCP, UDP, PING], [TCP6]],
    ['udp and port 53', [UDP], [TCP, PING]],
    ['udp and port 53 and not port 53', [], [UDP]],
    ['src port 53', [UDP], [TCP]],
    ['dst port 53', [], [UDP]],
    ['tcp port 443 or 80', [TCP, TCP6], [UDP]],
    ['portrange 50-60', [UDP], [TCP]],
    ['host 10.0.0.1', [TCP, UDP], []],
    ['src host 10.0.0.1', [TCP], [UDP]],
    ['src or dst 8.8.8.8', [UDP], [TCP]],
    ['net 192.168', [TCP], [UDP]],
    ['src net 8.0.0.0/8', [UDP], [TCP]],
    ['dst net 192.168.0.0 mask 255.255.0.0', [TCP], [UDP]],
    ['net 2001:db8::/32', [TCP6], [TCP]],
    ['icmp[icmptype] == icmp-echo', [PING], [TCP]],
    ['tcp[tcpflags] & (tcp-syn | tcp-fin) != 0', [TCP], [UDP]],
    ['(ip[2:2] - ((ip[0] & 0xf) << 2)) = 20', [TCP], [UDP]],
    ['not (udp or icmp)', [TCP, TCP6], [UDP, PING]],
    ['ip proto \\tcp', [TCP], [UDP, TCP6]],
    ['ether proto 0x86dd', [TCP6], [TCP]],
    ['udp', [UDP], [TAGGED]],
    ['vlan 7 and udp port 53', [TAGGED], [UDP]],
    ['vlan 8', [], [TAGGED]],
    ['udp port 12341', [], [LATER_FRAGMENT]], // the bytes where the ports would be
  ];
  for (const [text, yes, no] of cases)
    it(text === '' ? 'takes everything when empty' : text, () => {
      assert.deepEqual(
        [...yes, ...no].map((frame) => matches(text, frame)),
        [...yes.map(() => true), ...no.map(() => false)],
      );
    });

  it('gives "and" and "or" the same rank, from the left', () => {
    assert.equal(matches('tcp or udp and port 53', TCP), false);
    assert.equal(matches('tcp or (udp and port 53)', TCP), true);
  });

  it('looks at raw IP without a link layer', () => {
    assert.equal(matches('udp port 53', UDP.subarray(14), 101), true);
  });

  for (const [text, reason] of [
    ['port 99999', /illegal port number 99999/],
    ['host', /ends too early/],
    ['host example.org', /not looked up/],
    ['tcp port 80)', /syntax error/],
    ['net 10.0.0.0/40', /mask length/],
    ['mpls', /not supported/],
    ['ip[0:3] = 1', /data size/],
  ] as const)
    it(`refuses "${text}"`, () => {
      assert.throws(
        () => new PacketFilter(text),
        (error: Error) => error instanceof FilterError && reason.test(error.message),
      );
    });

  it('closes the gaps in a batch', () => {
    const data = new Uint8Array(1000);
    const batch = new PacketBatch(data, 4);
    let at = 0;
    for (const frame of [TCP, UDP, PING]) {
      data.set(frame, at);
      batch.offset[batch.count] = at;
      batch.length[batch.count] = frame.length;
      batch.wireLength[batch.count] = frame.length;
      batch.linkType[batch.count] = 1;
      batch.timestamp[batch.count++] = at;
      at += frame.length;
    }
    assert.equal(new PacketFilter('not tcp').keep(batch), 2);
    assert.deepEqual([...batch.offset.subarray(0, 2)], [TCP.length, TCP.length + UDP.length]);
    assert.deepEqual([...batch.timestamp.subarray(0, 2)], [TCP.length, TCP.length + UDP.length]);
  });

  it('matches nothing in bytes that were not captured', () => {
    for (let end = 0; end < TCP.length; end++)
      assert.equal(new PacketFilter('tcp dst port 80').matches(TCP, 0, end, TCP.length, 1), end >= 38);
  });
});
