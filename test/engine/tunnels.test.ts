import assert from 'node:assert/strict';
import { ascii, bytes, concat, ethernet, hex, ipv4, udp, udp4 } from '../support/packets.ts';
import { counterOf, ofType, runEngine, sidsOf } from './support.ts';

const VXLAN_PORT = 4789;
const ARP = hex('0001080006040001 020000000001 0a000001 000000000000 0a000002');
const INNER = ipv4({ protocol: 17, src: '192.0.2.1', dst: '192.0.2.2' }, udp({ sp: 5000, dp: 6000 }, ascii('hidden')));
const vxlan = (type: number, payload: Uint8Array): Uint8Array =>
  udp4({ sp: 1000, dp: VXLAN_PORT }, concat(bytes(8, 0, 0, 0, 0, 0, 5, 0), ethernet(type, payload)));

const inNetwork = (vni: number, sp: number, dp: number): Uint8Array => {
  const [src, dst] = sp < dp ? ['192.0.2.1', '192.0.2.2'] : ['192.0.2.2', '192.0.2.1'];
  const inner = ethernet(0x0800, ipv4({ protocol: 17, src: src, dst: dst }, udp({ sp, dp }, ascii('hidden'))));
  return udp4({ sp: 1000, dp: VXLAN_PORT }, concat(bytes(8, 0, 0, 0, 0, 0, vni, 0), inner));
};

const outer = (options: string, sid: number): string =>
  `alert udp any any -> any ${String(VXLAN_PORT)} (msg:"m"; ${options} sid:${String(sid)};)`;
const RULES = [
  outer('content:"hidden";', 1),
  outer('content:!"elsewhere";', 2),
  outer('dsize:>0;', 3),
  outer('dsize:<500;', 4),
  outer('ttl:>0;', 5),
  'alert udp any any -> any 6000 (msg:"m"; content:"hidden"; sid:6;)',
];
const settings = { 'decoder.vxlan.enabled': 'true', 'decoder.vxlan.ports': String(VXLAN_PORT) };
const found = (frame: Uint8Array): number[] =>
  sidsOf(runEngine({ rules: RULES, frames: [frame], settings })).sort((a, b) => a - b);

describe('what carries a packet', () => {
  it('has its headers looked at, and no payload beside the packet inside', () => {
    assert.deepEqual(found(vxlan(0x0800, INNER)), [4, 5, 6]);
    assert.deepEqual(found(vxlan(0x0806, ARP)), [4, 5]);
  });

  it('has a payload where the inside is no packet', () => {
    assert.deepEqual(found(vxlan(0x9999, ascii('hidden'))), [1, 2, 3, 4, 5]);
  });

  it('may have another network in each direction: its flow is one', () => {
    const frames = [inNetwork(10, 5000, 6000), inNetwork(11, 6000, 5000)];
    const inside = ofType(runEngine({ frames, settings }), 'flow').map(({ flow }) => [
      flow!.pkts_toserver,
      flow!.pkts_toclient,
      flow!.state,
    ]);
    assert.deepEqual(
      inside.filter(([, , state]) => state === 'established'),
      [[1, 1, 'established']],
    );
  });

  it('counts as invalid with something unknown inside', () => {
    const events = runEngine({ frames: [vxlan(0x9999, ascii('hidden'))], settings });
    assert.equal(counterOf(events, 'decoder.invalid'), 1);
    assert.equal(counterOf(events, 'decoder.event.vxlan.unknown_payload_type'), 1);
  });
});
