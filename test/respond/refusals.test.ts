// What the ends of a refused conversation are told: read back by the decoder, with checksums that hold.

import assert from 'node:assert/strict';
import { hasValidIpv4Checksum, hasValidTransportChecksum } from '../../src/decode/checksum-verifier.ts';
import { Action, PacketFlag } from '../../src/framework/packet.ts';
import type { Packet } from '../../src/framework/packet.ts';
import { REFUSAL_MAX_LENGTH, isAsked, isRefusable, putRefusal } from '../../src/respond/refusals.ts';
import type { Refused } from '../../src/respond/refusals.ts';
import { anomaliesOf, ascii, decode, frame4, icmp4, icmp6, tcp4, tcp6, udp4, udp6 } from '../support/packets.ts';

const RAW = 101;
const RST = 4;
const ACK = 16;
const request = { sp: 4000, dp: 80, seq: 1000, ack: 5000, flags: 24 };

function rejected(frame: Uint8Array, action: number = Action.rejectBoth): Packet {
  const { packet } = decode(frame);
  packet.action = action;
  return packet;
}

function told(p: Packet, end: Refused, isStopped = true): Packet | undefined {
  const out = new Uint8Array(REFUSAL_MAX_LENGTH).fill(0xee);
  const length = putRefusal(out, p, end, isStopped);
  if (length === 0) return undefined;
  const { packet } = decode(out.slice(0, length), RAW);
  assert.deepEqual(anomaliesOf(packet), []);
  assert.equal(packet.l3End, length, 'the length in the header');
  assert.ok(packet.ipVersion === 6 || hasValidIpv4Checksum(packet), 'checksum of the header');
  assert.ok(hasValidTransportChecksum(packet), 'checksum of the transport');
  return packet;
}

/** Ports, numbers and flags as the packet has them. */
function tcpOf(p: Packet | undefined): unknown[] {
  return [p?.sp, p?.dp, p && p.tcpSeq >>> 0, p && p.tcpAck >>> 0, p?.tcpFlags];
}

describe('resets', () => {
  for (const [version, frame] of [
    ['IPv4', tcp4(request, ascii('GET /'))],
    ['IPv6', tcp6(request, ascii('GET /'))],
  ] as const) {
    it(`have the numbers that both ends expect (${version})`, () => {
      const p = rejected(frame);
      const back = told(p, 'source');
      assert.deepEqual(tcpOf(back), [80, 4000, 5000, 1005, RST | ACK]);
      assert.deepEqual([back?.src0, back?.src3, back?.dst0, back?.dst3], [p.dst0, p.dst3, p.src0, p.src3]);
      const on = told(p, 'destination');
      assert.deepEqual(tcpOf(on), [4000, 80, 1000, 5000, RST | ACK], 'the receiver never got the five bytes');
      assert.deepEqual([on?.src0, on?.src3, on?.dst0, on?.dst3], [p.src0, p.src3, p.dst0, p.dst3]);
      assert.equal(tcpOf(told(p, 'destination', false))[2], 1005, 'and here it did');
    });
  }

  it('answer the beginning and the end of a session, which count as a byte', () => {
    const syn = rejected(tcp4({ sp: 4000, dp: 80, seq: 0xffffffff, flags: 2 }));
    assert.deepEqual(tcpOf(told(syn, 'source')), [80, 4000, 0, 0, RST | ACK]);
    assert.equal(told(syn, 'destination'), undefined, 'the receiver knows nothing of it');
    assert.deepEqual(tcpOf(told(syn, 'destination', false)), [4000, 80, 0, 0, RST]);
    const fin = rejected(tcp4({ ...request, flags: 17 }, ascii('ab')));
    assert.deepEqual(tcpOf(told(fin, 'source')), [80, 4000, 5000, 1003, RST | ACK]);
  });
});

describe('ICMP errors', () => {
  it('quote the packet to its sender, as much as there is room for', () => {
    const short = told(rejected(udp4({ sp: 4000, dp: 53 }, ascii('question'))), 'source');
    assert.deepEqual([short?.proto, short?.icmpType, short?.icmpCode], [1, 3, 10]);
    assert.deepEqual([short?.embeddedProto, short?.embeddedSp, short?.embeddedDp], [17, 4000, 53]);
    assert.equal(short?.embeddedSrc0, short?.dst0, 'it is about what the receiver of the error sent');
    const long = told(rejected(udp4({}, new Uint8Array(1400))), 'source');
    assert.equal(long?.l3End, 576);
    const six = told(rejected(udp6({ sp: 4000, dp: 53 }, new Uint8Array(1400))), 'source');
    assert.deepEqual([six?.proto, six?.icmpType, six?.icmpCode, six?.l3End], [58, 1, 1, 1280]);
    assert.deepEqual([six?.embeddedSp, six?.embeddedDp], [4000, 53]);
  });

  it('are about a packet of the receiver itself where that is told', () => {
    for (const frame of [udp4({ sp: 4000, dp: 53 }, ascii('x')), udp6({ sp: 4000, dp: 53 }, ascii('x'))]) {
      const error = told(rejected(frame), 'destination');
      assert.deepEqual([error?.embeddedSp, error?.embeddedDp], [53, 4000]);
      assert.deepEqual([error?.embeddedSrc0, error?.embeddedSrc3], [error?.dst0, error?.dst3]);
      assert.deepEqual([error?.embeddedDst0, error?.embeddedDst3], [error?.src0, error?.src3]);
    }
  });

  it('answer echoes and protocols without ports', () => {
    assert.equal(told(rejected(icmp4(8, 0)), 'source')?.icmpType, 3);
    assert.equal(told(rejected(icmp6(128, 0)), 'source')?.icmpType, 1);
    assert.equal(told(rejected(frame4(99, ascii('12345678'))), 'source')?.icmpType, 3);
  });
});

describe('what is told, and to whom', () => {
  it('follows the action', () => {
    const asked = (action: number): boolean[] => {
      const p = rejected(udp4(), action);
      return [isAsked(p, 'source'), isAsked(p, 'destination')];
    };
    assert.deepEqual(asked(Action.reject), [true, false]);
    assert.deepEqual(asked(Action.rejectDst), [false, true]);
    assert.deepEqual(asked(Action.rejectBoth), [true, true]);
    assert.deepEqual(asked(Action.drop), [false, false]);
  });

  it('is nothing about errors, resets, groups, fragments, tunnels and packets that only drop', () => {
    assert.ok(isRefusable(rejected(udp4())));
    assert.ok(isRefusable(rejected(tcp6(request))));
    const quoted = udp4({}, ascii('x')).slice(14);
    const refused: [string, Packet][] = [
      ['drop', rejected(udp4(), Action.drop)],
      ['reset', rejected(tcp4({ ...request, flags: RST }))],
      ['error', rejected(icmp4(3, 1, Uint8Array.from([0, 0, 0, 0, ...quoted])))],
      ['error of IPv6', rejected(icmp6(4, 0, Uint8Array.from([0, 0, 0, 0, ...quoted])))],
      ['group', rejected(udp4({}, undefined, { dst: '224.0.0.251' }))],
      ['everybody', rejected(udp4({}, undefined, { dst: '255.255.255.255' }))],
      ['group of IPv6', rejected(udp6({}, undefined, { dst: 'ff02::fb' }))],
      ['fragment', rejected(udp4({}, ascii('12345678'), { fragmentOffset: 8 }))],
    ];
    for (const [what, p] of refused) assert.ok(!isRefusable(p), what);
    const inner = rejected(udp4());
    inner.flags |= PacketFlag.tunnelInner;
    assert.ok(!isRefusable(inner));
  });
});
