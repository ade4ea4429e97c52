// IPv6: fields, extension headers in every order, the faults that have a name.
import assert from 'node:assert/strict';
import { Ip6Extension, PacketFlag } from '../../src/framework/packet.ts';
import { anomaliesOf, bytes, concat, decode, ethernet, hex, ipv6, tcp6, udp } from '../support/packets.ts';

const chain = (first: number, ...parts: Uint8Array[]) =>
  decode(ethernet(0x86dd, ipv6({ nextHeader: first }, concat(...parts)))).packet;
const UDP = udp({}, bytes(1, 2));

describe('IPv6', () => {
  it('fills the fields of the header', () => {
    const { packet: p } = decode(tcp6({}, bytes(1), { hopLimit: 3, trafficClass: 0x12, flowLabel: 0xabcde }));
    assert.deepEqual([p.ipVersion, p.ttl, p.tos, p.ip6FlowLabel], [6, 3, 0x12, 0xabcde]);
    assert.deepEqual([p.src0, p.src1, p.src2, p.src3], [0x20010db8, 0, 0, 1]);
    assert.deepEqual([p.dst0, p.dst1, p.dst2, p.dst3], [0x20010db8, 0, 0, 2]);
    assert.equal(p.payloadLength, 1);
  });

  it('below 40 bytes it has no network layer, at any shorter length it is truncated', () => {
    const whole = ethernet(0x86dd, ipv6({ nextHeader: 17 }, UDP));
    for (let length = 14; length < whole.length; length++) {
      const { packet: p } = decode(whole.slice(0, length));
      assert.deepEqual(anomaliesOf(p), length < 54 ? [] : ['ipv6.trunc_pkt']);
      assert.equal(p.ipVersion, 0);
    }
  });

  it('walks hop-by-hop, destination, routing and authentication headers to the transport', () => {
    const p = chain(
      0,
      hex('3c 00 05 02 00 00 00 00'), // hop-by-hop: router alert
      hex('2b 00 1e 04 00 00 00 00'), // destination: unknown option
      hex('33 00 02 00 00 00 00 00'), // routing type 2
      hex('11 01 00 00 00 00 00 00 00 00 00 00'), // authentication
      UDP,
    );
    assert.equal(p.proto, 17);
    assert.equal(p.dp, 53);
    assert.equal(p.l3HeaderLength, 40 + 8 + 8 + 8 + 12);
    const { hopByHop, destination, routing, auth } = Ip6Extension;
    assert.equal(p.ip6Extensions, hopByHop | destination | routing | auth);
    assert.deepEqual(anomaliesOf(p), ['ipv6.dstopts_unknown_opt']);
  });

  const cases: [string, number, string, string[]][] = [
    ['hop-by-hop of padding only', 0, '11 00 01 04 00 00 00 00', ['ipv6.hopopts_only_padding']],
    ['PadN of no bytes', 0, '11 00 01 00 05 02 00 00', ['ipv6.zero_len_padn']],
    ['hop-by-hop twice', 0, '00 00 05 02 00 00 00 00 11 00 05 02 00 00 00 00', ['ipv6.exthdr_dupl_hh']],
    ['option beyond its header', 60, '11 00 1e 09 00 00 00 00', ['ipv6.exthdr_invalid_optlen']],
    ['routing type 0', 43, '11 00 00 00 00 00 00 00', ['ipv6.rh_type_0']],
    ['authentication with reserved bits', 51, '11 01 00 01 00 00 00 00 00 00 00 00', ['ipv6.exthdr_ah_res_not_null']],
    ['fragment header of a whole packet', 44, '11 00 00 00 00 00 00 01', ['ipv6.exthdr_useless_fh']],
    ['header longer than the packet', 0, '11 20 01 04 00 00 00 00', ['ipv6.trunc_exthdr']],
    ['data after "no next header"', 59, '', ['ipv6.data_after_none_header']],
    ['ICMPv4 inside', 1, '', ['ipv6.icmpv4']],
    ['an unknown next header', 200, '', ['ipv6.unknown_next_header']],
  ];
  for (const [name, first, headers, anomalies] of cases) {
    it(`names: ${name}`, () => assert.deepEqual(anomaliesOf(chain(first, hex(headers), UDP)), anomalies));
  }

  it('leaves a fragment without transport', () => {
    const p = chain(44, hex('11 00 00 01 00 00 00 09'), UDP);
    assert.notEqual(p.flags & PacketFlag.fragment, 0);
    assert.equal(p.ip6FragmentId, 9);
    assert.equal(p.l4Offset, -1);
  });
});
