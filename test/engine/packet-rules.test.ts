// Rules about packets as such: of protocol `pkthdr`, and on packets with something wrong in them.
import assert from 'node:assert/strict';
import {
  ascii,
  bytes,
  concat,
  ethernet,
  frame4,
  frame6,
  hex,
  icmp,
  icmp6,
  ipv4,
  tcp4,
  udp,
  udp4,
} from '../support/packets.ts';
import { ofType, runEngine, sidsOf } from './support.ts';

const PAYLOAD = ascii('needle..here');
const RULES = [
  'alert pkthdr any any -> any any (msg:"m"; content:"needle"; sid:1;)',
  'alert pkthdr any any -> any any (msg:"m"; content:"here"; offset:8; depth:4; sid:2;)',
  'alert pkthdr any any -> any any (msg:"m"; content:!"needle"; sid:3;)',
  'alert pkthdr any any -> any any (msg:"m"; pcre:"/need.e/"; dsize:12; sid:4;)',
  'alert pkthdr any any -> any any (msg:"m"; sid:5;)',
  'alert pkthdr any 40000 -> any any (msg:"m"; ttl:64; sid:6;)',
  'alert pkthdr any any -> any any (msg:"m"; decode-event:udp.len_invalid; content:"needle"; sid:7;)',
  'alert pkthdr any any -> any any (msg:"m"; decode-event:tcp.opt_wscale_over_max; sid:8;)',
  'alert pkthdr any any -> any any (msg:"m"; decode-event:tcp.opt_wscale_over_max; content:"needle"; sid:9;)',
];
const found = (frame: Uint8Array): number[] =>
  sidsOf(runEngine({ rules: RULES, frames: [frame] })).sort((a, b) => a - b);

describe('rules of pkthdr', () => {
  const ip = ipv4({ protocol: 17 }, udp({}, PAYLOAD));
  const broken = udp({ length: 3 }, PAYLOAD);
  const cases: [string, Uint8Array, number[]][] = [
    ['look for contents in TCP', tcp4({ sp: 40000, flags: 2 }, PAYLOAD), [1, 2, 4, 5, 6]],
    ['look for contents in UDP', udp4({}, PAYLOAD), [1, 2, 4, 5, 6]],
    ['look for contents in ICMP', frame4(1, icmp(8, 0, concat(bytes(0, 0, 0, 0), PAYLOAD))), [1, 2, 4, 5]],
    ['look for contents in ICMPv6', icmp6(129, 0, concat(bytes(0, 0, 0, 0), PAYLOAD)), [1, 2, 4, 5]],
    ['look for contents in ESP', frame6(50, concat(new Uint8Array(8), PAYLOAD)), [1, 2, 4, 5]],
    ['match contents that are not there', udp4({}, ascii('elsewhere')), [3, 5, 6]],
    ['find no payload in protocols that nobody knows', frame4(91, PAYLOAD), [5]],
    [
      'find no payload in fragments',
      ethernet(0x0800, ipv4({ protocol: 17, moreFragments: true }, udp({}, PAYLOAD))),
      [5],
    ],
    ['find no payload in broken datagrams', frame4(17, broken), [5]],
    ['match nothing without a network layer', ethernet(0x1234, ip), []],
    [
      'match an anomaly, with and without a content',
      tcp4({ sp: 1, flags: 2, options: hex('03030f00') }, PAYLOAD),
      [1, 2, 4, 5, 8, 9],
    ],
    ['match an anomaly without the content', tcp4({ sp: 1, flags: 2, options: hex('03030f00') }), [5, 8]],
  ];
  for (const [name, frame, sids] of cases) it(name, () => assert.deepEqual(found(frame), sids));
});

describe('packets with something wrong in their headers', () => {
  const short = concat(bytes(0, 0, 0, 0), new Uint8Array(20));
  const cases: [string, Uint8Array][] = [
    ['an IPv4 option of a wrong length', tcp4({ flags: 2 }, PAYLOAD, { options: hex('8606 0000 0000 0101') })],
    ['an IPv4 option with a wrong pointer', udp4({}, PAYLOAD, { options: hex('0707 0100 0000 0000') })],
    ['an IPv6 option of a wrong length', frame6(0, concat(hex('1100 0514 0000 0000'), udp({}, PAYLOAD)))],
    ['an ICMPv6 error that quotes too little', icmp6(1, 0, short)],
  ];
  for (const [name, frame] of cases)
    it(`have a flow all the same: ${name}`, () => {
      const rules = ['alert ip any any -> any any (msg:"m"; ttl:64; sid:1;)'];
      const events = runEngine({ rules, frames: [frame] });
      assert.deepEqual(
        ofType(events, 'alert').map(({ direction }) => direction),
        ['to_server'],
      );
      assert.equal(ofType(events, 'flow').length, 1);
    });
});

describe('flows of ICMPv6', () => {
  const flowsOf = (...frames: Uint8Array[]): number => ofType(runEngine({ frames }), 'flow').length;
  const back = { src: '2001:db8::2', dst: '2001:db8::1' };

  it('join request and answer', () => {
    for (const [request, answer] of [
      [128, 129],
      [135, 136],
      [146, 147],
    ] as const)
      assert.equal(flowsOf(icmp6(request, 0), icmp6(answer, 0, undefined, back)), 1);
  });

  it('are one for each code of messages that nobody answers', () => {
    const error = concat(bytes(0, 0, 0, 0), new Uint8Array(40));
    assert.equal(flowsOf(icmp6(1, 0, error), icmp6(1, 4, error), icmp6(1, 4, error)), 2);
  });
});
