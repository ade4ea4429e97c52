// Signature groups: a packet's candidates are few, and none of the rules that match is missing.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { aim } from '../../../src/detect/run/buffers.ts';
import { HeaderTable } from '../../../src/detect/run/header-table.ts';
import { Inspection } from '../../../src/framework/chain.ts';
import type { Packet } from '../../../src/framework/packet.ts';
import { defineAnomalies } from '../../../src/framework/anomaly.ts';
import { SigFlag } from '../../../src/framework/signature.ts';
import type { Signature } from '../../../src/framework/signature.ts';
import { Collector, compile, packet } from './support.ts';

const port = fc.constantFrom('any', '80', '[80,8080]', '!80', '1024:', '79:81', '[20:25,!22]');
const address = fc.constantFrom(
  'any',
  '$HOME_NET',
  '$EXTERNAL_NET',
  '10.0.0.1',
  '[10.0.0.0/31,192.0.2.1]',
  '!10.0.0.1',
);
const option = fc.constantFrom(
  'content:"ab";',
  'content:"B"; nocase;',
  'content:"ab"; depth:2;',
  'content:"c"; offset:1; depth:1;',
  'content:"abcab"; fast_pattern; content:"c";',
  'content:"ba"; startswith; nocase;',
  'content:"ca"; endswith;',
  'content:"Ab"; nocase; endswith;',
  'content:"b"; offset:1; depth:3;',
  'content:"a"; depth:2; content:"bc"; nocase; distance:0; within:4; fast_pattern;',
  'content:"abca"; fast_pattern:1,2;',
  'content:!"b";',
  'content:!"b"; content:"a";',
  'content:"a"; content:"b"; distance:1; within:2;',
  'dsize:3;',
  'flow:to_server; content:"a";',
  'flow:to_client; content:"a";',
  '',
);
const rule = fc
  .record({
    protocol: fc.constantFrom('tcp', 'udp', 'ip', 'tcp-pkt', 'icmp'),
    ends: fc.tuple(address, port, fc.constantFrom('->', '<>'), address, port),
    option,
  })
  .map(({ protocol, ends, option: text }) => {
    const [source, sourcePort, arrow, destination, destinationPort] = ends;
    const from = protocol === 'icmp' ? `${source} any` : `${source} ${sourcePort}`;
    const to = protocol === 'icmp' ? `${destination} any` : `${destination} ${destinationPort}`;
    return `alert ${protocol} ${from} ${arrow} ${to} (msg:"m"; ${text} sid:`;
  });
const traffic = fc.record({
  proto: fc.constantFrom(6, 17, 1, 132),
  src: fc.constantFrom(0x0a000001, 0x0a000000, 0xc0000201, 0x01020304),
  dst: fc.constantFrom(0x0a000001, 0x0a000002, 0xc0000201, 0xffffffff),
  sp: fc.constantFrom(79, 80, 22, 8080, 40_000),
  dp: fc.constantFrom(80, 81, 23, 1023, 65_535),
  direction: fc.constantFrom('toServer' as const, 'toClient' as const, 'none' as const),
  payload: fc.array(fc.constantFrom('a', 'b', 'c', 'B'), { maxLength: 7 }).map((letters) => letters.join('')),
});

const PORT_PROTOCOLS = [6, 17, 132];

/** The header as the rule language defines it, said the slow way. */
function headerHolds({ header, flags }: Signature, p: Packet, direction: string): boolean {
  const wanted = flags & (SigFlag.toServer | SigFlag.toClient);
  if (wanted !== 0 && wanted !== SigFlag[direction === 'toClient' ? 'toClient' : 'toServer']) return false;
  const protocols: Record<number, boolean> = { [-2]: true, [-5]: p.proto === 1 };
  if (!(protocols[header.protocol] ?? header.protocol === p.proto)) return false;
  const { source, sourcePort, destination, destinationPort, isEitherWay } = header;
  const hasPorts = PORT_PROTOCOLS.includes(p.proto);
  if (!hasPorts && !(sourcePort.isAny && destinationPort.isAny)) return false;
  const reads = (src: number, sp: number, dst: number, dp: number): boolean =>
    source.contains4(src) &&
    destination.contains4(dst) &&
    (!hasPorts || (sourcePort.contains(sp) && destinationPort.contains(dp)));
  return reads(p.src0, p.sp, p.dst0, p.dp) || (isEitherWay && reads(p.dst0, p.dp, p.src0, p.sp));
}

function payloadHolds(signature: Signature, p: Packet, inspection: Inspection): boolean {
  if (signature.payload === null) return true;
  aim(inspection, p.data, -1, 0, p.payloadLength);
  return p.payloadLength > 0 && signature.payload.match(inspection);
}

describe('signature groups', () => {
  it('have every rule whose header and payload hold among the candidates (property)', () => {
    const inspection = new Inspection();
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 12 }),
        fc.array(traffic, { maxLength: 20 }),
        (texts, all) => {
          const source = compile(texts.map((text, i) => `${text}${String(i + 1)};)`));
          const collector = new Collector(source);
          const headers = new HeaderTable(source.outlines);
          const signatures = source.outlines.map(({ iid }) => source.signature(iid));
          for (const fields of all) {
            const p = packet(fields);
            const sids = new Set(collector.sids(p));
            headers.addresses.nextPacket();
            for (const signature of signatures) {
              const isHeld = headerHolds(signature, p, fields.direction);
              assert.equal(headers.matches(signature.iid, p), isHeld, `header of ${signature.text}`);
              if (isHeld && payloadHolds(signature, p, inspection)) assert(sids.has(signature.sid), signature.text);
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('leave out what asks for other ports, on either side', () => {
    const collector = new Collector(
      compile([
        'alert tcp any any -> any 25 (msg:"m"; flags:S; sid:1;)',
        'alert tcp any 6667 -> any any (msg:"m"; flags:S; sid:2;)',
        'alert tcp any any -> any any (msg:"m"; flags:S; sid:3;)',
        'alert udp any any -> any 25 (msg:"m"; dsize:1; sid:4;)',
      ]),
    );
    assert.deepEqual(collector.sids(packet({ sp: 1, dp: 25 })), [1, 3]);
    assert.deepEqual(collector.sids(packet({ sp: 6667, dp: 25, direction: 'toClient' })), [1, 2, 3]);
    assert.deepEqual(collector.sids(packet({ sp: 25, dp: 1 })), [3]);
  });

  it('compare short patterns with a fixed place there and nowhere else', () => {
    const collector = new Collector(
      compile([
        'alert udp any any -> any any (msg:"m"; content:"ab"; depth:2; sid:1;)',
        'alert udp any any -> any any (msg:"m"; content:"XY"; offset:3; depth:2; nocase; sid:2;)',
      ]),
    );
    const sids = (payload: string): number[] => collector.sids(packet({ proto: 17, payload }));
    assert.deepEqual(sids('abcxy'), [1, 2]);
    assert.deepEqual(sids('cabXy'), [2]);
    assert.deepEqual(sids('cabX'), []);
  });

  it('look at anomaly rules only on packets with an anomaly', () => {
    defineAnomalies('decode', 'ipv4', ['pkt_too_small']);
    defineAnomalies('stream', '', ['pkt_invalid_ack']);
    const source = compile([
      'alert pkthdr any any -> any any (msg:"m"; decode-event:ipv4.pkt_too_small; sid:1;)',
      'alert tcp any any -> any any (msg:"m"; stream-event:pkt_invalid_ack; sid:2;)',
    ]);
    const collector = new Collector(source);
    const p = packet({});
    assert.deepEqual(collector.sids(p), []);
    p.addAnomaly(0);
    assert.deepEqual(collector.sids(p), [1, 2]);
  });

  it('find rules about addresses alone by the side that says more', () => {
    const many = Array.from({ length: 50 }, (_, i) => `192.0.2.${String(i * 2)}`).join();
    const collector = new Collector(
      compile([
        `alert ip [${many}] any -> $HOME_NET any (msg:"m"; sid:1;)`,
        'alert ip $HOME_NET any -> 192.0.2.2 any (msg:"m"; sid:2;)',
        'alert ip any any -> any any (msg:"m"; sid:3;)',
      ]),
    );
    assert.deepEqual(collector.sids(packet({ src: 0xc0000202, dst: 0x0a000001 })), [1, 3]);
    assert.deepEqual(collector.sids(packet({ src: 0xc0000203, dst: 0x0a000001 })), [3]);
    assert.deepEqual(collector.sids(packet({ src: 0x0a000001, dst: 0xc0000202 })), [2, 3]);
  });
});
