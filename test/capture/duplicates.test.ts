import assert from 'node:assert/strict';
import { Counters } from '../../src/base/counters.ts';
import { Duplicates } from '../../src/capture/duplicates.ts';
import { PacketBatch } from '../../src/pcap/index.ts';
import { ascii, ethernet, tcp4, tcp6, udp4, vlan } from '../support/packets.ts';

const WINDOW = 2000;

/** Frames, each some microseconds after the one before. */
function repeatedOf(...frames: readonly (readonly [frame: Uint8Array, after: number])[]): boolean[] {
  const batch = new PacketBatch(new Uint8Array(frames.length * 2000));
  const counters = new Counters();
  const duplicates = new Duplicates(counters, WINDOW);
  let time = 1.7e15;
  frames.forEach(([frame, after], i) => {
    batch.data.set(frame, i * 2000);
    batch.offset[i] = i * 2000;
    batch.length[i] = frame.length;
    batch.linkType[i] = 1;
    batch.timestamp[i] = time += after;
  });
  const found = frames.map((_, i) => duplicates.isRepeated(batch, i));
  assert.equal(counters.byName('tayra.duplicates'), found.filter(Boolean).length);
  return found;
}

const text = ascii('a payload that is longer than what most headers are');

describe('duplicates', () => {
  it('are the same from the IP header on, whatever a router or switch changes', () => {
    const packet = tcp4({ seq: 5 }, text, { ttl: 64 });
    const routed = tcp4({ seq: 5 }, text, { ttl: 63 });
    const other = packet.slice();
    other.set([2, 9, 9, 9, 9, 9], 0);
    const tagged = ethernet(0x8100, vlan(7, 0x0800, packet.subarray(14)));
    assert.deepEqual(repeatedOf([packet, 0], [routed, 10], [other, 10], [tagged, 10]), [false, true, true, true]);
    const six = tcp6({}, text, { hopLimit: 64 });
    assert.deepEqual(repeatedOf([six, 0], [tcp6({}, text, { hopLimit: 63 }), 1]), [false, true]);
  });

  it('come within the window', () => {
    const packet = udp4({}, text);
    assert.deepEqual(repeatedOf([packet, 0], [packet, WINDOW], [packet, WINDOW + 1]), [false, true, false]);
  });

  it('are not what differs in any byte that counts', () => {
    const packet = tcp4({ seq: 5 }, text);
    const frames: [Uint8Array, number][] = [[packet, 0]];
    for (let at = 14; at < packet.length; at++) {
      if ([22, 24, 25].includes(at)) continue; // time to live, checksum
      const changed = packet.slice();
      changed[at]! ^= 1;
      frames.push([changed, 1]);
    }
    assert.ok(repeatedOf(...frames).every((isRepeated) => !isRepeated));
  });

  it('may be cut short anywhere', () => {
    const packet = tcp4({}, text);
    const frames = Array.from({ length: packet.length }, (_, end) => [packet.subarray(0, end), 1] as const);
    assert.ok(repeatedOf(...frames).every((isRepeated) => !isRepeated));
  });
});
