// TCP, UDP, ICMP and ICMPv6: fields, options, lengths, codes, quoted packets.
import assert from 'node:assert/strict';
import { PacketFlag } from '../../src/framework/packet.ts';
import {
  anomaliesOf,
  bytes,
  concat,
  decode,
  frame4,
  frame6,
  hex,
  icmp,
  icmp4,
  icmp6,
  ipv4,
  ipv6,
  tcp,
  tcp4,
  udp,
  udp4,
} from '../support/packets.ts';

const withOptions = (options: string) => decode(tcp4({ options: hex(options), flags: 2 })).packet;

describe('TCP', () => {
  it('fills the fields of the header', () => {
    const fields = { sp: 1234, dp: 443, seq: 0xfffffff0, ack: 5, flags: 0x18, window: 99, urgent: 7 };
    const { packet: p } = decode(tcp4(fields, bytes(1, 2)));
    assert.deepEqual([p.sp, p.dp, p.tcpSeq >>> 0, p.tcpAck, p.tcpFlags], [1234, 443, 0xfffffff0, 5, 0x18]);
    assert.deepEqual([p.tcpWindow, p.tcpUrgentPointer, p.payloadLength, p.l4HeaderLength], [99, 7, 2, 20]);
    assert.notEqual(p.flags & PacketFlag.wantsFlow, 0);
  });

  it('reads the options of a SYN', () => {
    const p = withOptions('02 04 05 b4 04 02 08 0a 00 00 00 07 00 00 00 09 01 03 03 07');
    assert.deepEqual([p.tcpMss, p.tcpWindowScale, p.tcpTsVal, p.tcpTsEcr], [1460, 7, 7, 9]);
    assert.notEqual(p.flags & PacketFlag.tcpSackPermitted, 0);
    assert.notEqual(p.flags & PacketFlag.tcpHasTimestamp, 0);
  });

  it('reads the usual timestamp of a data segment', () => {
    const p = withOptions('01 01 08 0a 80 00 00 01 00 00 00 02');
    assert.deepEqual([p.tcpTsVal >>> 0, p.tcpTsEcr], [0x80000001, 2]);
  });

  it('finds SACK blocks and fast open cookies', () => {
    const p = withOptions('05 0a 00 00 00 01 00 00 00 02 01 01 22 06 01 02 03 04 01 01');
    assert.deepEqual([p.tcpSackCount, p.tcpSackOffset, p.tcpFastOpen], [1, 34 + 20 + 2, 4]);
    assert.equal(withOptions('22 02 01 01').tcpFastOpen, 0);
    assert.equal(withOptions('fe 04 f9 89').tcpFastOpen, 0);
  });

  const optionCases: [string, string, string[]][] = [
    ['MSS of three bytes', '02 03 05 01', ['tcp.opt_invalid_len']],
    ['option beyond the header', '02 08 05 b4', ['tcp.opt_invalid_len']],
    ['option of length 0', '63 00 01 01', ['tcp.opt_invalid_len']],
    ['window scale twice', '03 03 01 03 03 02 01 01', ['tcp.opt_duplicate']],
    ['SACK without a block', '05 02 01 01', []],
    ['window scale of 14', '03 03 0e 01', []],
    ['window scale of 15', '03 03 0f 01', ['tcp.opt_wscale_over_max']],
    ['an unknown option', '63 04 00 00', []],
    ['nothing after the end of the list', '00 02 02 02', []],
  ];
  for (const [name, options, anomalies] of optionCases) {
    it(`options: ${name}`, () => assert.deepEqual(anomaliesOf(withOptions(options)), anomalies));
  }

  it('counts a window scale beyond 14 as 14 (RFC 7323 section 2.3), and names it in no counter', () => {
    const { packet: p, decoder } = decode(tcp4({ options: hex('03 03 ff 01'), flags: 2 }));
    assert.equal(p.tcpWindowScale, 14);
    assert.deepEqual(anomaliesOf(p), ['tcp.opt_wscale_over_max']);
    assert.equal(p.flags & PacketFlag.invalid, 0);
    assert.equal(decoder.counters.byName('decoder.event.tcp.opt_wscale_over_max'), 0);
  });

  it('is refused at every shorter length', () => {
    const segment = tcp({ options: hex('02 04 05 b4') });
    for (let length = 0; length < segment.length; length++) {
      const { packet: p } = decode(frame4(6, segment.slice(0, length)));
      assert.deepEqual(anomaliesOf(p), [length < 20 ? 'tcp.pkt_too_small' : 'tcp.hlen_too_small']);
      assert.equal(p.l4Offset, -1);
      assert.equal(p.ipVersion, 4);
    }
  });

  it('is refused with a header length below 20', () => {
    const segment = tcp({}, bytes(1, 2, 3));
    segment[12] = 0x40;
    assert.deepEqual(anomaliesOf(decode(frame4(6, segment)).packet), ['tcp.invalid_optlen']);
  });
});

describe('UDP', () => {
  it('fills the fields of the header', () => {
    const { packet: p } = decode(udp4({ sp: 5, dp: 6 }, bytes(1, 2, 3)));
    assert.deepEqual([p.sp, p.dp, p.udpLength, p.payloadLength], [5, 6, 11, 3]);
  });

  const cases: [string, Uint8Array, string[]][] = [
    ['header cut', udp({}).slice(0, 7), ['udp.hlen_too_small']],
    ['length beyond the packet', udp({ length: 20 }, bytes(1)), ['udp.pkt_too_small']],
    ['length below the header', udp({ length: 7 }, bytes(1)), ['udp.len_invalid']],
    ['bytes behind its length', udp({ length: 9 }, bytes(1, 2, 3)), []],
  ];
  for (const [name, datagram, anomalies] of cases) {
    it(name, () => assert.deepEqual(anomaliesOf(decode(frame4(17, datagram)).packet), anomalies));
  }
});

describe('ICMP', () => {
  it('reads identifier and sequence of an echo', () => {
    const { packet: p } = decode(icmp4(8, 0, bytes(0, 9, 1, 0, 65)));
    assert.deepEqual([p.icmpType, p.icmpCode, p.icmpHasId, p.icmpId, p.icmpSeq], [8, 0, 1, 9, 256]);
    assert.equal(p.payloadLength, 1);
  });

  it('has its fields in the header, and what follows for payload', () => {
    const timestamp = decode(icmp4(13, 0, concat(hex('0009 0100'), new Uint8Array(12), bytes(1, 2)))).packet;
    assert.deepEqual([timestamp.l4HeaderLength, timestamp.payloadLength, timestamp.icmpId], [20, 2, 9]);
    const advertisement = decode(icmp4(9, 0, concat(hex('0102 0000'), new Uint8Array(8), bytes(1)))).packet;
    assert.deepEqual([advertisement.l4HeaderLength, advertisement.payloadLength], [16, 1]);
    assert.deepEqual([advertisement.payloadOffset, advertisement.icmpHasId], [34 + 16, 0]);
  });

  it('has identifier and sequence by its type, whatever the code', () => {
    const { packet: p } = decode(icmp4(8, 3, bytes(0, 9, 1, 0)));
    assert.deepEqual([p.icmpHasId, p.icmpId, p.icmpSeq], [1, 9, 256]);
  });

  it('reads the packet an error quotes', () => {
    const quoted = ipv4({ src: '1.2.3.4', dst: '5.6.7.8', protocol: 17 }, udp({ sp: 53, dp: 4000 }));
    const { packet: p } = decode(icmp4(3, 4, concat(hex('0000 0240'), quoted)));
    assert.equal(p.embeddedOffset, 42);
    assert.deepEqual([p.embeddedVersion, p.embeddedProto, p.embeddedSp, p.embeddedDp], [4, 17, 53, 4000]);
    assert.deepEqual([p.embeddedSrc0, p.embeddedDst0, p.icmpMtu], [0x01020304, 0x05060708, 0x240]);
  });

  const cases: [string, Uint8Array, string[]][] = [
    ['too short', bytes(8, 0, 0, 0), ['icmpv4.pkt_too_small']],
    ['a type nobody assigned', icmp(44, 0), ['icmpv4.unknown_type']],
    ['a code its type does not have', icmp(8, 1), ['icmpv4.unknown_code']],
    ['a quoted header cut off', icmp(3, 0, concat(hex('0000 0000'), bytes(0x45, 0))), ['icmpv4.ipv4_trunc_pkt']],
    ['a timestamp cut off', icmp(14, 0, new Uint8Array(15)), ['icmpv4.ipv4_trunc_pkt']],
    ['a timestamp cut off, of an unknown code', icmp(13, 9), ['icmpv4.ipv4_trunc_pkt', 'icmpv4.unknown_code']],
    ['a router advertisement of two entries', icmp(9, 0, hex('0202 0000 0000000000000000 0000000000000000')), []],
    ['one that lacks an entry', icmp(9, 0, hex('0202 0000 0000000000000000 000000')), ['icmpv4.ipv4_trunc_pkt']],
    ['quoting no IPv4', icmp(3, 0, concat(hex('0000 0000'), ipv6({}, bytes()))), ['icmpv4.ipv4_unknown_ver']],
  ];
  for (const [name, message, anomalies] of cases) {
    it(name, () => assert.deepEqual(anomaliesOf(decode(frame4(1, message)).packet), anomalies));
  }
});

describe('ICMPv6', () => {
  it('reads an echo and the packet an error quotes', () => {
    const { packet: echo } = decode(icmp6(128, 0, bytes(0, 9, 0, 4)));
    assert.deepEqual([echo.proto, echo.icmpId, echo.icmpSeq], [58, 9, 4]);
    const quoted = ipv6({ nextHeader: 6 }, tcp({ sp: 1, dp: 2 }));
    const { packet: p } = decode(icmp6(2, 0, concat(hex('0000 0500'), quoted)));
    assert.deepEqual([p.icmpMtu, p.embeddedVersion, p.embeddedSp, p.embeddedDp], [1280, 6, 1, 2]);
    assert.equal(p.embeddedDst3, 2);
  });

  it('has the payload behind eight bytes in errors and echoes, behind four in others', () => {
    const payload = (type: number, code: number): number[] => {
      const { packet: p } = decode(icmp6(type, code, concat(bytes(0, 0, 0, 0), ipv6({}, bytes(1, 2)))));
      return [p.payloadOffset - p.l4Offset, p.payloadLength];
    };
    for (const type of [1, 2, 3, 4, 128, 129]) assert.deepEqual(payload(type, 0), [8, 42]);
    for (const type of [5, 130, 133, 134, 135, 136, 137, 200]) assert.deepEqual(payload(type, 0), [4, 46]);
    assert.deepEqual(payload(128, 9), [4, 46]);
  });

  const cases: [string, Uint8Array, number, string[]][] = [
    ['too short', bytes(128, 0, 0, 0), 64, ['icmpv6.pkt_too_small']],
    ['an unassigned type', icmp(5, 0), 64, ['icmpv6.unassigned_type']],
    ['an experimental type', icmp(200, 0), 64, ['icmpv6.experimentation_type']],
    ['type 127', icmp(127, 0), 64, ['icmpv6.unknown_type']],
    ['an unknown code', icmp(128, 3), 64, ['icmpv6.unknown_code']],
    ['listener query that was routed', icmp(130, 0), 64, ['icmpv6.mld_message_with_invalid_hl']],
    ['listener query on the link', icmp(130, 0), 1, []],
    ['a quoted header cut off', icmp(1, 0), 64, ['icmpv6.ipv6_trunc_pkt']],
  ];
  for (const [name, message, hopLimit, anomalies] of cases) {
    it(name, () => assert.deepEqual(anomaliesOf(decode(frame6(58, message, { hopLimit })).packet), anomalies));
  }
});
